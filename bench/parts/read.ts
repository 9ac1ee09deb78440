/** What reading costs: one document, a range of an index, a scan with a filter, a page; through the engine alone, and over HTTP. */
import { ConvexHttpClient } from "convex/browser";
import { fillRecords, recordsApi } from "../bench-data.js";
import type { ReadPlan } from "../load/read-load.js";
import { rowOf, type Row } from "../report.js";
import type { Bench, Part } from "./part.js";

const RECORDS = 10_000;
const RANGE = 100;
const IDS = 1_000;
const IN_FLIGHT = 16;

interface Kind {
  readonly name: string;
  readonly about: string;
  readonly plan: (ids: readonly string[]) => ReadPlan;
  /** How many documents each call returns. */
  readonly returned: number;
}

const RANGES = Array.from({ length: RECORDS / RANGE }, (_, i) => i * RANGE);

const KINDS: readonly Kind[] = [
  { name: "getById", about: "one document by its id", plan: (ids) => ({ path: "records:getById", args: ids.slice(0, IDS).map((id) => ({ id })) }), returned: 1 },
  { name: `indexRange${RANGE}`, about: `${RANGE} documents, a range of an index`, plan: () => ({ path: "records:indexRange", args: RANGES.map((from) => ({ from, to: from + RANGE })) }), returned: RANGE },
  { name: `filterScan${RECORDS}`, about: `a filter over ${RECORDS.toLocaleString("en")} documents that lets 10 pass`, plan: () => ({ path: "records:filterScan", args: [{}] }), returned: 10 },
  { name: "paginate", about: `a page of ${RANGE} documents`, plan: () => ({ path: "records:page", args: RANGES.map((from) => ({ from, count: RANGE })) }), returned: RANGE },
];

export const READ_PARTS: readonly Part[] = KINDS.flatMap((kind): Part[] => [
  { name: `read.${kind.name}.inProcess`, about: `${kind.about}: the engine alone, ${IN_FLIGHT} calls in flight`, run: (bench) => inProcess(bench, kind) },
  { name: `read.${kind.name}.http`, about: `${kind.about}: POST /api/query on ${IN_FLIGHT} keep-alive connections`, run: (bench) => http(bench, kind) },
]);

async function inProcess(bench: Bench, kind: Kind): Promise<Row> {
  const name = `read.${kind.name}.inProcess`;
  const plan = await planOf(bench, kind);
  const server = await bench.server();
  await server.stop();
  try {
    return rowOf(name, await bench.run(name, { kind: "engineReads", ...bench.times, dataFolder: server.dataFolder, inFlight: IN_FLIGHT, plan }));
  } finally {
    await server.start();
  }
}

async function http(bench: Bench, kind: Kind): Promise<Row> {
  const name = `read.${kind.name}.http`;
  const plan = await planOf(bench, kind);
  const { url, pid } = await bench.server();
  return rowOf(name, await bench.run(name, { kind: "httpReads", ...bench.times, url, serverPid: pid, connections: IN_FLIGHT, plan }));
}

/** The records of a bench, made once. */
const recordIds = new WeakMap<Bench, Promise<readonly string[]>>();

/** Checked: what is measured returns what it should. */
async function planOf(bench: Bench, { plan: planFor, returned, name }: Kind): Promise<ReadPlan> {
  const { url } = await bench.server();
  let ids = recordIds.get(bench);
  if (ids === undefined) recordIds.set(bench, (ids = fillRecords(url, RECORDS)));
  const plan = planFor(await ids);
  const client = new ConvexHttpClient(url, { logger: false });
  for (const args of [plan.args.at(0)!, plan.args.at(-1)!]) {
    const count = countOf(await client.query(recordsApi(plan.path), { ...args }));
    if (count !== returned) throw new Error(`read.${name} returned ${count} documents instead of ${returned}.`);
  }
  return plan;
}

function countOf(result: unknown): number {
  if (Array.isArray(result)) return result.length;
  if (typeof result !== "object" || result === null) return 0;
  return "page" in result ? countOf(result.page) : 1;
}
