import { Fifo } from "./fifo.js";

/** Runs callbacks one after another, each when the one before has called `done`; the first at once. */
export class CallQueue {
  readonly #waiting = new Fifo<(done: () => void) => void>();
  #isRunning = false;
  #isStarting = false;

  /** Whether nothing waits behind the one that runs. */
  get isLast(): boolean {
    return this.#waiting.length === 0;
  }

  run(start: (done: () => void) => void): void {
    this.#waiting.push(start);
    if (!this.#isRunning) this.#next();
  }

  /** A loop, not a recursion: many callbacks in a row may be done at once. */
  #next(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    do {
      const start = this.#waiting.shift();
      this.#isRunning = start !== undefined;
      start?.(() => {
        this.#isRunning = false;
        this.#next();
      });
    } while (!this.#isRunning && this.#waiting.length > 0);
    this.#isStarting = false;
  }
}
