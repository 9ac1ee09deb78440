/** Starts a peer: its server on `node:http`, its database, and nothing else; see the servers for how each keeps its accounts. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../tests/harness.js";
import { untilDisposed } from "../ending.js";
import { SkippedError } from "../parts/part.js";
import { forkServer, type ForkedServer } from "../servers/forked-server.js";
import { STATE_ROUTE, TRANSFER_ROUTE, type PeerState } from "./account-server.js";
import { POSTGRES_USER, PostgresCluster, postgresPrograms } from "./postgres-cluster.js";

export type PeerKind = "sqlite" | "sqliteBatched" | "postgres";

/** Of Parse Server, which otherwise writes into the working folder. */
const NO_LOG_FILES = { PARSE_SERVER_LOGS_FOLDER: "null" };
const LOOPBACK = "127.0.0.1";

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Of its database, where that is a process of its own. */
  readonly companionPids: readonly number[];
}

export interface Peer extends RunningServer {
  readonly transferRoute: string;
  state(): Promise<PeerState>;
}

/** Throws a SkippedError where what it needs is not installed. */
export async function startPeer(kind: PeerKind, accounts: number): Promise<Peer> {
  return withAccounts(await startKind(kind, accounts));
}

function startKind(kind: PeerKind, accounts: number): Promise<RunningServer> {
  switch (kind) {
    case "sqlite":
      return startSqlite(accounts, "each");
    case "sqliteBatched":
      return startSqlite(accounts, "batched");
    case "postgres":
      return startPostgres(accounts);
  }
}

async function startSqlite(accounts: number, commits: "each" | "batched"): Promise<RunningServer> {
  mustHavePackage("libsql");
  return assemble(async (own) => {
    const folder = await temporaryFolder();
    own(untilDisposed(() => rm(folder, { recursive: true, force: true })));
    return { server: own(await forkServer(new URL("./sqlite-server.ts", import.meta.url), [folder, String(accounts), commits])), companionPids: [] };
  });
}

async function startPostgres(accounts: number): Promise<RunningServer> {
  mustHavePackage("pg");
  const programs = mustHavePostgres();
  return assemble(async (own) => {
    const cluster = own(await PostgresCluster.start(programs));
    return { server: own(await forkServer(new URL("./postgres-server.ts", import.meta.url), [cluster.folder, String(accounts)])), companionPids: [cluster.pid] };
  });
}

/** A reactive peer: it has no accounts, but objects that are watched. Throws a SkippedError where what it needs is not installed. */
export async function startParse(): Promise<RunningServer> {
  mustHavePackage("parse-server");
  const programs = mustHavePostgres();
  const port = await freePort();
  return assemble(async (own) => {
    // Its database is named by a URI, which knows no Unix sockets.
    const cluster = own(await PostgresCluster.start(programs, { port: String(port), listen_addresses: LOOPBACK, default_transaction_isolation: "read committed" }));
    const uri = `postgres://${POSTGRES_USER}@${LOOPBACK}:${port}/postgres`;
    return { server: own(await forkServer(new URL("./parse-server.ts", import.meta.url), [uri], NO_LOG_FILES)), companionPids: [cluster.pid] };
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

interface Started {
  readonly server: ForkedServer;
  readonly companionPids: readonly number[];
}

type Own = <Resource extends AsyncDisposable>(resource: Resource) => Resource;

/** What `start` owns ends with the peer, or at once where `start` fails: the last first. */
async function assemble(start: (own: Own) => Promise<Started>): Promise<RunningServer> {
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
    return { url, pid, companionPids, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function withAccounts(server: RunningServer): Peer {
  return { ...server, transferRoute: TRANSFER_ROUTE, state: () => stateOf(server.url) };
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
