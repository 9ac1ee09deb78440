/** One document that many clients increment at once. No call may fail, and none may be lost or counted twice. */
import { balanceOf } from "../bench-data.js";
import { rowOf, type Row } from "../report.js";
import type { Bench, Part } from "./part.js";

export const HOT_PARTS: readonly Part[] = [50, 500].map((clients): Part => {
  const name = `hot.clients${clients}`;
  return { name, about: `${clients} sockets increment one document, one call in flight each`, run: (bench) => increment(bench, name, clients) };
});

async function increment(bench: Bench, name: string, clients: number): Promise<Row> {
  const server = await bench.server();
  const [id] = await server.openAccounts(1);
  const before = await balanceOf(server.url, id!);
  const measurement = await bench.run(name, { kind: "increments", ...bench.times, url: server.url, serverPid: server.pid, clients, call: { udfPath: "accounts:increment", args: { id } } });
  const incremented = (await balanceOf(server.url, id!)) - before;
  if (incremented !== measurement.acknowledged) throw new Error(`${measurement.acknowledged} increments were acknowledged, and the document has ${incremented}.`);
  return rowOf(name, measurement, { finalValue: incremented });
}
