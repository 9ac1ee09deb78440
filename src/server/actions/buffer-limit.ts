/**
 * Bounds the buffers of a thread of actions: they lie outside of the heap, which V8 limits by itself.
 *
 * V8 is in no hurry to free buffers that nobody holds any more, such as the 32 MB that one password hash works in. So when there
 * are too many, they are collected before they are counted: only what is in use counts.
 */
import process from "node:process";
import { setInterval } from "node:timers";
import { queryObjects } from "node:v8";

const CHECK_MS = 50;

/** Calls `onExceeded` when the buffers of this thread that are in use are larger than `bytesMax`, now and then until it ends. */
export function limitBuffers(bytesMax: number, onExceeded: () => void): void {
  const isExceeded = (): boolean => process.memoryUsage().arrayBuffers > bytesMax;
  setInterval(() => {
    if (!isExceeded()) return;
    collect();
    if (isExceeded()) onExceeded();
  }, CHECK_MS).unref();
}

/**
 * Collects all that nobody holds. Node has no call for just this: `gc` is there behind a flag that belongs to all threads at once,
 * and would show in realms of user code. Counting the objects of a class begins with a full collection, buffers included.
 */
function collect(): void {
  queryObjects(Uncounted, { format: "count" });
}

class Uncounted {}
