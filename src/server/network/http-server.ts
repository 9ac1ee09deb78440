/**
 * The HTTP face of a server: request ids, CORS, errors and metrics around the routes. Calls of functions, which are most
 * requests, are answered here without a router; everything else is routed by hono.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { answerAccountCall } from "./account-api.js";
import { adminRoute, refuseUnknownApi, type AdminApiContext } from "./admin-api.js";
import { BACKUP_PATH, RESTORE_PATH, type BackupApi } from "./backup-api.js";
import { readBody } from "./body.js";
import { clientInfo } from "./client-info.js";
import { answerPreflight, isPreflight, setCorsHeaders } from "./cors.js";
import { readCredentials, requireMonitor } from "./credentials.js";
import { echo, isForEcho, mayBeForEcho } from "./echo.js";
import { callFunction, FUNCTION_ROUTES, parseFunctionCall, parseQueryParameters, parseRunCall, RUN_PREFIX, type CallerContext } from "./function-api.js";
import type { SigningKeys } from "../auth/signing-keys.js";
import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";
import { engineReplyToHttp, refusal, RequestError, textReply, writeReply, type HttpReply } from "./replies.js";
import { API_PREFIX, sitePathOf, SYNC_PATH } from "./own-paths.js";
import { SITE, type SiteRequest, type SiteRouter } from "./site-router.js";
import { STORAGE_PREFIX, type StorageApi } from "./storage-api.js";
import { statusPage } from "./status-page.js";
import { newRequestId } from "../request-id.js";
import { VERSION } from "../version.js";
import { EXPORT_ZIP_PREFIX } from "./transfer-api.js";
import { isForCloud, wellKnownDocument } from "./well-known.js";

export interface NetworkContext extends AdminApiContext {
  readonly instanceName: string;
  readonly signingKeys: SigningKeys;
  readonly frameBytesMax: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Whether anybody may read them. */
  readonly metricsPublic: boolean;
  readonly files: StorageApi;
  readonly backups: BackupApi;
  readonly site: SiteRouter;
  readonly acceptSocket: (incoming: IncomingMessage, stream: Duplex, head: Buffer) => void;
}

export interface RequestHandler {
  readonly onRequest: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
  readonly onUpgrade: (incoming: IncomingMessage, stream: Duplex, head: Buffer) => void;
}

/** Requests to the deployment's main port. */
export function createRequestHandler(context: NetworkContext): RequestHandler {
  const routed = getRequestListener(createRoutes(context).fetch);
  return {
    onRequest: (incoming, outgoing) => {
      const path = pathnameOf(incoming);
      const document = wellKnownDocument(incoming, outgoing, path, context);
      const sitePath = document !== null && isForCloud(incoming, context) ? null : sitePathOf(incoming, path);
      const requestId = beginRequest(incoming, outgoing, sitePath === null ? path : SITE, context);
      if (sitePath !== null) {
        void answerSite(incoming, outgoing, { path, sitePath, requestId, unrouted: document ?? unroutedReply(incoming, outgoing, path) }, context);
        return;
      }
      setCorsHeaders(outgoing);
      if (isPreflight(incoming)) answerPreflight(incoming, outgoing);
      else if (document !== null) writeReply(outgoing, attempt(document, incoming, context));
      else if (path.startsWith(STORAGE_PREFIX)) void context.files.answer(incoming, outgoing, path);
      else if (path === BACKUP_PATH || path === RESTORE_PATH) void context.backups.answer(incoming, outgoing, path);
      else if (path.startsWith(EXPORT_ZIP_PREFIX)) void context.transfers.answerDownload(incoming, outgoing, path);
      else if (incoming.method === "POST" && FUNCTION_ROUTES.has(path)) void answerFunctionCall(incoming, outgoing, path, requestId, context);
      else void routed(incoming, outgoing);
    },
    onUpgrade: (incoming, stream, head) => {
      if (SYNC_PATH.test(pathnameOf(incoming))) context.acceptSocket(incoming, stream, head);
      else refuseUpgrade(stream);
    },
  };
}

/** Requests to the site port: HTTP actions only. */
export function createSiteHandler(context: NetworkContext): RequestHandler {
  return {
    onRequest: (incoming, outgoing) => {
      const path = pathnameOf(incoming);
      const requestId = beginRequest(incoming, outgoing, SITE, context);
      void context.site.answer(incoming, outgoing, { pathname: path, requestId, unrouted: null });
    },
    onUpgrade: (_incoming, stream) => refuseUpgrade(stream),
  };
}

type RouteContext = Context<{ Bindings: HttpBindings }>;

