/** What `/metrics` shows to Prometheus: the process, requests and sockets of this thread, and the engine's own figures. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EngineMetrics, EngineReply } from "../engine-messages.js";
import { FUNCTION_ROUTES, RUN_PREFIX, type EngineCaller } from "./function-api.js";
import { SITE } from "./site-router.js";
import { STORAGE_PREFIX } from "./storage-api.js";
import type { SocketCounts } from "./sockets.js";

const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Histogram({
    name: "rivulet_http_request_seconds",
    help: "Time to answer an HTTP request",
    labelNames: ["route", "status"],
    buckets: SECONDS_BUCKETS,
    registers: [this.#registry],
  });

  constructor(
    private readonly engine: EngineCaller,
    socketCounts: () => SocketCounts,
  ) {
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge("rivulet_sockets", "WebSocket connections open", () => socketCounts().open);
    this.#counter("rivulet_sockets_opened_total", "WebSocket connections accepted", () => socketCounts().opened);
    this.#counter("rivulet_frames_received_total", "Messages received over sockets", () => socketCounts().received);
    this.#counter("rivulet_frames_sent_total", "Messages sent over sockets", () => socketCounts().sent);
  }

  observeRequest(pathname: string, status: number, seconds: number): void {
    this.#requests.observe({ route: routeLabel(pathname), status }, seconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The engine's part is left out while there is no engine, so that the rest can still be seen. */
  async text(): Promise<string> {
    const [own, reply] = await Promise.all([this.#registry.metrics(), this.engine.call({ kind: "metrics" })]);
    return own + engineText(reply);
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({ name, help, registers: [this.#registry], collect() { this.set(read()); } });
  }

  #counter(name: string, help: string, read: () => number): void {
    new Counter({ name, help, registers: [this.#registry], collect() { this.reset(); this.inc(read()); } });
  }
}

/** Few values, whatever clients ask for: every label costs memory for ever. */
function routeLabel(pathname: string): string {
  if (pathname === SITE || FUNCTION_ROUTES.has(pathname)) return pathname;
  if (pathname.startsWith(RUN_PREFIX)) return "/api/run";
  if (pathname.startsWith("/api/deploy2/")) return "/api/deploy2";
  if (pathname.startsWith(STORAGE_PREFIX)) return "/api/storage";
  if (pathname.startsWith("/api/")) return "/api";
  return "other";
}

function engineText(reply: EngineReply): string {
  if (!reply.ok) return "";
  const { counters, gauges } = JSON.parse(reply.body) as EngineMetrics;
  const lines = [...Object.entries(counters).map(([name, value]) => sample(`${name}_total`, "counter", value)), ...Object.entries(gauges).map(([name, value]) => sample(name, "gauge", value))];
  return lines.join("");
}

/** "queriesRun_total" → rivulet_engine_queries_run_total. */
function sample(name: string, type: "counter" | "gauge", value: number): string {
  const metric = `rivulet_engine_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/\W/g, "_")}`;
  return `# TYPE ${metric} ${type}\n${metric} ${value}\n`;
}
