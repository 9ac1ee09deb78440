/**
 * Streaming export over HTTP: what connectors call to copy a deployment and keep the copy up to date. Requests are parsed here
 * and answered by the export thread, up to the timestamp that the engine calls durable.
 */
import type { IncomingMessage } from "node:http";
import type { EngineReply } from "../engine-messages.js";
import type { DocumentFormat, ExportRequest, TableSelection } from "../streaming-export/export-messages.js";
import type { AdminApiContext, AdminRoute } from "./admin-api.js";
import { parseJsonObject, readBody } from "./body.js";
import { requireAdmin } from "./credentials.js";
import { engineReplyToHttp, jsonReply, RequestError, type HttpReply } from "./replies.js";

type Parameters = ReadonlyMap<string, unknown>;
/** Null: needs no export thread. */
type Parse = (parameters: Parameters, durableTs: number) => ExportRequest;

const BODY_BYTES_MAX = 64 * 1024;

const REQUESTS: readonly (readonly [path: string, parse: Parse])[] = [
  ["/api/list_snapshot", (parameters, durableTs) => ({ type: "snapshot", durableTs, snapshotTs: timestamp(parameters, "snapshot"), cursor: text(parameters, "cursor"), selection: selection(parameters), format: format(parameters) })],
  ["/api/document_deltas", (parameters, durableTs) => ({ type: "deltas", durableTs, cursorTs: required(timestamp(parameters, "cursor")), selection: selection(parameters), format: format(parameters) })],
  ["/api/json_schemas", (parameters) => ({ type: "schemas", component: component(parameters), deltaSchema: flag(parameters, "deltaSchema"), format: format(parameters) })],
  ["/api/get_tables_and_columns", (parameters) => ({ type: "columns", component: component(parameters) })],
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
  // Its answer is held back until what it names is durable.
  const newest = await engine.call({ kind: "queryTs" });
  return engineReplyToHttp(newest.ok ? await exports.request(parse(parameters, durableTimestamp(newest))) : newest);
}

async function testConnection(incoming: IncomingMessage, _url: URL, { adminKeys }: AdminApiContext): Promise<HttpReply> {
  requireAdmin(incoming.headers.authorization, adminKeys);
  return jsonReply(null);
}

function durableTimestamp({ body }: EngineReply & { ok: true }): number {
  return microseconds((JSON.parse(body) as { ts: string }).ts);
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
