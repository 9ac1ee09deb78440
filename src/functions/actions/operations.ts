/**
 * What an action has begun and not finished: requests, timers, calls of other functions. Counted by name, so that what is
 * left when the action answers can be named and stopped, and nothing of it reaches the next action.
 */
// The globals of these names are user code's.
import { clearTimeout, setInterval, setTimeout } from "node:timers";

export class Operations {
  readonly #open = new Map<object, string>();
  readonly #timers = new Map<number, NodeJS.Timeout>();
  readonly #abort = new AbortController();
  #lastTimer = 0;
  #isOver = false;

  /** Aborted when the action is over. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The same promise, counted until it settles. What settles after the action is over is never heard of. */
  track<T>(name: string, promise: Promise<T>): Promise<T> {
    const key = {};
    this.#open.set(key, name);
    return new Promise((resolve, reject) => {
      const settle = (action: () => void): void => {
        this.#open.delete(key);
        if (!this.#isOver) action();
      };
      promise.then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error as Error)),
      );
    });
  }

  /** As the functions of browsers: a number names the timer. */
  setTimer(name: "setTimeout" | "setInterval", callback: () => void, delayMs: number): number {
    const id = ++this.#lastTimer;
    const start = name === "setTimeout" ? setTimeout : setInterval;
    const fire = (): void => {
      if (name === "setTimeout") this.#timers.delete(id);
      if (!this.#isOver) callback();
    };
    this.#timers.set(id, start(fire, delayMs));
    return id;
  }

  clearTimer(id: unknown): void {
    const timer = this.#timers.get(Number(id));
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#timers.delete(Number(id));
  }

  /** Stops everything; returns the names of what was open. */
  end(): readonly string[] {
    this.#isOver = true;
    const names = [...this.#open.values(), ...Array.from(this.#timers.values(), () => "timer")];
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#open.clear();
    this.#abort.abort(new Error("The action that began this has ended."));
    return names;
  }
}
