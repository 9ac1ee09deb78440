/** What some parts need in the database, made through the bench app's own functions or by an import. */
import { setTimeout as delay } from "node:timers/promises";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference, type FunctionReference } from "convex/server";
import { TransferClient } from "../tests/cli/transfer-client.js";
import type { BenchServer } from "./bench-server.js";
import { inTurns } from "./load/in-turns.js";

/** The bench app is deployed from a copy, so there is no generated `api` to import. */
export const recordsApi = (name: string): FunctionReference<"query"> => makeFunctionReference<"query">(name);

export interface Board {
  readonly board: string;
  readonly rows: string[];
}

export function openBoard(url: string, rows: number): Promise<Board> {
  return clientOf(url).mutation(makeFunctionReference<"mutation", { rows: number }, Board>("boards:open"), { rows });
}

export function balanceOf(url: string, id: string): Promise<number> {
  return clientOf(url).query(makeFunctionReference<"query", { id: string }, number>("accounts:balance"), { id });
}

export async function setBalance(url: string, id: string, balance: number): Promise<void> {
  await clientOf(url).mutation(makeFunctionReference<"mutation">("accounts:setBalance"), { id, balance });
}

const RECORDS_AT_ONCE = 1_000;

/** Records with keys from 0 on; their ids in that order. */
export async function fillRecords(url: string, count: number): Promise<string[]> {
  const addMany = makeFunctionReference<"mutation", { from: number; count: number }, string[]>("records:addMany");
  const starts = Array.from({ length: Math.ceil(count / RECORDS_AT_ONCE) }, (_, i) => i * RECORDS_AT_ONCE);
  const ids = await inTurns(starts, 2, (from) => clientOf(url).mutation(addMany, { from, count: Math.min(RECORDS_AT_ONCE, count - from) }));
  return ids.flat();
}

/** Bytes of the JSON text of one imported record. */
const RECORD_BYTES = 1_000;
/** What is made, sent and imported in one go. */
const IMPORT_BYTES = 100e6;
const POLL_MS = 100;

/** Adds records of about `bytes` of JSON text together, with keys from 0 on. Returns how many. */
export async function importRecords(server: BenchServer, bytes: number): Promise<number> {
  const count = Math.round(bytes / RECORD_BYTES);
  const perImport = Math.round(IMPORT_BYTES / RECORD_BYTES);
  for (let from = 0; from < count; from += perImport) {
    await importLines(server, recordLines(from, Math.min(perImport, count - from)));
    process.stderr.write(`  ${Math.min(count, from + perImport).toLocaleString("en")} of ${count.toLocaleString("en")} records …\n`);
  }
  return count;
}

async function importLines(server: BenchServer, lines: Buffer): Promise<void> {
  const client = new TransferClient({ url: server.url, http: () => clientOf(server.url) });
  const importId = await client.upload({ format: "jsonLines", mode: "append", tableName: "records" }, lines);
  await reached(client, importId, "waiting_for_confirmation");
  await client.post("/api/perform_import", JSON.stringify({ importId }));
  await reached(client, importId, "completed");
}

async function reached(client: TransferClient, importId: string, wanted: string): Promise<void> {
  for (;;) {
    const { state, error_message } = await client.state(importId);
    if (state === wanted) return;
    if (state === "failed") throw new Error(`The records could not be imported: ${error_message}`);
    await delay(POLL_MS);
  }
}

function recordLines(from: number, count: number): Buffer {
  const filling = "of some length, as texts are. ".repeat(RECORD_BYTES / 30);
  const lines = Array.from({ length: count }, (_, i) => {
    const start = `{"key":${from + i},"kind":"imported","body":"record ${from + i} `;
    return `${start}${filling.slice(0, RECORD_BYTES - start.length - 3)}"}\n`;
  });
  return Buffer.from(lines.join(""));
}

function clientOf(url: string): ConvexHttpClient {
  return new ConvexHttpClient(url, { logger: false });
}
