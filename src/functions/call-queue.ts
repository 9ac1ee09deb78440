import { Fifo } from "./fifo.js";

/** Runs callbacks one after another, each when the one before has called `done`; the first at once. */
export class CallQueue {
  /** Made when first used: most functions call none. */
  #waiting: Fifo<(done: () => void) => void> | null = null;
  #isRunning = false;
  #isStarting = false;

  /** Whether nothing waits behind the one that runs. */
  get isLast(): boolean {
    return this.#waiting === null || this.#waiting.length === 0;
  }

  run(start: (done: () => void) => void): void {
    (this.#waiting ??= new Fifo()).push(start);
    if (!this.#isRunning) this.#next();
  }

  /** A loop, not a recursion: many callbacks in a row may be done at once. */
  #next(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    do {
      const start = this.#waiting?.shift();
      this.#isRunning = start !== undefined;
      start?.(() => {
        this.#isRunning = false;
        this.#next();
      });
    } while (!this.#isRunning && !this.isLast);
    this.#isStarting = false;
  }
}
