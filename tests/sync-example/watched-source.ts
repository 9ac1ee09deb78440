/** The example's source, seen from within: who asks for what and when, answers that wait, answers that are wrong. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createSource } from "../../examples/sync/source/server.js";
import type { World } from "../../examples/sync/source/world.js";

export class WatchedSource implements AsyncDisposable {
  /** Keys in the order in which they were asked for. */
  readonly asked: string[] = [];
  readonly inFlight: string[] = [];
  /** The most requests that were ever open at a time. */
  inFlightMax = 0;
  /** Keys that were asked for while they were being answered. */
  readonly askedTwice: string[] = [];
  /** What is thrown becomes an answer with status 500. */
  trouble: ((key: string) => void) | null = null;
  #gate: Promise<void> | null = null;
  #open: () => void = () => undefined;

  private constructor(private readonly server: Server) {}

  static async start(world: World): Promise<WatchedSource> {
    let watched: WatchedSource | null = null;
    const server = createSource(world, async (key, gone) => await watched!.#onRequest(key, gone));
    watched = new WatchedSource(server);
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    return watched;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How often `key` was asked for. */
  timesAsked(key: string): number {
    return this.asked.filter((asked) => asked === key).length;
  }

  /** No answers until {@link release}. */
  hold(): void {
    this.#gate = new Promise((open) => (this.#open = open));
  }

  release(): void {
    this.#gate = null;
    this.#open();
  }

  async #onRequest(key: string, gone: AbortSignal): Promise<void> {
    if (this.inFlight.includes(key)) this.askedTwice.push(key);
    this.asked.push(key);
    this.inFlight.push(key);
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight.length);
    gone.addEventListener("abort", () => this.inFlight.splice(this.inFlight.indexOf(key), 1), { once: true });
    await this.#gate;
    this.trouble?.(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    this.server.closeAllConnections();
    await new Promise<void>((closed) => this.server.close(() => closed()));
  }
}
