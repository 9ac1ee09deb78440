/**
 * Streaming export over HTTP: what connectors call to copy a deployment and keep the copy up to date. Requests are parsed here
 * and answered by the export thread, up to the timestamp that the engine calls durable.
 */
import type { IncomingMessage } from "node:http";
import type { DocumentFormat, ExportRequest, TableSelection } from "../streaming-export/export-messages.js";
import type { AdminApiContext, AdminRoute } from "./admin-api.js";
import { parseJsonObject, readBody } from "./body.js";
import { requireAdmin } from "./credentials.js";
import type { EngineCaller } from "./function-api.js";
import { engineReplyToHttp, jsonReply, RequestError, type HttpReply } from "./replies.js";

type Parameters = ReadonlyMap<string, unknown>;
/** `durableTs` asks the engine for its newest timestamp, and waits until that is durable. */
type Parse = (parameters: Parameters, durableTs: () => Promise<number>) => Promise<ExportRequest>;

const BODY_BYTES_MAX = 64 * 1024;

const REQUESTS: readonly (readonly [path: string, parse: Parse])[] = [
  ["/api/list_snapshot", snapshotRequest],
  ["/api/document_deltas", deltasRequest],
  ["/api/json_schemas", async (parameters) => Promise.resolve({ type: "schemas", component: component(parameters), deltaSchema: flag(parameters, "deltaSchema"), format: format(parameters) })],
  ["/api/get_tables_and_columns", async (parameters) => Promise.resolve({ type: "columns", component: component(parameters) })],
];

export const STREAMING_EXPORT_ROUTES: readonly (readonly [route: string, answer: AdminRoute])[] = [
  ...REQUESTS.flatMap(([path, parse]) => [
    [`GET ${path}`, async (incoming: IncomingMessage, url: URL, context: AdminApiContext) => await answer(new Map(url.searchParams), parse, incoming, context)] as const,
    [`POST ${path}`, async (incoming: IncomingMessage, _url: URL, context: AdminApiContext) => await answer(null, parse, incoming, context)] as const,
  ]),
  ...["GET", "POST"].map((method) => [`${method} /api/test_streaming_export_connection`, testConnection] as const),
];

async function answer(query: Parameters | null, parse: Parse, incoming: IncomingMessage, { engine, exports, adminKeys }: AdminApiContext): Promise<HttpReply> {
  requireAdmin(incoming.headers.authorization, adminKeys);
  const parameters = query ?? new Map(Object.entries(parseJsonObject(await readBody(incoming, BODY_BYTES_MAX))));
  return engineReplyToHttp(await exports.request(await parse(parameters, () => durableTimestamp(engine))));
}

/** A walk that goes on needs no newer timestamp than its own, which was durable when it was given out. */
async function snapshotRequest(parameters: Parameters, durableTs: () => Promise<number>): Promise<ExportRequest> {
  const [given, cursor] = [timestamp(parameters, "snapshot"), text(parameters, "cursor")];
  if (cursor !== null && given === null) throw new RequestError(400, "BadCursor", '"cursor" goes with "snapshot": give back both as the last page named them, or neither to begin anew.');
  const selected = { selection: selection(parameters), format: format(parameters) };
  return { type: "snapshot", snapshotTs: given ?? (await durableTs()), cursor, ...selected };
}

async function deltasRequest(parameters: Parameters, durableTs: () => Promise<number>): Promise<ExportRequest> {
  const cursorTs = required(timestamp(parameters, "cursor"));
  const selected = { selection: selection(parameters), format: format(parameters) };
  return { type: "deltas", cursorTs, durableTs: await durableTs(), ...selected };
}

async function testConnection(incoming: IncomingMessage, _url: URL, { adminKeys }: AdminApiContext): Promise<HttpReply> {
  requireAdmin(incoming.headers.authorization, adminKeys);
  return jsonReply(null);
}

/** Its answer is held back until what it names is durable. */
async function durableTimestamp(engine: EngineCaller): Promise<number> {
  const reply = await engine.call({ kind: "queryTs" });
  if (!reply.ok) throw new RequestError(503, "ExportUnavailable", "The engine is starting again. Try again in a moment.");
  return microseconds((JSON.parse(reply.body) as { ts: string }).ts);
}

/** Rounded: what was given out was whole, and a client may have kept it as a double. */
function microseconds(nanoseconds: string): number {
  return Number((BigInt(nanoseconds) + 500n) / 1000n);
}

function text(parameters: Parameters, name: string): string | null {
  const value = parameters.get(name) ?? null;
  if (value === null || typeof value === "string") return value;
  throw new RequestError(400, "BadParameter", `"${name}" must be a text.`);
}

function timestamp(parameters: Parameters, name: string): number | null {
  const value = parameters.get(name) ?? null;
  if (value === null) return null;
  const digits = typeof value === "number" ? String(value) : value;
  if (typeof digits === "string" && /^\d{1,19}$/.test(digits)) return microseconds(digits);
  throw new RequestError(400, "BadParameter", `"${name}" must be a timestamp that this API gave out: a whole number of nanoseconds.`);
}

function required(cursorTs: number | null): number {
  if (cursorTs !== null) return cursorTs;
  throw new RequestError(400, "BadParameter", '"cursor" is missing: give the "snapshot" of a walk with /api/list_snapshot, or the "cursor" of the last reply.');
}

function flag(parameters: Parameters, name: string): boolean {
  const value = parameters.get(name) ?? false;
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  throw new RequestError(400, "BadParameter", `"${name}" must be true or false.`);
}

const FORMATS: ReadonlyMap<string, DocumentFormat> = new Map([["json", "plain"], ["convex_clean_json", "plain"], ["convex_json", "encoded"], ["convex_encoded_json", "encoded"]]);

function format(parameters: Parameters): DocumentFormat {
  const found = FORMATS.get(text(parameters, "format") ?? "json");
  if (found !== undefined) return found;
  throw new RequestError(400, "BadParameter", `"format" must be one of ${[...FORMATS.keys()].join(", ")}.`);
}

const ALL_COMPONENTS = "*";

function selection(parameters: Parameters): TableSelection {
  const path = text(parameters, "component") ?? "";
  return { component: path === ALL_COMPONENTS ? null : path, tableName: text(parameters, "tableName") };
}

function component(parameters: Parameters): string {
  const path = text(parameters, "component") ?? "";
  if (path !== ALL_COMPONENTS) return path;
  throw new RequestError(400, "BadParameter", '"component" must be the path of one component: tables of several can have the same name.');
}
