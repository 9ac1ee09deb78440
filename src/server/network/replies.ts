/**
 * What a route answers, apart from any HTTP library, and the one error type by which it refuses a request. Refusals
 * reach the client as JSON `{code, message}`: the public CLI prints both.
 */
import type { ServerResponse } from "node:http";
import type { EngineReply } from "../engine-messages.js";

export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export const JSON_TYPE = "application/json";
export const TEXT_TYPE = "text/plain; charset=utf-8";

/** The status by which the public clients tell a function's own failure from one of the server. */
export const STATUS_FUNCTION_FAILED = 560;
/** Reason phrase of {@link STATUS_FUNCTION_FAILED}, which the standard does not know. */
export const FUNCTION_FAILED_PHRASE = "Function Failed";

/** A request that cannot be served; `message` says the cause and the mend, `code` is for programs. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function jsonReply(value: unknown, status = 200): HttpReply {
  return { status, contentType: JSON_TYPE, body: JSON.stringify(value) };
}

export function textReply(body: string, status = 200): HttpReply {
  return { status, contentType: TEXT_TYPE, body };
}

export function refusal({ status, code, message }: { status: number; code: string; message: string }): HttpReply {
  return jsonReply({ code, message }, status);
}

export function writeReply(outgoing: ServerResponse, { status, contentType, body }: HttpReply): void {
  if (outgoing.destroyed) return;
  if (status === STATUS_FUNCTION_FAILED) outgoing.statusMessage = FUNCTION_FAILED_PHRASE;
  outgoing.writeHead(status, { "Content-Type": contentType, "Content-Length": Buffer.byteLength(body) }).end(body);
}

export function engineReplyToHttp(reply: EngineReply): HttpReply {
  if (reply.ok) return { status: 200, contentType: JSON_TYPE, body: reply.body };
  if (reply.failure === "function") return { status: STATUS_FUNCTION_FAILED, contentType: JSON_TYPE, body: reply.body };
  return refusal(reply);
}
