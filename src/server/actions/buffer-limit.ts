/**
 * Bounds the buffers of a thread of actions: they lie outside of the heap, which V8 limits by itself.
 *
 * V8 is in no hurry to free buffers that nobody holds any more, such as the 32 MB that one password hash works in. So when there
 * are too many, they are collected before they are counted: only what is in use counts.
 */
import process from "node:process";
import { setInterval } from "node:timers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const CHECK_MS = 50;

/** Calls `onExceeded` when the buffers of this thread that are in use are larger than `bytesMax`, now and then until it ends. */
export function limitBuffers(bytesMax: number, onExceeded: () => void): void {
  const collect = collector();
  const isExceeded = (): boolean => process.memoryUsage().arrayBuffers > bytesMax;
  setInterval(() => {
    if (!isExceeded()) return;
    collect();
    if (isExceeded()) onExceeded();
  }, CHECK_MS).unref();
}

/** There is no other way to V8's collector in a process that was started without the flag. Realms made later do not see it. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  return () => {
    // The first finds what is unused and has it freed in the background, the second waits for that.
    collectGarbage();
    collectGarbage();
  };
}
