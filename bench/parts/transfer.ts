/** Transfers between accounts, through ever more of the server: the engine alone, HTTP, one socket, many sockets. */
import type { BenchServer } from "../bench-server.js";
import type { Job } from "../load/job.js";
import type { TransferPlan } from "../load/transfers.js";
import { rowOf, type Row } from "../report.js";
import type { Bench, Part } from "./part.js";

export const SEED = 20_240_601;
export const ALPHAS = [0, 1.5] as const;
export const SOCKETS = 64;
export const IN_FLIGHT = 40;
export const ONE_SOCKET_IN_FLIGHT = 128;
export const HTTP_CONNECTIONS = 64;

/** For servers that answer at once; of the length of real ids, at which nobody looks. */
export const CEILING_PLAN: TransferPlan = { accounts: Array.from({ length: 10_000 }, (_, i) => `${i}`.padStart(32, "j")), alpha: 0, seed: SEED };

type Measure = (bench: Bench, name: string, alpha: number) => Promise<Row>;

const KINDS: readonly { readonly name: string; readonly about: string; readonly measure: Measure }[] = [
  { name: "inProcess", about: `the engine alone, requests made in its own process: ${SOCKETS} sessions × ${IN_FLIGHT} in flight`, measure: inProcess },
  { name: "http", about: `POST /api/mutation on ${HTTP_CONNECTIONS} keep-alive connections`, measure: http },
  { name: "socket1", about: `one socket, ${ONE_SOCKET_IN_FLIGHT} in flight`, measure: sockets(1, ONE_SOCKET_IN_FLIGHT) },
  { name: `sockets${SOCKETS}`, about: `${SOCKETS} sockets × ${IN_FLIGHT} in flight`, measure: sockets(SOCKETS, IN_FLIGHT) },
];

export const TRANSFER_PARTS: readonly Part[] = KINDS.flatMap(({ name, about, measure }) =>
  ALPHAS.map((alpha) => {
    const fullName = `transfer.${name}.alpha${alpha}`;
    return { name: fullName, about: `${about}; ${aboutAlpha(alpha)}`, run: (bench) => measure(bench, fullName, alpha) };
  }),
);

export function aboutAlpha(alpha: number): string {
  return alpha === 0 ? "uniform" : `Zipf ${alpha}`;
}

async function planOf(bench: Bench, alpha: number): Promise<TransferPlan> {
  return { accounts: await bench.accounts(), alpha, seed: SEED };
}

async function inProcess(bench: Bench, name: string, alpha: number): Promise<Row> {
  const plan = await planOf(bench, alpha);
  const server = await bench.server();
  const totalBefore = await server.total();
  await server.stop();
  const measurement = await bench.run(name, { kind: "engine", ...bench.times, dataFolder: server.dataFolder, sessions: SOCKETS, inFlight: IN_FLIGHT, plan });
  await server.start();
  checkTotal(totalBefore, await server.total());
  return rowOf(name, measurement);
}

async function http(bench: Bench, name: string, alpha: number): Promise<Row> {
  const { url, pid } = await bench.server();
  return overTheNetwork(bench, name, { kind: "http", ...bench.times, url, serverPid: pid, connections: HTTP_CONNECTIONS, plan: await planOf(bench, alpha) });
}

function sockets(count: number, inFlight: number): Measure {
  return async (bench, name, alpha) => {
    const { url, pid } = await bench.server();
    return overTheNetwork(bench, name, { kind: "sockets", ...bench.times, url, serverPid: pid, sockets: count, inFlight, plan: await planOf(bench, alpha) });
  };
}

async function overTheNetwork(bench: Bench, name: string, job: Job): Promise<Row> {
  const server = await bench.server();
  const totalBefore = await server.total();
  const before = await counters(server);
  const measurement = await bench.run(name, job);
  const after = await counters(server);
  checkTotal(totalBefore, await server.total());
  return rowOf(name, measurement, { transfersPerGroup: (after.executions - before.executions) / (after.groups - before.groups) });
}

async function counters(server: BenchServer): Promise<{ readonly executions: number; readonly groups: number }> {
  return { executions: await server.metric("rivulet_engine_executions_total"), groups: await server.metric("rivulet_engine_commit_groups_total") };
}

export function checkTotal(before: number, after: number): void {
  if (before !== after) throw new Error(`Money was made or lost: the balances added up to ${before} before the transfers and to ${after} after them.`);
}
