/**
 * How soon subscribers see a write. One socket writes a number, one write at a time; each of the subscribers, a socket of
 * its own with one query, must receive a Transition with that number. Time is taken from sending the write, so it holds
 * the function's run, the fsync and the re-run of the query as well as the way back.
 *
 *     writer      ─ setBalance(n) ─▶ server
 *     watchers    ◀─ QueryUpdated n ─┘   each: a delivery; the last of them: the write is everywhere
 *     bystanders  (other queries; must hear nothing)
 */
import { Meter, percentiles, type Measurement } from "./meter.js";
import { connectMessage, mutationMessage, subscribeMessage, SYNC_ROUTE, updatedNumber } from "./sync-protocol.js";
import { LoadWebSocket, textFrame } from "./web-socket.js";
import type { LoopTimes } from "./closed-loop.js";

export interface LatencyLoad extends LoopTimes {
  readonly kind: "latency";
  readonly url: string;
  readonly serverPid: number;
  /** The account that is written. */
  readonly account: string;
  /** Sockets that watch it. */
  readonly watchers: number;
  /** Sockets that each watch one of these instead. */
  readonly bystanders: readonly string[];
}

/** Operations are writes, and their times those to the last watcher. */
export interface LatencyMeasurement extends Measurement {
  /** From a write to each single watcher. */
  readonly deliveries: { readonly count: number; readonly p50Ms: number; readonly p99Ms: number };
}

const BALANCE = "accounts:balance";
const SET_BALANCE = "accounts:setBalance";

export async function runLatencyLoad(load: LatencyLoad): Promise<LatencyMeasurement> {
  const audience = new Audience(load);
  try {
    await audience.assemble();
    return await measure(load, audience);
  } finally {
    audience.close();
  }
}

async function measure(load: LatencyLoad, audience: Audience): Promise<LatencyMeasurement> {
  const meter = new Meter(load.serverPid);
  await writeUntil(performance.now() + load.warmUpSeconds * 1000, audience, meter);
  audience.deliveriesMs.length = 0;
  meter.start();
  await writeUntil(performance.now() + load.seconds * 1000, audience, meter);
  const measurement = meter.stop();
  return { ...measurement, deliveries: { count: audience.deliveriesMs.length, ...percentiles(audience.deliveriesMs) } };
}

async function writeUntil(endMs: number, audience: Audience, meter: Meter): Promise<void> {
  while (performance.now() < endMs) meter.record(await audience.write());
}

/** The writer and everybody who subscribed. */
class Audience {
  readonly deliveriesMs: number[] = [];
  readonly #load: LatencyLoad;
  readonly #sockets: LoadWebSocket[] = [];
  #writer: LoadWebSocket | null = null;
  /** Number of the write that is under way; also its value. */
  #write = 0;
  #sentMs = 0;
  #awaited = 0;
  #arrived: (lastMs: number) => void = () => {};
  #fail: (error: Error) => void = () => {};
  readonly #failure = new Promise<never>((_resolve, reject) => (this.#fail = reject));

  constructor(load: LatencyLoad) {
    this.#load = load;
    this.#failure.catch(() => {}); // heard by whoever races against it
  }

  async assemble(): Promise<void> {
    const { account, watchers, bystanders } = this.#load;
    this.#writer = await this.#open(() => {});
    const disturbed = () => this.#fail(new Error("A subscriber was told of a change that it does not depend on."));
    await Promise.all([
      ...bystanders.map((bystander) => this.#subscribe(bystander, disturbed)),
      ...Array.from({ length: watchers }, () => this.#subscribe(account, (value) => this.#deliver(value))),
    ]);
  }

  /** Resolves with the milliseconds until the last watcher has it. */
  async write(): Promise<number> {
    this.#write++;
    this.#awaited = this.#load.watchers;
    const frame = textFrame(mutationMessage(this.#write, SET_BALANCE, { id: this.#load.account, balance: this.#write }));
    const arrived = new Promise<number>((resolve) => (this.#arrived = resolve));
    this.#sentMs = performance.now();
    this.#writer!.send(frame);
    return Promise.race([arrived, this.#failure]);
  }

  close(): void {
    this.#writer?.close();
    for (const socket of this.#sockets) socket.close();
  }

  #deliver(value: number): void {
    if (value !== this.#write) {
      this.#fail(new Error(`A subscriber received ${value} in place of ${this.#write}.`));
      return;
    }
    const ms = performance.now() - this.#sentMs;
    this.deliveriesMs.push(ms);
    if (--this.#awaited === 0) this.#arrived(ms);
  }

  /** Resolves when the first result is there; every later one goes to `changed`. */
  async #subscribe(account: string, changed: (value: number) => void): Promise<void> {
    let isFirst = true;
    let begun: () => void = () => {};
    const first = new Promise<void>((resolve) => (begun = resolve));
    const socket = await this.#open((value) => {
      if (!isFirst) return changed(value);
      isFirst = false;
      begun();
    });
    this.#sockets.push(socket);
    socket.send(textFrame(subscribeMessage(BALANCE, { id: account })));
    await Promise.race([first, this.#failure]);
  }

  async #open(onNumber: (value: number) => void): Promise<LoadWebSocket> {
    const socket = await LoadWebSocket.connect(`${this.#load.url}${SYNC_ROUTE}`, {
      onText: (frame) => this.#receive(frame, onNumber),
      onClose: (reason) => this.#fail(new Error(`The server closed a subscriber's socket: ${reason}`)),
    });
    socket.send(textFrame(connectMessage()));
    return socket;
  }

  #receive(frame: string, onNumber: (value: number) => void): void {
    try {
      const value = updatedNumber(frame);
      if (value !== null) onNumber(value);
    } catch (error) {
      this.#fail(error as Error);
    }
  }
}
