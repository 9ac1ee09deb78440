/**
 * How soon subscribers of Parse Server see a write: one object is updated, one update at a time; each subscriber, a socket
 * of its own with one LiveQuery, must be sent an event with the new number. Time is taken from sending the update.
 */
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { connectRequest, objectPath, PARSE_HEADERS, readLiveMessage, subscribeRequest, type LiveMessage } from "../peers/parse-protocol.js";
import type { LoopTimes } from "./closed-loop.js";
import { Failure } from "./failure.js";
import { Meter, percentiles, type Measurement } from "./meter.js";
import { LoadWebSocket, textFrame } from "./web-socket.js";

export interface ParseLoad extends LoopTimes {
  readonly kind: "parse";
  readonly url: string;
  readonly serverPid: number;
  readonly companionPids: readonly number[];
  readonly subscribers: number;
}

/** Operations are updates, and their times those to the last subscriber. */
export interface ParseMeasurement extends Measurement {
  readonly deliveries: { readonly count: number; readonly p50Ms: number; readonly p99Ms: number };
}

const CONNECTING_AT_ONCE = 50;

export async function runParseLoad(load: ParseLoad): Promise<ParseMeasurement> {
  const agent = new Agent({ keepAlive: true });
  const audience = new ParseAudience(load.url, agent);
  try {
    await audience.assemble(load.subscribers);
    const meter = new Meter(load.serverPid, load.companionPids);
    await updateUntil(performance.now() + load.warmUpSeconds * 1000, audience, meter);
    audience.deliveriesMs.length = 0;
    meter.start();
    await updateUntil(performance.now() + load.seconds * 1000, audience, meter);
    const measurement = meter.stop();
    return { ...measurement, deliveries: { count: audience.deliveriesMs.length, ...percentiles(audience.deliveriesMs) } };
  } finally {
    audience.close();
    agent.destroy();
  }
}

/** At least one, however long it takes. */
async function updateUntil(endMs: number, audience: ParseAudience, meter: Meter): Promise<void> {
  do meter.record(await audience.update());
  while (performance.now() < endMs);
}

class ParseAudience {
  readonly deliveriesMs: number[] = [];
  readonly #sockets: LoadWebSocket[] = [];
  #objectId = "";
  /** Number of the update that is under way; also its value. */
  #update = 0;
  #sentMs = 0;
  #awaited = 0;
  #arrived: (lastMs: number) => void = () => {};
  readonly #failure = new Failure();

  constructor(
    private readonly url: string,
    private readonly agent: Agent,
  ) {}

  async assemble(subscribers: number): Promise<void> {
    const created = JSON.parse(await this.#send("POST", objectPath(), 0)) as { readonly objectId: string };
    this.#objectId = created.objectId;
    while (this.#sockets.length < subscribers) {
      const count = Math.min(CONNECTING_AT_ONCE, subscribers - this.#sockets.length);
      await Promise.all(Array.from({ length: count }, () => this.#subscribe()));
    }
  }

  /** Resolves with the milliseconds until the last subscriber has it, once the update is answered as well. */
  async update(): Promise<number> {
    this.#update++;
    this.#awaited = this.#sockets.length;
    const arrived = new Promise<number>((resolve) => (this.#arrived = resolve));
    this.#sentMs = performance.now();
    const answered = this.#send("PUT", objectPath(this.#objectId), this.#update);
    const [ms] = await this.#failure.race(Promise.all([arrived, answered]));
    return ms;
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #deliver(balance: number): void {
    if (balance !== this.#update) return this.#failure.fail(new Error(`A subscriber received ${balance} in place of ${this.#update}.`));
    const ms = performance.now() - this.#sentMs;
    this.deliveriesMs.push(ms);
    if (--this.#awaited === 0) this.#arrived(ms);
  }

  /** Resolves when the server has confirmed the subscription. */
  async #subscribe(): Promise<void> {
    let subscribed: () => void = () => {};
    const confirmed = new Promise<void>((resolve) => (subscribed = resolve));
    const socket: LoadWebSocket = await LoadWebSocket.connect(this.url, {
      onText: (frame) => {
        const message = this.#read(frame);
        if (message?.op === "connected") socket.send(textFrame(subscribeRequest(this.#objectId)));
        else if (message?.op === "subscribed") subscribed();
        else if (message !== null) this.#deliver(message.balance);
      },
      onClose: (reason) => this.#failure.fail(new Error(`Parse Server closed a subscriber's socket: ${reason}`)),
    });
    this.#sockets.push(socket);
    socket.send(textFrame(connectRequest()));
    await this.#failure.race(confirmed);
  }

  #read(frame: string): LiveMessage | null {
    try {
      return readLiveMessage(frame);
    } catch (error) {
      this.#failure.fail(error as Error);
      return null;
    }
  }

  #send(method: string, path: string, balance: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.url}${path}`, { method, agent: this.agent, headers: PARSE_HEADERS }, (response) => {
        text(response).then((body) => (response.statusCode === 200 || response.statusCode === 201 ? resolve(body) : reject(new Error(`Parse Server answered ${String(response.statusCode)}: ${body.slice(0, 500)}`))), reject);
      });
      outgoing.on("error", reject);
      outgoing.end(JSON.stringify({ balance }));
    });
  }
}
