/**
 * The site: what a deployment serves to the world by its own HTTP actions. This end frames HTTP: it makes the request's
 * head and passes the bodies over a port to the executor that runs the action and back, with back-pressure both ways.
 *
 *     socket ─▶ head, small body ─▶ engine ─▶ executor
 *            ─▶ chunks of a large body ─▶ port ─▶
 *     socket ◀─ head, chunks ◀──────── port ◀─ executor
 *            ◀─ 500 ◀── reply, where the run ended without a head
 *
 * A small body is awaited before anything runs, so that clients that send slowly hold no executor. Nothing is added to what
 * the app answers but Date, X-Request-Id and the framing: cross-origin headers are the app's own.
 */
import { MessageChannel, receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpRequestBody } from "../../functions/actions/executor-messages.js";
import { HttpPort, type ResponseHead } from "../../functions/actions/http-port.js";
import { NO_HTTP_ACTIONS, type Credentials, type EngineReply } from "../engine-messages.js";
import { chunksOf, dropRest } from "./body.js";
import { clientInfo } from "./client-info.js";
import type { EngineCaller } from "./function-api.js";
import type { Logger } from "./logger.js";
import { forwardedHeaders, requestUrl } from "./site-request.js";
import { writeBody, writeHead } from "./site-response.js";
import { JSON_TYPE, refusal, RequestError, textReply, writeReply, type HttpReply } from "./replies.js";

export interface SiteOptions {
  readonly engine: EngineCaller;
  /** Of a request, and of a response. */
  readonly bodyBytesMax: number;
  /** A client that neither sends nor takes a byte for this long, while it is waited for, is gone. */
  readonly idleMsMax: number;
  /** By which clients reach the site; null: what their Host header says. */
  readonly origin: string | null;
  readonly log: Logger;
}

export interface SiteRequest {
  /** As the app's router knows it. */
  readonly pathname: string;
  readonly requestId: string;
  /** What is answered where the app has no route for it; null: what the app's router says. */
  readonly unrouted: (() => HttpReply) | null;
}

/** Names all its requests in metrics: paths are anybody's to invent. */
export const SITE = "http action";

/** A body up to this size is awaited, and travels with the call. */
const SMALL_BODY_BYTES = 64 * 1024;
/** No Request can have these methods, by the standard. */
const REFUSED_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);
const STATUS_FAILED = 500;

export class SiteRouter {
  constructor(private readonly options: SiteOptions) {}

  /** Answers whatever happens. */
  async answer(incoming: IncomingMessage, outgoing: ServerResponse, request: SiteRequest): Promise<void> {
    try {
      await this.#answer(incoming, outgoing, request);
    } catch (error) {
      dropRest(incoming);
      if (outgoing.headersSent || incoming.errored !== null || incoming.socket.destroyed) outgoing.destroy();
      else writeReply(outgoing, this.#refusalFor(error));
    }
  }

  #refusalFor(error: unknown): HttpReply {
    if (error instanceof RequestError) return refusal(error);
    this.options.log.log("error", "An HTTP action's request or response failed for a reason of the server's own.", { error: String((error as Error).stack ?? error) });
    return refusal({ status: STATUS_FAILED, code: "InternalServerError", message: "The server failed to answer this request; its log says why." });
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse, { pathname, requestId, unrouted }: SiteRequest): Promise<void> {
    const { method = "GET" } = incoming;
    if (REFUSED_METHODS.has(method)) throw new RequestError(405, "MethodNotAllowed", `HTTP actions can't be called by ${method}.`);
    const url = requestUrl(incoming, pathname, this.options.origin);
    const body = await this.#receive(incoming);
    const { port1, port2 } = new MessageChannel();
    const port = new HttpPort(port1, { credit: 0, onGone: () => undefined });
    outgoing.once("close", () => port.close());
    const { bodyBytesMax } = this.options;
    const reply = this.options.engine.call({
      kind: "httpAction", method, url, headers: forwardedHeaders(incoming), body, responseBytesMax: bodyBytesMax, requestId,
      credentials: bearerOf(incoming), client: clientInfo(incoming), port: port2,
    });
    if (body.type === "stream") void this.#sendBody(incoming, outgoing, port);
    else dropRest(incoming);
    const head = await headOf(port, port1, reply);
    if (outgoing.headersSent) return;
    if (head === null) writeReply(outgoing, toReply(await reply, unrouted));
    else if (!head.isRouted && unrouted !== null) writeReply(outgoing, unrouted());
    else {
      writeHead(outgoing, head, port.incoming);
      await writeBody(outgoing, port.incoming, this.options.idleMsMax);
    }
  }

