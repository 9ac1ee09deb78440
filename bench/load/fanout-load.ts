/**
 * How soon subscribers see a write, and what telling them costs. One socket writes a number, one write at a time; each of
 * the subscribers, a socket of its own with one query, must receive a Transition with that number. Time is taken from
 * sending the write, so it holds the function's run, the fsync and the re-run of the query as well as the way back.
 *
 *     writer       ─ setBalance(n) ─▶ server
 *     subscribers  ◀─ QueryUpdated n ─┘   each: a delivery; the last of them: the write is everywhere
 *     bystanders   (other queries; must hear nothing)
 */
import type { LoopTimes } from "./closed-loop.js";
import { Failure } from "./failure.js";
import { inTurns } from "./in-turns.js";
import { Meter, percentiles, type Measurement } from "./meter.js";
import { requireOpenFiles } from "./open-files.js";
import { liveQueryRuns } from "./server-counter.js";
import { answeredRequest, connectMessage, mutationMessage, SYNC_ROUTE, type Call } from "./sync-protocol.js";
import { Watcher } from "./watcher.js";
import { LoadWebSocket, textFrame } from "./web-socket.js";

export interface FanoutLoad extends LoopTimes {
  readonly kind: "fanout";
  readonly url: string;
  readonly serverPid: number;
  /** The account that is written. */
  readonly account: string;
  /** Sockets that watch it. */
  readonly subscribers: number;
  /** Sockets that each watch one of these instead. */
  readonly bystanders: readonly string[];
}

/** Operations are writes, and their times those to the last subscriber. */
export interface FanoutMeasurement extends Measurement {
  /** From a write to each single subscriber. */
  readonly deliveries: { readonly count: number; readonly p50Ms: number; readonly p99Ms: number };
  /** Of the query, for one write. */
  readonly executionsPerChange: number;
}

const SET_BALANCE = "accounts:setBalance";
const CONNECTING_AT_ONCE = 100;

export function balanceOf(id: string): Call {
  return { udfPath: "accounts:balance", args: { id } };
}

export async function runFanoutLoad(load: FanoutLoad): Promise<FanoutMeasurement> {
  requireOpenFiles(load.subscribers + load.bystanders.length);
  const audience = new Audience(load);
  try {
    await audience.assemble();
    return await measure(load, audience);
  } finally {
    audience.close();
  }
}

async function measure(load: FanoutLoad, audience: Audience): Promise<FanoutMeasurement> {
  const meter = new Meter(load.serverPid);
  await writeUntil(performance.now() + load.warmUpSeconds * 1000, audience, meter);
  audience.deliveriesMs.length = 0;
  const runsBefore = await liveQueryRuns(load.url);
  meter.start();
  await writeUntil(performance.now() + load.seconds * 1000, audience, meter);
  const measurement = meter.stop();
  const runs = (await liveQueryRuns(load.url)) - runsBefore;
  const { deliveriesMs } = audience;
  return { ...measurement, deliveries: { count: deliveriesMs.length, ...percentiles(deliveriesMs) }, executionsPerChange: runs / measurement.ops };
}

/** At least one, however long it takes. */
async function writeUntil(endMs: number, audience: Audience, meter: Meter): Promise<void> {
  do meter.record(await audience.write());
  while (performance.now() < endMs);
}

/** The writer and everybody who subscribed. */
class Audience {
  readonly deliveriesMs: number[] = [];
  readonly #load: FanoutLoad;
  readonly #failure = new Failure();
  #watchers: readonly Watcher[] = [];
  #writer: LoadWebSocket | null = null;
  /** Number of the write that is under way; also its value. */
  #write = 0;
  #sentMs = 0;
  #awaited = 0;
  #arrived: (lastMs: number) => void = () => {};

  constructor(load: FanoutLoad) {
    this.#load = load;
  }

  async assemble(): Promise<void> {
    const { account, subscribers, bystanders, url } = this.#load;
    const disturbed = (): void => this.#failure.fail(new Error("A subscriber was told of a change that it does not depend on."));
    const subscribed = Array.from({ length: subscribers }, () => ({ id: account, changed: (_index: number, value: number) => this.#deliver(value) }));
    const all = [...bystanders.map((id) => ({ id, changed: disturbed })), ...subscribed];
    const opened = inTurns(all, CONNECTING_AT_ONCE, ({ id, changed }) => Watcher.open(url, [balanceOf(id)], { changed, failed: this.#failure.fail }));
    this.#watchers = await this.#failure.race(opened);
    this.#writer = await LoadWebSocket.connect(`${url}${SYNC_ROUTE}`, {
      onText: (frame) => this.#checkAnswer(frame),
      onClose: (reason) => this.#failure.fail(new Error(`The server closed the writer's socket: ${reason}`)),
    });
    this.#writer.send(textFrame(connectMessage()));
  }

  /** Resolves with the milliseconds until the last subscriber has it. */
  async write(): Promise<number> {
    this.#write++;
    this.#awaited = this.#load.subscribers;
    const frame = textFrame(mutationMessage(this.#write, SET_BALANCE, { id: this.#load.account, balance: this.#write }));
    const arrived = new Promise<number>((resolve) => (this.#arrived = resolve));
    this.#sentMs = performance.now();
    this.#writer!.send(frame);
    return this.#failure.race(arrived);
  }

  close(): void {
    this.#writer?.drop();
    for (const watcher of this.#watchers) watcher.close();
  }

  #checkAnswer(frame: string): void {
    try {
      answeredRequest(frame);
    } catch (error) {
      this.#failure.fail(error as Error);
    }
  }

  #deliver(value: number): void {
    if (value !== this.#write) {
      this.#failure.fail(new Error(`A subscriber received ${value} in place of ${this.#write}.`));
      return;
    }
    const ms = performance.now() - this.#sentMs;
    this.deliveriesMs.push(ms);
    if (--this.#awaited === 0) this.#arrived(ms);
  }
}
