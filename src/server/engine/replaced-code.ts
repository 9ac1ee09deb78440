/**
 * Lets go of the memory of code that deploys have replaced. Each deploy makes some realms and leaves them as garbage; V8 lets
 * garbage stand until its heap has grown by half, so that a server which is developed on would take more and more.
 *
 *     deploy ─▶ young     deploy ─▶ young     deploy ─▶ young ─ DELAY_MS ─▶ all     …     QUIET_MS without a deploy ─▶ all
 *
 * What a deploy works with are buffers and texts of the size of the app, in part outside of the heap, where V8 does not see
 * them grow: they are let go of at once, since `malloc` never gives back the holes that many of them leave among what lasts.
 * The collection in quiet makes the young generation small again, as V8 does only where little was allocated for some seconds
 * before; of itself it looks to that only when the old generation has grown, which the collections before prevent.
 *
 * Not here: everything, where there is much else on the heap. A collection would take long then, and some realms more are
 * little beside it.
 */
import { getHeapStatistics } from "node:v8";
import type { CollectGarbage } from "../garbage-collector.js";

/** Realms of fewer deploys may stand until it is quiet. */
const DEPLOYS_MIN = 3;
/** Of a heap that is collected as a whole. */
const HEAP_BYTES_MAX = 200e6;
/** What a deploy sets off comes first. */
const DELAY_MS = 1_000;
/** V8 looks back for 5 s, or to the last collection. */
const QUIET_MS = 10_000;

export class ReplacedCode {
  #deploys = 0;
  #timer: NodeJS.Timeout | undefined;
  #quietTimer: NodeJS.Timeout | undefined;

  constructor(private readonly collect: CollectGarbage) {}

  /** A deploy has replaced the code that ran. */
  add(): void {
    this.#deploys++;
    this.collect("young");
    if (this.#deploys === DEPLOYS_MIN) this.#timer = setTimeout(() => this.#collectAll(), DELAY_MS).unref();
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => this.#collectAll(), QUIET_MS).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#quietTimer);
  }

  #collectAll(): void {
    this.#deploys = 0;
    this.collect(getHeapStatistics().used_heap_size <= HEAP_BYTES_MAX ? "all" : "young");
  }
}
