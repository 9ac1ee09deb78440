/**
 * A closed loop: a fixed number of requests in flight on each of several connections, a new one sent for each that is
 * answered. Warm-up, then the measured window, then every request that was sent is waited for, so that nothing is in
 * flight when sums are checked.
 */
import { setTimeout } from "node:timers/promises";
import type { Measurement, Meter } from "./meter.js";

export interface LoopTimes {
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** One connection of a loop. */
export interface LoopConnection {
  /** Sends the first requests. */
  begin(): void;
  close(): void;
}

/** What connections tell the loop, and ask it. */
export interface Loop {
  readonly meter: Meter;
  /** False once the time is over: nothing more is to be sent. */
  readonly isOpen: boolean;
  sent(count: number): void;
  answered(count: number): void;
  failed(error: Error): void;
}

/** Rejects with the first failure: a load with failed requests measures nothing. */
export async function runLoop(meter: Meter, times: LoopTimes, connect: (loop: Loop) => Promise<readonly LoopConnection[]>): Promise<Measurement> {
  const loop = new OpenLoop(meter);
  const connections = await connect(loop);
  try {
    for (const connection of connections) connection.begin();
    await Promise.race([loop.failure, setTimeout(times.warmUpSeconds * 1000)]);
    meter.start();
    await Promise.race([loop.failure, setTimeout(times.seconds * 1000)]);
    const measurement = meter.stop();
    await Promise.race([loop.failure, loop.drain()]);
    return measurement;
  } finally {
    for (const connection of connections) connection.close();
  }
}

class OpenLoop implements Loop {
  isOpen = true;
  #inFlight = 0;
  #drained: () => void = () => {};
  #fail: (error: Error) => void = () => {};
  readonly failure = new Promise<never>((_resolve, reject) => (this.#fail = reject));

  constructor(readonly meter: Meter) {
    this.failure.catch(() => {}); // heard by whoever races against it
  }

  sent(count: number): void {
    this.#inFlight += count;
  }

  answered(count: number): void {
    this.#inFlight -= count;
    if (!this.isOpen && this.#inFlight === 0) this.#drained();
  }

  failed(error: Error): void {
    this.#fail(error);
  }

  drain(): Promise<void> {
    this.isOpen = false;
    return new Promise((resolve) => {
      this.#drained = resolve;
      if (this.#inFlight === 0) resolve();
    });
  }
}
