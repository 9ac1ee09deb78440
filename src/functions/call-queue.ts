/** Runs callbacks one after another, each when the one before has called `done`; the first at once. */
export class CallQueue {
  readonly #waiting: ((done: () => void) => void)[] = [];
  #isRunning = false;

  /** Whether nothing waits behind the one that runs. */
  get isLast(): boolean {
    return this.#waiting.length === 0;
  }

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
