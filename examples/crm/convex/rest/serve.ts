/**
 * From a request to an endpoint and back. Whatever goes wrong is answered as
 *
 *     {"error": {"code": "NOT_FOUND", "message": "There is no such contact …"}}
 *
 * with the status that belongs to the code. A failure that is nobody's mistake is a 500, logged, and says nothing of itself.
 */
import { internal } from "../_generated/api";
import type { ActionCtx } from "../_generated/server";
import { hashOfKey } from "../model/apiKeys";
import { crmError, isCrmError } from "../model/errors";
import type { CrmErrorCode } from "../model/errors";
import { REST_BODY_LENGTH_MAX } from "../model/limits";
import { matchPath } from "./endpoint";
import type { Answer, Call, Endpoint } from "./endpoint";
import { parseObject } from "./fields";

const STATUS: Readonly<Record<CrmErrorCode, number>> = {
  INVALID: 400,
  NOT_SIGNED_IN: 401,
  UNAUTHORIZED: 401,
  NOT_ALLOWED: 403,
  NO_COMPANY: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  LIMIT_REACHED: 409,
  RATE_LIMITED: 429,
  NOT_CONFIGURED: 503,
};

/** @param endpoints those of one method that the router leads here for */
export async function serve(ctx: ActionCtx, request: Request, endpoints: readonly Endpoint[]): Promise<Response> {
  try {
    const { pathname, searchParams: query } = new URL(request.url);
    const [endpoint, parameters] = findEndpoint(endpoints, request.method, pathname);
    const keyId = await admit(ctx, request, endpoint);
    const body = request.method === "POST" || request.method === "PATCH" ? await bodyOf(request) : {};
    const call: Call = { keyId, parameter: (name) => parameters[name]!, query, body };
    return responseOf(await endpoint.answer(ctx, call), endpoint);
  } catch (error) {
    return failure(error);
  }
}

export function failure(error: unknown): Response {
  if (isCrmError(error)) {
    const { code, message, retryAfterMs } = error.data;
    const headers: Record<string, string> = retryAfterMs === undefined ? {} : { "Retry-After": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
    return json({ error: { code, message } }, STATUS[code], headers);
  }
  // What `paginate` says of a cursor that is none, or of another list.
  if (error instanceof Error && error.message.includes("InvalidCursor")) return json({ error: { code: "INVALID", message: '"cursor" is none of this list. Begin without one, and pass on "nextCursor".' } }, 400);
  console.error(error);
  return json({ error: { code: "FAILED", message: "The server could not do this. Try again in a moment." } }, 500);
}

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers } });
}

/** The text of a body, of a bounded length. */
export async function textOf(request: Request): Promise<string> {
  const tooLong = () => crmError("INVALID", `A body has ${REST_BODY_LENGTH_MAX} characters at most. Send less at once.`);
  if (Number(request.headers.get("Content-Length") ?? 0) > REST_BODY_LENGTH_MAX) throw tooLong();
  const text = await request.text();
  if (text.length > REST_BODY_LENGTH_MAX) throw tooLong();
  return text;
}

function findEndpoint(endpoints: readonly Endpoint[], method: string, pathname: string): [Endpoint, Readonly<Record<string, string>>] {
  for (const endpoint of endpoints) {
    const parameters = matchPath(endpoint.path, pathname);
    if (parameters !== null) return [endpoint, parameters];
  }
  throw crmError("NOT_FOUND", `Nothing answers ${method} ${pathname.slice(0, 200)}. GET /v1 lists what there is.`);
}

async function admit(ctx: ActionCtx, request: Request, { method, path, scope }: Endpoint): Promise<Call["keyId"]> {
  const key = /^Bearer (\S+)$/.exec(request.headers.get("Authorization") ?? "")?.[1];
  if (key === undefined) throw crmError("UNAUTHORIZED", "An API key is missing. Send it as Authorization: Bearer ferry_….");
  const hash = await hashOfKey(key);
  const admission = hash === null ? null : await ctx.runMutation(internal.rest.access.admit, { hash });
  if (admission === null) throw crmError("UNAUTHORIZED", "This API key is unknown or revoked. Make one on the page “API keys”.");
  if (admission.retryAfterMs !== null) throw rateLimited(admission.retryAfterMs);
  if (scope !== null && !admission.scopes.includes(scope)) throw crmError("NOT_ALLOWED", `${method} ${path} needs the scope "${scope}", which this key does not have. Use one that has it.`);
  return admission.keyId;
}

async function bodyOf(request: Request): Promise<Call["body"]> {
  const text = await textOf(request);
  return text.trim() === "" ? {} : parseObject(text);
}

function responseOf(answer: Answer, { method }: Endpoint): Response {
  return answer instanceof Response ? answer : json(answer, method === "POST" ? 201 : 200);
}

function rateLimited(retryAfterMs: number): Error {
  const error = crmError("RATE_LIMITED", `This key has made all its requests of this minute. Send the next in ${Math.ceil(retryAfterMs / 1000)} s.`);
  error.data.retryAfterMs = retryAfterMs;
  return error;
}
