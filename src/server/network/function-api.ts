/**
 * Calling functions over HTTP: what the public clients post to `/api/query`, `/api/mutation`, `/api/action`,
 * `/api/function`, and the public "run" API. A request is parsed into one engine call; the engine makes the reply's body.
 */
import type { ClientInfo, Credentials, EngineCall, EngineReply, FunctionKind } from "../engine-messages.js";
import { isObject, parseJsonObject } from "./body.js";
import { encodedToJsonFormat } from "./json-format.js";
import { engineReplyToHttp, RequestError, type HttpReply } from "./replies.js";

export interface EngineCaller {
  call(call: EngineCall): Promise<EngineReply>;
}

/** Routes whose body names the function, and the kind that it must have. */
export const FUNCTION_ROUTES: ReadonlyMap<string, FunctionKind | "any"> = new Map([
  ["/api/query", "query"],
  ["/api/mutation", "mutation"],
  ["/api/action", "action"],
  ["/api/function", "any"],
  ["/api/query_at_ts", "query"],
] as const);

export const RUN_PREFIX = "/api/run/";

type Format = "json" | "encoded";
type AdminCredentials = Extract<Credentials, { type: "admin" }>;

interface FunctionRequest {
  readonly call: Extract<EngineCall, { kind: "runFunction" }>;
  readonly format: Format;
}

/** What every function call has from its request's head. */
export interface CallerContext {
  readonly credentials: Credentials;
  readonly requestId: string;
  readonly client: ClientInfo;
}

export async function callFunction(engine: EngineCaller, { call, format }: FunctionRequest): Promise<HttpReply> {
  return inFormat(format, engineReplyToHttp(await engine.call(call)));
}

/** `POST /api/run_test_function`: `{bundle: {path, source}, args?, format?, componentId?}`; a component's id is its path. */
export async function runInlineQuery(engine: EngineCaller, body: string, { actingAs }: AdminCredentials, { requestId, client }: Omit<CallerContext, "credentials">): Promise<HttpReply> {
  const { bundle, args = {}, format, componentId } = parseJsonObject(body);
  if (!isObject(bundle) || typeof bundle["source"] !== "string" || typeof bundle["path"] !== "string") {
    throw new RequestError(400, "BadBundle", "\"bundle\" must be an object with the \"source\" of a module that exports a query, and its \"path\", such as \"testQuery.js\".");
  }
  const componentPath = componentId ?? "";
  if (typeof componentPath !== "string") throw new RequestError(400, "BadComponentPath", "\"componentId\" must be a component's id, as `_system/frontend/components:list` tells it.");
  const call = { kind: "inlineQuery", source: bundle["source"], modulePath: bundle["path"], componentPath, args: toJson(argumentsObject(args)), actingAs, client, requestId } as const;
  return inFormat(parseFormat(format), engineReplyToHttp(await engine.call(call)));
}

function inFormat(format: Format, reply: HttpReply): HttpReply {
  return format === "json" ? { ...reply, body: encodedToJsonFormat(reply.body) } : reply;
}

/** `POST` of one of {@link FUNCTION_ROUTES}: `{path, args, format?, componentPath?, ts?}`. */
export function parseFunctionCall(route: string, body: string, context: CallerContext): FunctionRequest {
  const fields = parseJsonObject(body);
  return functionRequest(FUNCTION_ROUTES.get(route) ?? "any", fields["path"], fields, context, parseTs(route, fields["ts"]));
}

/** `POST /api/run/messages/list`: the function is in the address, the body is `{args, format?}`. */
export function parseRunCall(pathname: string, body: string, context: CallerContext): FunctionRequest {
  return functionRequest("any", functionIdentifier(pathname), parseJsonObject(body), context, null);
}

/** `GET /api/query?path=…&args=…&format=…`, `args` being JSON text. */
export function parseQueryParameters(parameters: URLSearchParams, context: CallerContext): FunctionRequest {
  const args = parseJsonObject(parameters.get("args") ?? "{}");
  const format = parameters.get("format") ?? undefined;
  return functionRequest("query", parameters.get("path"), { args, format }, context, null);
}

function functionRequest(
  functionKind: FunctionKind | "any",
  path: unknown,
  fields: Readonly<Record<string, unknown>>,
  { credentials, requestId, client }: CallerContext,
  atTs: string | null,
): FunctionRequest {
  if (typeof path !== "string") throw new RequestError(400, "BadFunctionPath", "\"path\" must be the name of a function, such as \"messages:list\".");
  const componentPath = fields["componentPath"] ?? "";
  if (typeof componentPath !== "string") throw new RequestError(400, "BadComponentPath", "\"componentPath\" must be a text.");
  const args = toJson(argumentsObject(fields["args"]));
  const call = { kind: "runFunction", functionKind, path, componentPath, args, credentials, atTs, client, requestId } as const;
  return { call, format: parseFormat(fields["format"]) };
}

/** Parsing bears more nesting than printing does. */
function toJson(args: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(args);
  } catch (error) {
    throw new RequestError(400, "BadArguments", "\"args\" is nested too deeply.", { cause: error });
  }
}

/** Clients send `[args]`, the public API `args`. */
function argumentsObject(args: unknown): Readonly<Record<string, unknown>> {
  const object = Array.isArray(args) && args.length === 1 ? (args as unknown[])[0] : args;
  if (!isObject(object)) throw new RequestError(400, "BadArguments", "\"args\" must be an object of named arguments, such as {\"body\": \"hello\"}.");
  return object;
}

function parseFormat(format: unknown): Format {
  if (format === undefined || format === null || format === "json") return "json";
  if (format === "convex_encoded_json" || format === "convex_json") return "encoded";
  throw new RequestError(400, "BadFormat", `"format" must be "json" or "convex_encoded_json", not ${JSON.stringify(format)}.`);
}

function parseTs(route: string, ts: unknown): string | null {
  if (route !== "/api/query_at_ts") return null;
  if (typeof ts !== "string" || !/^\d+$/.test(ts)) throw new RequestError(400, "BadTimestamp", "\"ts\" must be the text that /api/query_ts answered.");
  return ts;
}

/** "/api/run/folder/messages/list" → "folder/messages:list"; one name alone is a module's default export. */
function functionIdentifier(pathname: string): string {
  const identifier = decode(pathname.slice(RUN_PREFIX.length));
  const slash = identifier.lastIndexOf("/");
  if (identifier.includes(":") || slash === -1) return identifier;
  return `${identifier.slice(0, slash)}:${identifier.slice(slash + 1)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new RequestError(400, "BadFunctionPath", "The function's name in the address is not valid URL encoding.", { cause: error });
  }
}
