/** Starts a peer: its server on `node:http`, its database, and nothing else; see the servers for how each keeps its accounts. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../tests/harness.js";
import { untilDisposed } from "../ending.js";
import { SkippedError } from "../parts/part.js";
import { forkServer, type ForkedServer } from "../servers/forked-server.js";
import { STATE_ROUTE, TRANSFER_ROUTE, type PeerState } from "./account-server.js";
import { PostgresCluster, postgresPrograms } from "./postgres-cluster.js";

export type PeerKind = "sqlite" | "sqliteBatched" | "postgres";

export interface Peer extends AsyncDisposable {
  readonly url: string;
  readonly transferRoute: string;
  readonly pid: number;
  /** Of its database, where that is a process of its own. */
  readonly companionPids: readonly number[];
  state(): Promise<PeerState>;
}

/** Throws a SkippedError where what it needs is not installed. */
export function startPeer(kind: PeerKind, accounts: number): Promise<Peer> {
  switch (kind) {
    case "sqlite":
      return startSqlite(accounts, "each");
    case "sqliteBatched":
      return startSqlite(accounts, "batched");
    case "postgres":
      return startPostgres(accounts);
  }
}

function startSqlite(accounts: number, commits: "each" | "batched"): Promise<Peer> {
  mustHavePackage("libsql");
  return assemble(async (own) => {
    const folder = await temporaryFolder();
    own(untilDisposed(() => rm(folder, { recursive: true, force: true })));
    return { server: own(await forkServer(new URL("./sqlite-server.ts", import.meta.url), [folder, String(accounts), commits])), companionPids: [] };
  });
}

function startPostgres(accounts: number): Promise<Peer> {
  mustHavePackage("pg");
  const programs = mustHavePostgres();
  return assemble(async (own) => {
    const cluster = own(await PostgresCluster.start(programs));
    return { server: own(await forkServer(new URL("./postgres-server.ts", import.meta.url), [cluster.folder, String(accounts)])), companionPids: [cluster.pid] };
  });
}

interface Started {
  readonly server: ForkedServer;
  readonly companionPids: readonly number[];
}

type Own = <Resource extends AsyncDisposable>(resource: Resource) => Resource;

/** What `start` owns ends with the peer, or at once where `start` fails: the last first. */
async function assemble(start: (own: Own) => Promise<Started>): Promise<Peer> {
  const owned: AsyncDisposable[] = [];
  const dispose = async () => {
    for (const resource of owned.reverse()) await resource[Symbol.asyncDispose]();
  };
  try {
    const { server, companionPids } = await start((resource) => {
      owned.push(resource);
      return resource;
    });
    const { url, pid } = server;
    return { url, pid, companionPids, transferRoute: TRANSFER_ROUTE, state: () => stateOf(url), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function stateOf(url: string): Promise<PeerState> {
  const response = await fetch(`${url}${STATE_ROUTE}`);
  if (!response.ok) throw new Error(`The peer does not tell its state: ${await response.text()}`);
  return (await response.json()) as PeerState;
}

export function mustHavePackage(name: string): void {
  const folder = fileURLToPath(new URL(`./node_modules/${name}`, import.meta.url));
  if (!existsSync(folder)) throw new SkippedError(`the package ${name} is not installed: npm run install:peers`);
}

/** Folder of its programs. */
export function mustHavePostgres(): string {
  const programs = postgresPrograms();
  if (programs === null) throw new SkippedError("Postgres is not installed (looked for in /usr/lib/postgresql): apt-get install postgresql");
  return programs;
}
