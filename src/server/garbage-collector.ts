/** V8's collector, for a thread that knows better than V8 when it has garbage. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Stops the thread: for "all" about a millisecond for each 2 MB of its heap; for "young", what was allocated last, about as
 * long as any of the many collections of its kind that V8 makes by itself.
 */
export type CollectGarbage = (what: "young" | "all") => void;

/**
 * V8 gives its collector to contexts only while a flag of the whole process is set: to be called before another thread of
 * the process makes contexts for user code. Where there is none nothing is collected.
 */
export function garbageCollector(): CollectGarbage {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("globalThis.gc") as ((options?: { readonly type: "minor" }) => void) | undefined;
  setFlagsFromString("--no-expose-gc");
  return (what) => (what === "young" ? collect?.({ type: "minor" }) : collect?.());
}
