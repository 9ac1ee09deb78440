/** Imports and exports of many small documents. */
import { setTimeout as delay } from "node:timers/promises";
import { TransferClient, zipOf, type Order } from "../../tests/cli/transfer-client.js";
import { ADMIN_KEY } from "../../tests/harness.js";
import type { Stage } from "./stage.js";

const POLL_MS = 100;

export async function measureImports(stage: Stage, counts: readonly number[]): Promise<void> {
  for (const count of counts) {
    const lines = linesOf(count);
    await measureImport(stage, `replace, ${count}`, { format: "jsonLines", mode: "replace", tableName: "items" }, lines, count);
    await measureImport(stage, `replace again, ${count}`, { format: "jsonLines", mode: "replace", tableName: "items" }, lines, count);
    await measureImport(stage, `append, ${count}`, { format: "jsonLines", mode: "append", tableName: "items" }, lines, count);
    await measureImport(stage, `replace all with nothing, of ${2 * count}`, { format: "jsonLines", mode: "replaceAll", tableName: "others" }, Buffer.from('{"name":"one"}\n'), 1);
    await measureImport(stage, `zip, ${count}`, { format: "zip", mode: "replace" }, await zipOf({ "items/documents.jsonl": lines }), count);
  }
}

export async function measureExport(stage: Stage, counts: readonly number[]): Promise<void> {
  const count = Math.max(...counts);
  await measureImport(stage, `replace, ${count}`, { format: "jsonLines", mode: "replace", tableName: "items" }, linesOf(count), count);
  await stage.measure(`export of ${count}`, async () => {
    const { server } = stage;
    const client = new TransferClient(server);
    await client.post("/api/export/request/zip?includeStorage=false");
    const { start_ts, state } = await client.latestExport(600_000);
    if (state !== "completed") throw new Error("The export failed.");
    const response = await fetch(`${server.url}/api/export/zip/${start_ts}`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    for await (const chunk of response.body!) void chunk;
  });
}

async function measureImport(stage: Stage, name: string, order: Order, content: Buffer, expected: number): Promise<void> {
  const client = new TransferClient(stage.server);
  let importId = "";
  await stage.measure(`${name}: upload and check`, async () => {
    importId = await client.upload(order, content);
    await reached(client, importId, "waiting_for_confirmation");
  });
  await stage.measure(`${name}: import`, async () => {
    await client.post("/api/perform_import", JSON.stringify({ importId }));
    const { num_rows_written } = await reached(client, importId, "completed");
    if (Number(num_rows_written) !== expected) throw new Error(`${name}: ${num_rows_written} documents were imported`);
  });
}

async function reached(client: TransferClient, importId: string, wanted: string) {
  for (;;) {
    const state = await client.state(importId);
    if (state.state === wanted) return state;
    if (state.state === "failed") throw new Error(state.error_message);
    await delay(POLL_MS);
  }
}

function linesOf(count: number): Buffer {
  const lines: Buffer[] = [];
  for (let i = 0; i < count; i++) lines.push(Buffer.from(`{"group":${i % 1_000},"name":"item number ${i} of an import","done":${i % 2 === 0}}\n`));
  return Buffer.concat(lines);
}
