/** Who waits inside the engine until a commit is durable: actions that are to be answered, jobs that are to be started. */

interface Waiter {
  readonly ts: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Durability {
  #waiters: Waiter[] = [];

  constructor(private durableTs: number) {}

  /** Rejects, with what the disk said, when the commit was refused and is undone. */
  whenDurable(ts: number): Promise<void> {
    if (ts <= this.durableTs) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ ts, resolve, reject }));
  }

  advance(durableTs: number): void {
    this.durableTs = durableTs;
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ ts }) => ts > durableTs);
    for (const waiter of waiters) if (waiter.ts <= durableTs) waiter.resolve();
  }

  /** Everything after the last durable commit is undone. */
  rolledBack(error: Error): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(error);
  }
}
