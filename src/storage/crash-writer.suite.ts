/**
 * The writer that the crash tests stop in the middle, as a process (killed) or as a worker thread (terminated). It
 * writes groups without end: group n sets every key to n, one long key and one value of many pages among them. It
 * reports n only after the write resolved; on the way it keeps a snapshot and an unfinished iteration open.
 */
import { writeSync } from "node:fs";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { openLmdbStore } from "./lmdb.js";
import type { WriteOp } from "./store.js";
import { type Gate, OPEN_GATE, ThreadGate } from "./thread-gate.js";

export const GROUP_KEYS = 200;

/** Every value of group n starts with n; deleted and set again in turn, so that pages come free and are reused. */
export function groupOf(n: number): WriteOp[] {
  const keyOf = (i: number): string => (i === 7 ? "long".repeat(1000) : `key${i}`);
  const sizeOf = (i: number): number => (i === 8 ? 50_000 + (n % 7) * 10_000 : (n * 31 + i * 17) % 600);
  return Array.from({ length: GROUP_KEYS }, (_, i) => [keyOf(i), `${n}:${"x".repeat(sizeOf(i))}`]);
}

async function writeForEver(path: string, gate: Gate, report: (n: number) => void): Promise<never> {
  const store = await openLmdbStore({ path, gate });
  for (let n = lastOf(store.snapshot().get("key0")) + 1; ; n++) {
    const snapshot = store.snapshot();
    const iterator = snapshot.entries({ start: "", end: undefined })[Symbol.iterator]();
    iterator.next();
    await store.write(groupOf(n));
    report(n);
    iterator.return?.();
    snapshot.release();
  }
}

function lastOf(value: string | undefined): number {
  return value === undefined ? 0 : Number(value.split(":")[0]);
}

const path: unknown = isMainThread ? process.env["CRASH_WRITER_PATH"] : workerData?.crashWriterPath;
if (typeof path === "string") {
  const reportToParent = isMainThread
    ? (n: number) => void writeSync(1, `${n}\n`)
    : (n: number) => parentPort?.postMessage(n);
  const gate = isMainThread ? OPEN_GATE : new ThreadGate(workerData.gate);
  await writeForEver(path, gate, reportToParent);
}
