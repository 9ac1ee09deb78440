/**
 * The writer of the crash tests, as a process (killed in the middle) or as a worker thread (told to stop). It writes
 * groups: group n sets every key to n, one long key and one value of many pages among them. It reports n only after the
 * write resolved; on the way it keeps a snapshot and an unfinished iteration open.
 */
import { writeSync } from "node:fs";
import { isMainThread, type MessagePort, parentPort, workerData } from "node:worker_threads";
import { type LmdbStore, openLmdbStore } from "./lmdb.js";
import type { WriteOp } from "./store.js";

export const GROUP_KEYS = 200;

/** Every value of group n starts with n; deleted and set again in turn, so that pages come free and are reused. */
export function groupOf(n: number): WriteOp[] {
  const keyOf = (i: number): string => (i === 7 ? "long".repeat(1000) : `key${i}`);
  const sizeOf = (i: number): number => (i === 8 ? 50_000 + (n % 7) * 10_000 : (n * 31 + i * 17) % 600);
  return Array.from({ length: GROUP_KEYS }, (_, i) => [keyOf(i), `${n}:${"x".repeat(sizeOf(i))}`]);
}

async function writeGroups(store: LmdbStore, isStopped: () => boolean, report: (n: number) => void): Promise<void> {
  for (let n = lastOf(store) + 1; !isStopped(); n++) {
    const snapshot = store.snapshot();
    const iterator = snapshot.entries({ start: "", end: undefined })[Symbol.iterator]();
    iterator.next();
    await store.write(groupOf(n));
    report(n);
    iterator.return?.();
    snapshot.release();
  }
}

function lastOf(store: LmdbStore): number {
  const snapshot = store.snapshot();
  const value = snapshot.get("key0");
  snapshot.release();
  return value === undefined ? 0 : Number(value.split(":")[0]);
}

async function writeInProcess(path: string): Promise<void> {
  await writeGroups(await openLmdbStore({ path }), () => false, (n) => writeSync(1, `${n}\n`));
}

/** Until its parent says anything; then the thread closes its store and has nothing left to wait for. */
async function writeInThread(path: string, parent: MessagePort): Promise<void> {
  let isStopped = false;
  parent.once("message", () => (isStopped = true));
  const store = await openLmdbStore({ path });
  await writeGroups(store, () => isStopped, (n) => parent.postMessage(n));
  await store.close();
}

const path: unknown = isMainThread ? process.env["CRASH_WRITER_PATH"] : workerData?.crashWriterPath;
if (typeof path === "string") await (parentPort === null ? writeInProcess(path) : writeInThread(path, parentPort));
