/**
 * Lets go of the memory of code that deploys have replaced. Each deploy makes some realms and leaves them as garbage; V8 lets
 * garbage stand until its heap has grown by half, so that a server which is developed on would take more and more.
 *
 * Not here: where there is much else on the heap. A collection would take long then, and some realms more are little beside it.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Realms of fewer deploys may stand. */
const DEPLOYS_MIN = 3;
/** A collection stops the thread for about a millisecond for each 2 MB. */
const HEAP_BYTES_MAX = 200e6;
/** What a deploy sets off comes first. */
const DELAY_MS = 1_000;

export class ReplacedCode {
  #deploys = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `collect` stops the thread. */
  constructor(private readonly collect: () => void) {}

  /** A deploy has replaced the code that ran. */
  add(): void {
    this.#deploys++;
    this.#timer ??= setTimeout(() => this.#collect(), DELAY_MS).unref();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #collect(): void {
    this.#timer = null;
    if (this.#deploys < DEPLOYS_MIN) return;
    this.#deploys = 0;
    if (getHeapStatistics().used_heap_size <= HEAP_BYTES_MAX) this.collect();
  }
}

/**
 * V8's collector, which it gives to contexts only while a flag of the whole process is set. To be called before another
 * thread of the process makes contexts for user code.
 */
export function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  return () => collect();
}
