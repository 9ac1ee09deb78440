/** Runs callbacks one after another, each when the one before has called `done`; the first at once. */
export class CallQueue {
  readonly #waiting: ((done: () => void) => void)[] = [];
  #isRunning = false;

  run(start: (done: () => void) => void): void {
    this.#waiting.push(start);
    if (!this.#isRunning) this.#next();
  }

  #next(): void {
    const start = this.#waiting.shift();
    this.#isRunning = start !== undefined;
    start?.(() => this.#next());
  }
}
