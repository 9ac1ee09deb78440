/**
 * Runs an HTTP action within an executor: makes the Request, lets the app's router choose the handler, and sends what it
 * returns. The run is over when the body of the response is: the handler may have returned long before.
 *
 * A client that goes away aborts the request's signal and cancels the response's body; code that goes on all the same, to
 * store what it makes, is let finish.
 */
import { setTimeout as delay } from "node:timers/promises";
import { types } from "node:util";
import type { MessagePort } from "node:worker_threads";
import type { ActionSandbox } from "./action-sandbox.js";
import type { ActionOutcome, HttpActionJob } from "./executor-messages.js";
import { HttpPort, isLength, WINDOW_BYTES, type ResponseHead } from "./http-port.js";

/** The router that `httpRouter()` of `convex/server` makes, or one that extends it. */
interface Router {
  readonly isRouter?: unknown;
  lookup(path: string, method: string): readonly [handler: PublicHttpAction, method: string, path: string] | null;
}

interface PublicHttpAction {
  readonly invokeHttpAction?: (request: Request) => Promise<unknown>;
}

/** Between two looks at whether code has ended that goes on without its client. */
const QUIET_CHECK_MS = 10;
const NO_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

export async function runHttpAction(sandbox: ActionSandbox, job: HttpActionJob, messagePort: MessagePort): Promise<ActionOutcome> {
  const client = new AbortController();
  const port = new HttpPort(messagePort, {
    credit: WINDOW_BYTES,
    onGone: () => client.abort(new DOMException("The client closed the connection.", "AbortError")),
  });
  try {
    await answer(sandbox, job, port, client.signal);
    port.close();
    return { ok: true, value: "null" };
  } catch (error) {
    const failure = sandbox.describe(error);
    if (port.isHeadPosted) port.outgoing.abort("The HTTP action failed.");
    if (port.isHeadPosted) port.close();
    else port.discard();
    return { ok: false, failure };
  }
}

async function answer(sandbox: ActionSandbox, job: HttpActionJob, port: HttpPort, client: AbortSignal): Promise<void> {
  const route = routerOf(sandbox, job.router).lookup(job.routedPath, job.method);
  if (route === null) {
    const text = new TextEncoder().encode(`No HttpAction routed for ${new URL(job.url).pathname}`);
    port.postHead({ status: 404, statusText: "", headers: [["content-type", "text/plain;charset=UTF-8"]], isRouted: false });
    await port.outgoing.send(text);
    port.outgoing.end();
    return;
  }
  const returned = await invoke(route[0], sandbox.adopt(requestOf(job, port, client)));
  const response = partsOf(returned);
  port.postHead(response.head);
  const isSent = await sendBody(response, job, port, client);
  if (!isSent) await quiet(sandbox);
}

function routerOf(sandbox: ActionSandbox, module: string): Router {
  const router = sandbox.load(module)["default"] as Router | undefined;
  if (router?.isRouter !== true || typeof router.lookup !== "function") throw new Error(`The default export of ${module} is no router. Push the code again.`);
  return router;
}

async function invoke(handler: PublicHttpAction, request: Request): Promise<unknown> {
  if (typeof handler.invokeHttpAction !== "function") throw new Error("The handler of this route is no HTTP action. Wrap it in httpAction(…).");
  return await handler.invokeHttpAction(request);
}

function requestOf({ method, url, headers, body }: HttpActionJob, port: HttpPort, signal: AbortSignal): Request {
  const init: RequestInit = { method, headers: headers.map(([name, value]): [string, string] => [name, value]), signal };
  switch (body.type) {
    case "none":
      return new Request(url, init);
    case "bytes":
      return new Request(url, { ...init, body: body.bytes as Uint8Array<ArrayBuffer> });
    case "stream":
      return new Request(url, { ...init, body: bodyStream(port), duplex: "half" } as RequestInit);
  }
}