  async #receive(incoming: IncomingMessage): Promise<HttpRequestBody> {
    const { method, headers } = incoming;
    const announced = headers["content-length"];
    const isChunked = headers["transfer-encoding"] !== undefined;
    // A Request of these methods has no body.
    if (method === "GET" || method === "HEAD" || (announced === undefined && !isChunked) || announced === "0") return { type: "none" };
    const size = Number(announced);
    if (size > this.options.bodyBytesMax) throw tooLarge(this.options.bodyBytesMax);
    if (isChunked || size > SMALL_BODY_BYTES) return { type: "stream" };
    const bytes = new Uint8Array(size);
    let received = 0;
    for await (const chunk of chunksOf(incoming, this.options.idleMsMax)) {
      bytes.set(chunk, received);
      received += chunk.length;
    }
    return { type: "bytes", bytes };
  }

  /** Never rejects. */
  async #sendBody(incoming: IncomingMessage, outgoing: ServerResponse, port: HttpPort): Promise<void> {
    const { bodyBytesMax } = this.options;
    let size = 0;
    try {
      for await (const chunk of chunksOf(incoming, this.options.idleMsMax)) {
        size += chunk.length;
        if (size > bodyBytesMax) {
          const error = tooLarge(bodyBytesMax);
          port.outgoing.abort(error.message);
          if (!outgoing.headersSent && port.receivedHead === null) writeReply(outgoing, refusal(error));
          break;
        }
        if (!(await port.outgoing.send(chunk))) break;
      }
      port.outgoing.end();
    } catch {
      port.outgoing.abort("The client closed the connection before the body was complete.");
    }
    dropRest(incoming);
  }
}

/** Null where the run ended without one: the reply says why. */
async function headOf(port: HttpPort, messagePort: MessagePort, reply: Promise<EngineReply>): Promise<ResponseHead | null> {
  const first = await Promise.race([port.head, reply.then(() => null)]);
  if (first !== null) return first;
  await reply;
  // What the executor posted before it told the engine of its end is here, but may not have been delivered yet.
  for (let next = receiveMessageOnPort(messagePort); next !== undefined; next = receiveMessageOnPort(messagePort)) port.receive(next.message as Parameters<HttpPort["receive"]>[0]);
  return port.receivedHead;
}

function toReply(reply: EngineReply, unrouted: SiteRequest["unrouted"]): HttpReply {
  if (reply.ok) return refusal({ status: STATUS_FAILED, code: "InternalServerError", message: "The HTTP action ended without a response." });
  if (reply.failure === "function") return { status: STATUS_FAILED, contentType: JSON_TYPE, body: reply.body };
  if (reply.code !== NO_HTTP_ACTIONS) return refusal(reply);
  return unrouted === null ? textReply(`${reply.message}\n`, reply.status) : unrouted();
}

/** Other schemes are the app's own business. */
function bearerOf({ headers: { authorization = "" } }: IncomingMessage): Credentials {
  const token = /^bearer +(\S.*)$/i.exec(authorization)?.[1];
  return token === undefined ? { type: "none" } : { type: "user", token: token.trim() };
}

function tooLarge(bytesMax: number): RequestError {
  return new RequestError(413, "RequestTooLarge", `The request body is larger than ${bytesMax} bytes, the limit of this server for HTTP actions. Send less, upload a file, or raise --http-body-bytes-max.`);
}
