/** What one write costs where 1,000, 10,000 or 100,000 different queries are watched. */
import type { QueriesMeasurement } from "../load/queries-load.js";
import { rowOf, withGoal, type More, type Row } from "../report.js";
import type { Bench, Part } from "./part.js";

const COUNTS = [1_000, 10_000, 100_000] as const;
const FEWEST = COUNTS[0];
const MOST = COUNTS[2];
const SOCKETS = 200;
const GROWTH_MAX = 1.2;
/** Written in turn; of those that are watched, and of those that are not. */
const WRITTEN = 1_000;

/** Server CPU per unrelated write beside the fewest queries, as last measured against a bench. */
const costOfFewest = new WeakMap<Bench, number>();

export const QUERIES_PARTS: readonly Part[] = COUNTS.map((count): Part => {
  const name = `queries.${count}`;
  const about = `${count.toLocaleString("en")} different live queries over ${SOCKETS} sockets: a write that touches none, and one that touches one`;
  return { name, about, size: count === MOST ? "large" : "usual", run: (bench) => measure(bench, name, count) };
});

async function measure(bench: Bench, name: string, count: number): Promise<Row> {
  if (count > FEWEST && !costOfFewest.has(bench)) remember(bench, await load(bench, `${name} (${FEWEST} for comparison)`, FEWEST));
  const measurement = await load(bench, name, count);
  if (count === FEWEST) remember(bench, measurement);
  const { server, related, executionsPerUnrelated, executionsPerRelated } = measurement;
  if (executionsPerUnrelated !== 0) throw new Error(`Writes that no query depends on ran ${executionsPerUnrelated} queries each.`);
  const fewest = costOfFewest.get(bench);
  const ratio = server === null || fewest === undefined ? null : server.processMicros / measurement.ops / fewest;
  const more: More = {
    ...(related.server === null ? {} : { serverCpuMicrosPerRelatedWrite: related.server.processMicros / related.ops }),
    relatedP50Ms: related.p50Ms,
    relatedP99Ms: related.p99Ms,
    executionsPerRelated,
    ...(ratio === null ? {} : { ratioToFewest: ratio }),
  };
  const row = rowOf(name, measurement, more);
  return count === MOST && ratio !== null ? withGoal(row, `unrelated write < ${GROWTH_MAX} × that with ${FEWEST.toLocaleString("en")} queries`, ratio < GROWTH_MAX) : row;
}

function remember(bench: Bench, { server, ops }: QueriesMeasurement): void {
  if (server !== null) costOfFewest.set(bench, server.processMicros / ops);
}

async function load(bench: Bench, name: string, count: number): Promise<QueriesMeasurement> {
  const server = await bench.server();
  const watched = await server.openAccounts(count);
  const unrelated = await server.openAccounts(WRITTEN);
  const related = Array.from({ length: WRITTEN }, (_, i) => watched[i * Math.floor(count / WRITTEN)]!);
  return bench.run(name, { kind: "queries", ...bench.times, url: server.url, serverPid: server.pid, sockets: SOCKETS, watched, related, unrelated });
}