/** The request's body as it comes. */
function bodyStream({ incoming }: HttpPort): ReadableStream<Uint8Array> {
  incoming.grantWindow();
  return new ReadableStream({
    type: "bytes",
    pull: async (controller) => {
      const chunk = await incoming.next();
      if (chunk !== null) {
        controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
        return;
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: () => incoming.stop(),
  });
}

interface ResponseParts {
  readonly head: ResponseHead;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Getters of the server's class, which know its objects also where user code has changed its own. */
function getter<Name extends keyof Response>(name: Name): (response: Response) => Response[Name] {
  const { get } = Object.getOwnPropertyDescriptor(Response.prototype, name)!;
  return (response) => get!.call(response) as Response[Name];
}

const [statusOf, statusTextOf, headersOf, bodyOf, bodyUsedOf, urlOf] = [getter("status"), getter("statusText"), getter("headers"), getter("body"), getter("bodyUsed"), getter("url")];
const { getReader } = ReadableStream.prototype;

function partsOf(returned: unknown): ResponseParts {
  if (!(returned instanceof Response)) throw new TypeError(`An HTTP action must return a Response, and this one returned ${nameOf(returned)}. Return \`new Response(…)\`.`);
  const status = statusOf(returned);
  if (status === 0) throw new TypeError("An HTTP action returned `Response.error()`, which can't be sent. Return a Response with a status from 200 to 599.");
  const body = bodyOf(returned);
  if (bodyUsedOf(returned) || body?.locked === true) throw new TypeError("The body of the Response has been read before it was returned. Return another Response, or a `clone()` made before.");
  const head = { status, statusText: statusTextOf(returned), headers: headerPairs(returned), isRouted: true };
  return { head, body: NO_BODY_STATUSES.has(status) ? null : body };
}

/** Of a response of `fetch` the body has been decompressed: what its headers say of the bytes is no longer so. */
function headerPairs(response: Response): [string, string][] {
  const pairs = [...Headers.prototype.entries.call(headersOf(response))];
  const isDecoded = urlOf(response) !== "" && pairs.some(([name]) => name === "content-encoding");
  return isDecoded ? pairs.filter(([name]) => name !== "content-encoding" && name !== "content-length") : pairs;
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return String(value);
  const { constructor } = value as { readonly constructor?: { readonly name?: unknown } };
  return typeof constructor?.name === "string" && constructor.name !== "" ? `a value of type ${constructor.name}` : `a value of type ${typeof value}`;
}

/** Resolves with false where nobody was there to take all of it, or wanted it. */
async function sendBody({ head, body }: ResponseParts, job: HttpActionJob, port: HttpPort, client: AbortSignal): Promise<boolean> {
  if (body === null) {
    port.outgoing.end();
    return true;
  }
  const reader = getReader.call(body) as ReadableStreamDefaultReader<Uint8Array>;
  const cancel = (): void => void reader.cancel(client.reason).catch(() => undefined); // its code is told, and has no say
  if (job.method === "HEAD") {
    port.outgoing.end();
    cancel();
    return false;
  }
  client.addEventListener("abort", cancel);
  try {
    if (client.aborted) cancel();
    await copyBody(reader, port, { announced: announcedLength(head), bytesMax: job.responseBytesMax });
  } catch (error) {
    cancel();
    // Streams that are made of the request's signal end that way.
    if (!client.aborted) throw error;
  } finally {
    client.removeEventListener("abort", cancel);
  }
  return !client.aborted;
}

function announcedLength({ headers }: ResponseHead): number | null {
  const value = headers.find(([name]) => name === "content-length")?.[1];
  return value !== undefined && isLength(value) ? Number(value) : null;
}

interface BodyBounds {
  /** What Content-Length says. */
  readonly announced: number | null;
  readonly bytesMax: number;
}

async function copyBody(reader: ReadableStreamDefaultReader<Uint8Array>, { outgoing }: HttpPort, { announced, bytesMax }: BodyBounds): Promise<void> {
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!types.isUint8Array(value)) throw new TypeError(`The stream of a Response must give Uint8Array chunks, not ${nameOf(value)}. Encode text with \`new TextEncoder().encode(text)\`.`);
    size += value.length;
    if (size > bytesMax) throw new RangeError(`The response of an HTTP action is larger than ${bytesMax} bytes, the limit of this server. Send less, store the data in a file, or raise --http-body-bytes-max.`);
    if (announced !== null && size > announced) throw wrongLength(announced, `at least ${size}`);
    if (!(await outgoing.send(value))) return;
  }
  if (announced !== null && size < announced) throw wrongLength(announced, String(size));
  outgoing.end();
}

/** Sent all the same, what follows on the connection would be taken for another response. */
function wrongLength(announced: number, size: string): RangeError {
  return new RangeError(`The header Content-Length of a Response says ${announced} bytes, and its body has ${size}. Leave the header out: the server sets it.`);
}

/** Resolves when the code of the action, which goes on without anybody to answer, has nothing more on its way. */
async function quiet(sandbox: ActionSandbox): Promise<void> {
  do await delay(QUIET_CHECK_MS);
  while (!sandbox.isQuiet);
}