function createRoutes(context: NetworkContext): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const route = (handler: (c: RouteContext) => HttpReply | Promise<HttpReply>) => async (c: RouteContext) => toResponse(await handler(c));
  app.onError((error, c) => toResponse(errorReply(error, c.env.incoming, context.log)));
  app.get("/version", route(() => textReply(VERSION)));
  app.get("/instance_name", route(() => textReply(context.instanceName)));
  app.get("/metrics", route(async (c) => {
    if (!context.metricsPublic) requireMonitor(c.env.incoming.headers.authorization, context.adminKeys);
    return { status: 200, contentType: context.metrics.contentType, body: await context.metrics.text() };
  }));
  app.post("/api/query_ts", route(async () => engineReplyToHttp(await context.engine.call({ kind: "queryTs" }))));
  app.get("/api/query", route((c) => callFunction(context.engine, parseQueryParameters(new URL(c.req.url).searchParams, callerOf(c, context)))));
  app.post(`${RUN_PREFIX}*`, route(async (c) => {
    const caller = callerOf(c, context);
    const body = await readBody(c.env.incoming, context.frameBytesMax);
    return callFunction(context.engine, parseRunCall(pathnameOf(c.env.incoming), body, caller));
  }));
  app.post("/api/debug_event", (c) => c.body(null, 204));
  app.all("*", route((c) => {
    const { incoming } = c.env;
    const pathname = pathnameOf(incoming);
    const answer = adminRoute(String(incoming.method), pathname);
    if (answer !== undefined) return answer(incoming, new URL(c.req.url), context, requestIdOf(c));
    const accountReply = answerAccountCall(incoming, pathname, context.adminKeys);
    if (accountReply === null) throw refuseUnknownApi(incoming, pathname);
    return accountReply;
  }));
  return app;
}

interface SiteAddress {
  readonly path: string;
  readonly sitePath: string;
  readonly requestId: string;
  readonly unrouted: SiteRequest["unrouted"];
}

async function answerSite(incoming: IncomingMessage, outgoing: ServerResponse, { path, sitePath, requestId, unrouted }: SiteAddress, { engine, site }: NetworkContext): Promise<void> {
  if (mayBeForEcho(incoming, path) && (await isForEcho(incoming, path, engine))) await echo(incoming, outgoing);
  else await site.answer(incoming, outgoing, { pathname: sitePath, requestId, unrouted });
}

/** What the server itself answers on the main port where the app has no route; null: what the app's router says. */
function unroutedReply(incoming: IncomingMessage, outgoing: ServerResponse, path: string): (() => HttpReply) | null {
  if (path.startsWith(API_PREFIX)) {
    return () => {
      setCorsHeaders(outgoing);
      return refusal(refuseUnknownApi(incoming, path));
    };
  }
  return path === "/" && incoming.method === "GET" ? statusPage : null;
}

function attempt(answer: () => HttpReply, incoming: IncomingMessage, { log }: NetworkContext): HttpReply {
  try {
    return answer();
  } catch (error) {
    return errorReply(error, incoming, log);
  }
}

async function answerFunctionCall(incoming: IncomingMessage, outgoing: ServerResponse, path: string, requestId: string, context: NetworkContext): Promise<void> {
  try {
    const credentials = readCredentials(incoming.headers.authorization, context.adminKeys);
    const body = await readBody(incoming, context.frameBytesMax);
    writeReply(outgoing, await callFunction(context.engine, parseFunctionCall(path, body, { credentials, requestId, client: clientInfo(incoming) })));
  } catch (error) {
    incoming.resume();
    writeReply(outgoing, errorReply(error, incoming, context.log));
  }
}

const REQUEST_ID_HEADER = "X-Request-Id";

/** Sets what every reply carries; returns the request's id. `route` is its path, or {@link SITE}. */
function beginRequest(incoming: IncomingMessage, outgoing: ServerResponse, route: string, { log, metrics }: NetworkContext): string {
  const startMs = performance.now();
  const requestId = newRequestId();
  outgoing.setHeader(REQUEST_ID_HEADER, requestId);
  outgoing.once("finish", () => {
    const ms = performance.now() - startMs;
    metrics.observeRequest(route, outgoing.statusCode, ms / 1000);
    log.log("debug", "request", { method: incoming.method, path: loggedPath(pathnameOf(incoming)), status: outgoing.statusCode, ms: Math.round(ms), requestId });
  });
  return requestId;
}

/** Whoever knows the name of a file in its URL may read it. */
function loggedPath(path: string): string {
  return path.startsWith(STORAGE_PREFIX) ? `${STORAGE_PREFIX}…` : path;
}

function callerOf(c: RouteContext, { adminKeys }: NetworkContext): CallerContext {
  return { credentials: readCredentials(c.env.incoming.headers.authorization, adminKeys), requestId: requestIdOf(c), client: clientInfo(c.env.incoming) };
}

function requestIdOf(c: RouteContext): string {
  return String(c.env.outgoing.getHeader(REQUEST_ID_HEADER));
}

function pathnameOf({ url = "/" }: IncomingMessage): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

function toResponse({ status, contentType, body }: HttpReply): Response {
  return new Response(body, { status, headers: { "Content-Type": contentType } });
}

function errorReply(error: unknown, incoming: IncomingMessage, log: Logger): HttpReply {
  if (error instanceof RequestError) return refusal(error);
  if (!incoming.errored) log.log("error", "A request failed for a reason of the server's own.", { path: loggedPath(pathnameOf(incoming)), error: String((error as Error).stack ?? error) });
  return refusal({ status: 500, code: "InternalServerError", message: "The server failed to answer this request; its log says why." });
}

function refuseUpgrade(stream: Duplex): void {
  stream.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}
