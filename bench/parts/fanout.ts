/** How soon a write reaches those who watch it, what telling them costs, and what it costs when many watch something else. */
import type { FanoutMeasurement } from "../load/fanout-load.js";
import { rowOf, withGoal, type More, type Row } from "../report.js";
import type { Bench, Part } from "./part.js";

const UNRELATED = 1_000;
const LARGE = 10_000;
const P50_MS_MAX = 3;
const CPU_MICROS_PER_DELIVERY_MAX = 12;

export const FANOUT_PARTS: readonly Part[] = [
  ...[1, 100, 1_000, LARGE].map((subscribers): Part => {
    const name = `fanout.subscribers${subscribers}`;
    const about = `from a write to the last of ${subscribers.toLocaleString("en")} socket${subscribers === 1 ? "" : "s"} with the same query`;
    return { name, about, size: subscribers === LARGE ? "large" : "usual", run: async (bench) => held(await watched(bench, name, subscribers), subscribers) };
  }),
  { name: `fanout.unrelated${UNRELATED}`, about: `as fanout.subscribers1, with ${UNRELATED.toLocaleString("en")} sockets in all, each with a query of its own`, run: unrelated },
];

async function watched(bench: Bench, name: string, subscribers: number): Promise<Row> {
  const measurement = await measure(bench, name, subscribers, 0);
  return rowOf(name, measurement, deliveryFigures(measurement));
}

function held(row: Row, subscribers: number): Row {
  const { executionsPerChange, serverCpuMicrosPerDelivery } = row.more;
  if (subscribers === 1) return withGoal(row, `p50 ≤ ${P50_MS_MAX} ms`, row.p50Ms !== null && row.p50Ms <= P50_MS_MAX);
  const isReached = executionsPerChange === 1 && serverCpuMicrosPerDelivery !== undefined && serverCpuMicrosPerDelivery <= CPU_MICROS_PER_DELIVERY_MAX;
  return withGoal(row, `1 execution per change, ≤ ${CPU_MICROS_PER_DELIVERY_MAX} µs per delivery`, isReached);
}

/** One of the thousand watches what is written. What it is compared with is measured right before, on the same machine in the same mood. */
async function unrelated(bench: Bench): Promise<Row> {
  const name = `fanout.unrelated${UNRELATED}`;
  const alone = await measure(bench, `${name} (one alone)`, 1, 0);
  const measurement = await measure(bench, name, 1, UNRELATED - 1);
  return rowOf(name, measurement, { aloneP50Ms: alone.p50Ms, ratioToAlone: measurement.p50Ms / alone.p50Ms });
}

async function measure(bench: Bench, name: string, subscribers: number, bystanders: number): Promise<FanoutMeasurement> {
  const server = await bench.server();
  const [account, ...others] = await server.openAccounts(1 + bystanders);
  return bench.run(name, { kind: "fanout", ...bench.times, url: server.url, serverPid: server.pid, account: account!, subscribers, bystanders: others });
}

function deliveryFigures({ deliveries, executionsPerChange, server }: FanoutMeasurement): More {
  return {
    eachP50Ms: deliveries.p50Ms,
    eachP99Ms: deliveries.p99Ms,
    executionsPerChange,
    ...(server === null ? {} : { serverCpuMicrosPerDelivery: server.processMicros / deliveries.count }),
  };
}
