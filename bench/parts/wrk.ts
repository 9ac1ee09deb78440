/** Transfers from `wrk`, a generator of its own in C: the product, its peers, and a server that answers at once. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TransferPlan } from "../load/transfers.js";
import { rowOf, type Row } from "../report.js";
import { startInstantServer } from "../servers/instant-server.js";
import { peerAccounts, PEERS, withPeer } from "./peer.js";
import { SkippedError, type Bench, type Part } from "./part.js";
import { aboutAlpha, ALPHAS, CEILING_PLAN, checkTotal, HTTP_CONNECTIONS, SEED } from "./transfer.js";

const THREADS = 2;
const PROGRAM = "wrk";
const ABOUT = `wrk -t${THREADS} -c${HTTP_CONNECTIONS}`;

interface Target {
  readonly url: string;
  readonly serverPid: number;
  readonly companionPids?: readonly number[];
  readonly transferRoute?: string;
}

export const WRK_PARTS: readonly Part[] = [
  part("wrk.ceiling", "an HTTP server that answers at once", ceiling),
  ...ALPHAS.map((alpha) => part(`wrk.transfer.alpha${alpha}`, `POST /api/mutation; ${aboutAlpha(alpha)}`, (bench, name) => transfer(bench, name, alpha))),
  ...PEERS.flatMap(({ kind }) =>
    ALPHAS.map((alpha) =>
      part(`wrk.peer.${kind}.alpha${alpha}`, `as peer.${kind}.alpha${alpha}`, (bench, name) =>
        withPeer(bench, kind, ({ url, pid, companionPids, transferRoute }) => measure(bench, name, { url, serverPid: pid, companionPids, transferRoute }, { accounts: peerAccounts(bench), alpha, seed: SEED })),
      ),
    ),
  ),
];

function part(name: string, about: string, run: (bench: Bench, name: string) => Promise<Row>): Part {
  return {
    name,
    about: `${ABOUT}: ${about}`,
    run: (bench) => {
      mustHaveWrk();
      return run(bench, name);
    },
  };
}

async function ceiling(bench: Bench, name: string): Promise<Row> {
  await using server = await startInstantServer();
  return await measure(bench, name, { url: server.url, serverPid: server.pid }, CEILING_PLAN);
}

async function transfer(bench: Bench, name: string, alpha: number): Promise<Row> {
  const plan = { accounts: await bench.accounts(), alpha, seed: SEED };
  const server = await bench.server();
  const totalBefore = await server.total();
  const row = await measure(bench, name, { url: server.url, serverPid: server.pid }, plan);
  checkTotal(totalBefore, await server.total());
  return row;
}

async function measure(bench: Bench, name: string, target: Target, plan: TransferPlan): Promise<Row> {
  return rowOf(name, await bench.run(name, { kind: "wrk", ...bench.times, ...target, threads: THREADS, connections: HTTP_CONNECTIONS, plan }));
}

function mustHaveWrk(): void {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  if (!folders.some((folder) => isExecutable(join(folder, PROGRAM)))) throw new SkippedError(`${PROGRAM} is not installed: apt-get install ${PROGRAM}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
