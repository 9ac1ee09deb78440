/**
 * A dashboard: many sockets watch one query that reads many rows, and rows change at a steady rate, whether the server
 * keeps up or not. The n-th write gives a row the value n; the result holds the newest, so a result of n or more shows it.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { LoopTimes } from "./closed-loop.js";
import { Failure } from "./failure.js";
import { inTurns } from "./in-turns.js";
import { Meter, type Measurement } from "./meter.js";
import { liveQueryRuns } from "./server-counter.js";
import { answeredRequest, connectMessage, mutationMessage, SYNC_ROUTE, type Call } from "./sync-protocol.js";
import { Watcher } from "./watcher.js";
import { LoadWebSocket, textFrame } from "./web-socket.js";

export interface DashboardLoad extends LoopTimes {
  readonly kind: "dashboard";
  readonly url: string;
  readonly serverPid: number;
  readonly subscribers: number;
  readonly writesPerSecond: number;
  readonly query: Call;
  /** The mutation that writes; it is called with `{ id, value }`. */
  readonly write: string;
  readonly rows: readonly string[];
}

/** Operations are writes, and their times those to the last subscriber. */
export interface DashboardMeasurement extends Measurement {
  readonly executionsPerWrite: number;
}

const CONNECTING_AT_ONCE = 50;

export async function runDashboardLoad(load: DashboardLoad): Promise<DashboardMeasurement> {
  const dashboard = new Dashboard(load);
  try {
    await dashboard.open();
    await dashboard.writeFor(load.warmUpSeconds);
    const runsBefore = await liveQueryRuns(load.url);
    dashboard.meter.start();
    await dashboard.writeFor(load.seconds);
    const measurement = dashboard.meter.stop();
    return { ...measurement, executionsPerWrite: ((await liveQueryRuns(load.url)) - runsBefore) / measurement.ops };
  } finally {
    dashboard.close();
  }
}

class Dashboard {
  readonly meter: Meter;
  readonly #load: DashboardLoad;
  readonly #failure = new Failure();
  #watchers: readonly Watcher[] = [];
  #writer: LoadWebSocket | null = null;
  #written = 0;
  /** By the number of a write, and how many subscribers lack it. */
  readonly #sentMs: number[] = [];
  readonly #lacking: number[] = [];
  /** What each subscriber saw last. */
  readonly #seen: number[];
  #shown = 0;
  #onShown: () => void = () => {};

  constructor(load: DashboardLoad) {
    this.#load = load;
    this.meter = new Meter(load.serverPid);
    this.#seen = Array.from({ length: load.subscribers }, () => 0);
  }

  async open(): Promise<void> {
    const { url, query } = this.#load;
    const opened = inTurns(this.#seen, CONNECTING_AT_ONCE, (_, subscriber) =>
      Watcher.open(url, [query], { changed: (_index, value) => this.#see(subscriber, value), failed: this.#failure.fail }),
    );
    this.#watchers = await this.#failure.race(opened);
    this.#writer = await LoadWebSocket.connect(`${url}${SYNC_ROUTE}`, {
      onText: (frame) => this.#checkAnswer(frame),
      onClose: (reason) => this.#failure.fail(new Error(`The server closed the writer's socket: ${reason}`)),
    });
    this.#writer.send(textFrame(connectMessage()));
  }

  /** Returns when everybody has seen everything. */
  async writeFor(seconds: number): Promise<void> {
    const { writesPerSecond } = this.#load;
    const startMs = performance.now();
    const count = Math.max(1, Math.round(seconds * writesPerSecond));
    for (let i = 0; i < count; i++) {
      const waitMs = startMs + (i * 1000) / writesPerSecond - performance.now();
      if (waitMs > 0) await this.#failure.race(delay(waitMs));
      this.#write();
    }
    await this.#failure.race(this.#allShown());
  }

  close(): void {
    this.#writer?.drop();
    for (const watcher of this.#watchers) watcher.close();
  }

  #write(): void {
    const { rows, write, subscribers } = this.#load;
    const value = ++this.#written;
    this.#lacking[value] = subscribers;
    this.#sentMs[value] = performance.now();
    this.#writer!.send(textFrame(mutationMessage(value, write, { id: rows[value % rows.length]!, value })));
  }

  #allShown(): Promise<void> {
    return new Promise((resolve) => {
      this.#onShown = () => {
        if (this.#shown === this.#written) resolve();
      };
      this.#onShown();
    });
  }

  /** A result may show several writes at once. */
  #see(subscriber: number, newest: number): void {
    if (newest <= this.#seen[subscriber]! || newest > this.#written) {
      this.#failure.fail(new Error(`A subscriber that had seen write ${this.#seen[subscriber]} was shown ${newest}, of ${this.#written}.`));
      return;
    }
    for (let write = this.#seen[subscriber]! + 1; write <= newest; write++) if (--this.#lacking[write]! === 0) this.#isShown(write);
    this.#seen[subscriber] = newest;
  }

  #isShown(write: number): void {
    this.#shown++;
    this.meter.record(performance.now() - this.#sentMs[write]!);
    this.#onShown();
  }

  #checkAnswer(frame: string): void {
    try {
      answeredRequest(frame);
    } catch (error) {
      this.#failure.fail(error as Error);
    }
  }
}
