/** How soon a write reaches those who watch it, and what it costs when there are many who watch something else. */
import type { LatencyMeasurement } from "../load/latency-load.js";
import { rowOf, type Row } from "../report.js";
import type { Bench, Part } from "./part.js";

const ONE = "latency.subscribers1";
const UNRELATED = 1_000;

export const LATENCY_PARTS: readonly Part[] = [
  ...[1, 100, 1_000].map((watchers): Part => {
    const name = `latency.subscribers${watchers}`;
    return { name, about: `from a write to the last of ${watchers} socket${watchers === 1 ? "" : "s"} with the same query`, run: (bench) => watched(bench, name, watchers) };
  }),
  { name: `latency.unrelated${UNRELATED}`, about: `as ${ONE}, with ${UNRELATED.toLocaleString("en")} sockets in all, each with a query of its own`, run: unrelated },
];

async function watched(bench: Bench, name: string, watchers: number): Promise<Row> {
  const measurement = await measure(bench, name, watchers, 0);
  return rowOf(name, measurement, deliveryFigures(measurement));
}

/** One of the thousand watches what is written. What it is compared with is measured right before, on the same machine in the same mood. */
async function unrelated(bench: Bench): Promise<Row> {
  const name = `latency.unrelated${UNRELATED}`;
  const alone = await measure(bench, `${name} (one alone)`, 1, 0);
  const measurement = await measure(bench, name, 1, UNRELATED - 1);
  return rowOf(name, measurement, { "one alone p50 ms": alone.p50Ms, ratio: measurement.p50Ms / alone.p50Ms });
}

async function measure(bench: Bench, name: string, watchers: number, bystanders: number): Promise<LatencyMeasurement> {
  const server = await bench.server();
  const [account, ...others] = await server.openAccounts(1 + bystanders);
  return bench.run(name, { kind: "latency", ...bench.times, url: server.url, serverPid: server.pid, account: account!, watchers, bystanders: others });
}

function deliveryFigures({ deliveries }: LatencyMeasurement): Readonly<Record<string, number>> {
  return { "each p50 ms": deliveries.p50Ms, "each p99 ms": deliveries.p99Ms };
}
