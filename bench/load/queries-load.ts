/**
 * What a write costs where many different queries are watched. The queries are spread over some sockets, many on each;
 * one socket writes, some writes in flight, first what nobody watches, then what exactly one query depends on. As many
 * documents are written however many queries there are, so that only their number makes a difference.
 */
import { runLoop, type LoopTimes } from "./closed-loop.js";
import { Failure } from "./failure.js";
import { balanceOf } from "./fanout-load.js";
import { inTurns } from "./in-turns.js";
import { Meter, type Measurement } from "./meter.js";
import { liveQueryRuns } from "./server-counter.js";
import { preparedPerConnection, SocketConnection } from "./socket-load.js";
import type { Call } from "./sync-protocol.js";
import { Watcher } from "./watcher.js";

export interface QueriesLoad extends LoopTimes {
  readonly kind: "queries";
  readonly url: string;
  readonly serverPid: number;
  readonly sockets: number;
  /** One query each. */
  readonly watched: readonly string[];
  /** Those of `watched` that are written: each in turn, so more than are in flight. */
  readonly related: readonly string[];
  /** Written, and not watched. */
  readonly unrelated: readonly string[];
}

/** Operations are writes that nobody watches. */
export interface QueriesMeasurement extends Measurement {
  readonly executionsPerUnrelated: number;
  /** Operations are writes that one query depends on. */
  readonly related: Measurement;
  readonly executionsPerRelated: number;
}

const IN_FLIGHT = 16;
const SUBSCRIBING_AT_ONCE = 4;

export async function runQueriesLoad(load: QueriesLoad): Promise<QueriesMeasurement> {
  const watch = new Watch(load);
  try {
    await watch.begin();
    const unrelated = await write(load, load.unrelated, watch);
    watch.expectSilence();
    const related = await write(load, load.related, watch);
    await watch.allDelivered(related.total);
    return { ...unrelated.measurement, executionsPerUnrelated: unrelated.runs / unrelated.total, related: related.measurement, executionsPerRelated: related.runs / related.total };
  } finally {
    watch.close();
  }
}

interface Written {
  readonly measurement: Measurement;
  /** With those before and after the measured window. */
  readonly total: number;
  readonly runs: number;
}

/** The n-th write gives the account n, modulo their number, the balance n. */
async function write(load: QueriesLoad, accounts: readonly string[], watch: Watch): Promise<Written> {
  const runsBefore = await liveQueryRuns(load.url);
  let connection: SocketConnection | null = null;
  let written = 0;
  const next = (): Call => {
    const balance = written++;
    return { udfPath: "accounts:setBalance", args: { id: accounts[balance % accounts.length]!, balance } };
  };
  const loop = runLoop(new Meter(load.serverPid), load, async (open) => {
    connection = await SocketConnection.open(load.url, IN_FLIGHT, open, next, preparedPerConnection(load, 4));
    return [connection];
  });
  const measurement = await watch.failure.race(loop);
  return { measurement, total: connection!.answeredTotal, runs: (await liveQueryRuns(load.url)) - runsBefore };
}

/** Everybody who watches, and what they were told. */
class Watch {
  readonly failure = new Failure();
  readonly #load: QueriesLoad;
  readonly #relatedIndexes: ReadonlyMap<string, number>;
  #watchers: readonly Watcher[] = [];
  #delivered = 0;
  #onDelivered: () => void = () => {};

  constructor(load: QueriesLoad) {
    this.#load = load;
    this.#relatedIndexes = new Map(load.related.map((id, index) => [id, index]));
  }

  async begin(): Promise<void> {
    const { watched, sockets, url } = this.#load;
    const perSocket = Math.ceil(watched.length / sockets);
    const shares = Array.from({ length: Math.ceil(watched.length / perSocket) }, (_, i) => watched.slice(i * perSocket, (i + 1) * perSocket));
    const opened = inTurns(shares, SUBSCRIBING_AT_ONCE, (ids) =>
      Watcher.open(url, ids.map(balanceOf), { changed: (index, value) => this.#deliver(ids[index]!, value), failed: this.failure.fail }),
    );
    this.#watchers = await this.failure.race(opened);
  }

  expectSilence(): void {
    if (this.#delivered > 0) throw new Error(`${this.#delivered} results were sent for writes that nobody watches.`);
  }

  /** Each write of a watched account was told once. */
  async allDelivered(count: number): Promise<void> {
    const delivered = new Promise<void>((resolve) => {
      this.#onDelivered = () => {
        if (this.#delivered === count) resolve();
        else if (this.#delivered > count) this.failure.fail(new Error(`${this.#delivered} results were sent for ${count} writes.`));
      };
    });
    this.#onDelivered();
    await this.failure.race(delivered);
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }

  #deliver(id: string, value: number): void {
    this.#delivered++;
    const index = this.#relatedIndexes.get(id);
    if (index !== value % this.#load.related.length) this.failure.fail(new Error(`A query was told ${value}, which was written elsewhere.`));
    this.#onDelivered();
  }
}
