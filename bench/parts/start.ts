/** How long a server takes from the start of its process to its first answer, with nothing and with much in its data folder. */
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { ConvexHttpClient } from "convex/browser";
import { importRecords, recordsApi } from "../bench-data.js";
import { BenchServer } from "../bench-server.js";
import { percentiles } from "../load/meter.js";
import { plainRow, withGoal, type Row } from "../report.js";
import type { Part, PartSize } from "./part.js";

const STARTS = 7;
const GOAL_BYTES = 1e9;
const GOAL_MS_MAX = 1_000;
/** Of disk, for one byte of records: the store with its index, its log of commits, and the import's files beside them. */
const DISK_FACTOR = 5;
const FREE_BYTES_MIN = 2e9;

const SIZES: readonly { readonly name: string; readonly bytes: number; readonly size: PartSize }[] = [
  { name: "start.empty", bytes: 0, size: "usual" },
  { name: "start.100mb", bytes: 100e6, size: "large" },
  { name: "start.1gb", bytes: 1e9, size: "large" },
  { name: "start.5gb", bytes: 5e9, size: "huge" },
];

export const START_PARTS: readonly Part[] = SIZES.map(({ name, bytes, size }) => ({
  name,
  about: `from the start of the process to its first answered query, ${bytes === 0 ? "with no data" : `with ${name.slice("start.".length).toUpperCase()} of documents`}, after a clean end and after kill -9`,
  size,
  run: () => measure(name, bytes),
}));

async function measure(name: string, bytes: number): Promise<Row> {
  await requireDisk(bytes);
  await using server = await BenchServer.create();
  const count = await importRecords(server, bytes);
  const lastKey = Math.max(0, count - 1);
  const clean = await startTimes(server, lastKey, count, () => server.stop());
  const killed = await startTimes(server, lastKey, count, () => server.kill());
  const { p50Ms } = percentiles(clean);
  const row = { ...plainRow(name, { maxMs: Math.max(...clean), afterKillP50Ms: percentiles(killed).p50Ms, afterKillMaxMs: Math.max(...killed), documents: count }), ops: STARTS, p50Ms };
  return bytes === GOAL_BYTES ? withGoal(row, `p50 ≤ ${GOAL_MS_MAX} ms`, p50Ms <= GOAL_MS_MAX) : row;
}

async function startTimes(server: BenchServer, lastKey: number, count: number, end: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    await end();
    const startMs = performance.now();
    await server.start();
    const client = new ConvexHttpClient(server.url, { logger: false });
    const found = (await client.query(recordsApi("records:indexRange"), { from: lastKey, to: lastKey + 1 })) as unknown[];
    times.push(performance.now() - startMs);
    if (found.length !== Math.min(1, count)) throw new Error(`A start found ${found.length} records with key ${lastKey}.`);
  }
  return times;
}

async function requireDisk(bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  const needed = bytes * DISK_FACTOR + FREE_BYTES_MIN;
  if (bavail * bsize >= needed) return;
  throw new Error(`${tmpdir()} has ${Math.round((bavail * bsize) / 1e9)} GB free, and this needs ${Math.round(needed / 1e9)} GB. Choose another folder with TMPDIR.`);
}
