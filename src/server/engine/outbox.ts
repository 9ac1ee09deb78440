/**
 * Everything that leaves the engine, in order, each message held back until the state that it shows is durable: no client
 * learns of a commit that a crash could take away. One array is posted per turn, not one message at a time.
 */
import type { FromEngine } from "../engine-messages.js";

interface Held {
  readonly ts: number;
  readonly message: FromEngine;
}

export class Outbox {
  #held: Held[] = [];
  #ready: FromEngine[] = [];
  #durableTs: number;
  #isPostDue = false;
  #batches = 0;
  #messages = 0;

  constructor(
    durableTs: number,
    private readonly post: (batch: readonly FromEngine[]) => void,
  ) {
    this.#durableTs = durableTs;
  }

  /** What has left so far. */
  get counts(): { readonly batches: number; readonly messages: number } {
    return { batches: this.#batches, messages: this.#messages };
  }

  /** Messages leave in the order in which they are added, so `ts` must not decrease. */
  add(message: FromEngine, ts: number): void {
    if (ts <= this.#durableTs && this.#held.length === 0) this.#leave(message);
    else this.#held.push({ ts, message });
  }

  release(durableTs: number): void {
    this.#durableTs = durableTs;
    let count = 0;
    while (count < this.#held.length && this.#held[count]!.ts <= durableTs) this.#leave(this.#held[count++]!.message);
    if (count > 0) this.#held = this.#held.slice(count);
  }

  /** Takes back what shows commits that will never be durable. */
  withdraw(): readonly FromEngine[] {
    const withdrawn = this.#held.map(({ message }) => message);
    this.#held = [];
    return withdrawn;
  }

  #leave(message: FromEngine): void {
    this.#ready.push(message);
    if (this.#isPostDue) return;
    this.#isPostDue = true;
    queueMicrotask(() => this.#postReady());
  }

  #postReady(): void {
    this.#isPostDue = false;
    const batch = this.#ready;
    this.#ready = [];
    this.#batches++;
    this.#messages += batch.length;
    this.post(batch);
  }
}
