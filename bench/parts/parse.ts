/** A reactive peer: how soon a write reaches those who watch it with Parse Server's LiveQuery, and what telling them costs. */
import { startParse } from "../peers/peer.js";
import { rowOf, type Row } from "../report.js";
import type { Bench, Part } from "./part.js";

export const PARSE_PARTS: readonly Part[] = [1, 100, 1_000].map((subscribers): Part => {
  const name = `peer.parse.subscribers${subscribers}`;
  const about = `Parse Server's LiveQuery on Postgres: from a write to the last of ${subscribers.toLocaleString("en")} socket${subscribers === 1 ? "" : "s"}`;
  return { name, about, run: (bench) => measure(bench, name, subscribers) };
});

async function measure(bench: Bench, name: string, subscribers: number): Promise<Row> {
  await using peer = await startParse();
  const { url, pid, companionPids } = peer;
  const measurement = await bench.run(name, { kind: "parse", ...bench.times, url, serverPid: pid, companionPids, subscribers });
  const { deliveries, server } = measurement;
  return rowOf(name, measurement, {
    eachP50Ms: deliveries.p50Ms,
    eachP99Ms: deliveries.p99Ms,
    ...(server === null ? {} : { serverCpuMicrosPerDelivery: server.processMicros / deliveries.count }),
  });
}
