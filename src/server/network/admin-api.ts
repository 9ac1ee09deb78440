/**
 * What the public CLI asks of a deployment: the deploy API, environment variables, logs. Every route here is for admins.
 * No refusal is a 404: the CLI takes that for a deployment that is about to appear and tries again for half a minute.
 */
import type { IncomingMessage } from "node:http";
import type { AuditActor } from "../audit/deployment-audit.js";
import type { AdminKeys } from "../admin-keys.js";
import type { DeployRoute, EngineCall } from "../engine-messages.js";
import type { CollectGarbage } from "../garbage-collector.js";
import { parseJsonObject, readBody } from "./body.js";
import { requireAdmin } from "./credentials.js";
import { AHEAD_MS_MAX, type TestClock } from "../test-clock.js";
import { clientInfo, isFromCli } from "./client-info.js";
import { runInlineQuery, type EngineCaller } from "./function-api.js";
import { deploymentInfo, listEnvironmentVariables } from "./platform-api.js";
import type { LogStreams } from "../log-streams/log-streams.js";
import { LOG_STREAM_ROUTES } from "./log-streams-api.js";
import type { ExportThread } from "../streaming-export/export-thread.js";
import { STREAMING_EXPORT_ROUTES } from "./streaming-export-api.js";
import type { TransferApi } from "./transfer-api.js";
import { engineReplyToHttp, jsonReply, RequestError, type HttpReply } from "./replies.js";

export interface AdminApiContext {
  readonly engine: EngineCaller;
  /** Null where the clock can't be moved. */
  readonly testClock: TestClock | null;
  readonly adminKeys: AdminKeys;
  readonly transfers: TransferApi;
  readonly exports: ExportThread;
  readonly logStreams: LogStreams;
  readonly collectGarbage: CollectGarbage;
  readonly bodyBytesMax: number;
  readonly cloudOrigin: string;
  readonly siteOrigin: string;
}

export type AdminRoute = (incoming: IncomingMessage, url: URL, context: AdminApiContext, requestId: string) => Promise<HttpReply>;

/** How long a request for logs waits for the next line; the CLI asks again at once. */
const LOGS_WAIT_MS = 10_000;

const DEPLOY2_ROUTES: readonly DeployRoute[] = ["evaluate_push", "evaluate_schema", "start_push", "wait_for_schema", "report_push_completed"];

/** By method and path. */
export const ADMIN_ROUTES: ReadonlyMap<string, AdminRoute> = new Map<string, AdminRoute>([
  ["POST /api/get_config_hashes", bodyRoute((body, actor) => ({ kind: "deploy", route: "get_config_hashes", body, actor }))],
  ["POST /api/get_config", bodyRoute((body, actor) => ({ kind: "deploy", route: "get_config", body, actor }))],
  ...DEPLOY2_ROUTES.map((route) => [`POST /api/deploy2/${route}`, bodyRoute((body, actor) => ({ kind: "deploy", route, body, actor }))] as const),
  ["POST /api/deploy2/finish_push", finishPush],
  ["POST /api/update_environment_variables", bodyRoute((body, actor) => ({ kind: "updateEnvironment", body, actor }))],
  ["POST /api/run_test_function", inlineQuery],
  ["GET /api/shapes2", tableShapes],
  ["GET /api/stream_function_logs", streamLogs],
  ["GET /api/v1/get_canonical_urls", canonicalUrls],
  ["GET /api/v1/list_environment_variables", async (incoming, _url, { engine, adminKeys }, requestId) => listEnvironmentVariables(engine, requireAdmin(incoming.headers.authorization, adminKeys), requestId)],
  ["POST /api/v1/update_environment_variables", bodyRoute((body, actor) => ({ kind: "updateEnvironment", body, actor }))],
  ["GET /api/v1/list_audit_log_events", listAuditEvents],
  ["GET /api/v1/deployment_info", async (incoming, _url, { adminKeys }) => (requireAdmin(incoming.headers.authorization, adminKeys), deploymentInfo())],
  ...STREAMING_EXPORT_ROUTES,
  ...LOG_STREAM_ROUTES,
  ["GET /api/check_admin_key", checkAdminKey],
  ["POST /api/check_admin_key", checkAdminKey],
  ["POST /api/test_clock", advanceClock],
  ["POST /api/import/start_upload", (incoming, _url, { transfers }) => transfers.startUpload(incoming)],
  ["POST /api/import/upload_part", (incoming, url, { transfers }) => transfers.uploadPart(incoming, url)],
  ["POST /api/import/finish_upload", (incoming, _url, { transfers }) => transfers.finishUpload(incoming)],
  ["POST /api/perform_import", (incoming, _url, { transfers }) => transfers.performImport(incoming)],
  ["POST /api/cancel_import", (incoming, _url, { transfers }) => transfers.cancelImport(incoming)],
  ["POST /api/export/request/zip", (incoming, url, { transfers }) => transfers.requestExport(incoming, url)],
]);

/** Admin routes that the CLI and dashboards know and this server does not have, by the beginning of their path. */
const MISSING_FEATURES: readonly (readonly [prefix: string, feature: string])[] = [
  ["/api/import/", "This step of an import"],
  ["/api/export/", "Exporting in this format"],
  ["/api/push_config", "Pushing with a version of the convex package below 1.30"],
  ["/api/deploy2/", "This step of a push"],
  ...["get_current_usage", "list_usage_limits", "create_usage_limit", "update_usage_limit", "delete_usage_limit"].map((call) => [`/api/v1/${call}`, "Metering of usage, on which Convex Cloud bases its bills and limits,"] as const),
  ["/api/v1/", "This call of the deployment platform API"],
];

/** A route's last part may be an id. */
export function adminRoute(method: string, pathname: string): AdminRoute | undefined {
  return ADMIN_ROUTES.get(`${method} ${pathname}`) ?? ADMIN_ROUTES.get(`${method} ${pathname.slice(0, pathname.lastIndexOf("/"))}/{id}`);
}

const ADMIN_PATHS: ReadonlySet<string> = new Set(Array.from(ADMIN_ROUTES.keys(), (route) => route.slice(route.indexOf(" ") + 1)));

/** Whether the deploy API has this path, by whatever method, or may have it in another version. */
export function isAdminPath(pathname: string): boolean {
  return ADMIN_PATHS.has(pathname) || MISSING_FEATURES.some(([prefix]) => pathname.startsWith(prefix));
}

/** For paths below `/api/` that no route has. */
export function refuseUnknownApi(incoming: IncomingMessage, pathname: string): RequestError {
  const missing = MISSING_FEATURES.find(([prefix]) => pathname.startsWith(prefix));
  if (missing !== undefined) return new RequestError(400, "NotSupported", `${missing[1]} is not supported by this version of Rivulet (${pathname}).`);
  const message = `There is no API route ${incoming.method} ${pathname}.`;
  return isFromCli(incoming) ? new RequestError(400, "NotSupported", message) : new RequestError(404, "NotFound", message);
}

function bodyRoute(toCall: (body: string, actor: AuditActor) => EngineCall): AdminRoute {
  return async (incoming, _url, { engine, adminKeys, bodyBytesMax }) => {
    const body = await readBody(incoming, bodyBytesMax);
    const { keyName } = requireAdmin(incoming.headers.authorization, adminKeys, () => parseJsonObject(body)["adminKey"]);
    return engineReplyToHttp(await engine.call(toCall(body, { keyName, client: clientInfo(incoming) })));
  };
}

const sendFinishPush = bodyRoute((body, actor) => ({ kind: "deploy", route: "finish_push", body, actor }));

/** A push has passed through this thread several times over, as chunks, buffers and texts, and most of the time little comes after it. */
async function finishPush(incoming: IncomingMessage, url: URL, context: AdminApiContext, requestId: string): Promise<HttpReply> {
  const reply = await sendFinishPush(incoming, url, context, requestId);
  context.collectGarbage("young");
  return reply;
}

async function inlineQuery(incoming: IncomingMessage, _url: URL, { engine, adminKeys, bodyBytesMax }: AdminApiContext, requestId: string): Promise<HttpReply> {
  const body = await readBody(incoming, bodyBytesMax);
  const credentials = requireAdmin(incoming.headers.authorization, adminKeys, () => parseJsonObject(body)["adminKey"]);
  return runInlineQuery(engine, body, credentials, { requestId, client: clientInfo(incoming) });
}

async function tableShapes(incoming: IncomingMessage, url: URL, { engine, adminKeys }: AdminApiContext): Promise<HttpReply> {
  requireAdmin(incoming.headers.authorization, adminKeys);
  return engineReplyToHttp(await engine.call({ kind: "tableShapes", componentPath: url.searchParams.get("component") ?? "" }));
}

/** As the public deployment API has it: from a time on, the oldest first. */
async function listAuditEvents(incoming: IncomingMessage, { searchParams }: URL, { engine, adminKeys }: AdminApiContext): Promise<HttpReply> {
  requireAdmin(incoming.headers.authorization, adminKeys);
  const [fromMs, limit, after] = [searchParams.get("from"), searchParams.get("limit") ?? "15", searchParams.get("cursor") ?? "0"].map((text) => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN)) as [number, number, number];
  if (Number.isNaN(fromMs + limit + after)) throw new RequestError(400, "BadParameter", '"from" must be a time in milliseconds, "limit" a number up to 100, and "cursor" what the last page gave as "nextCursor".');
  return engineReplyToHttp(await engine.call({ kind: "listAudit", fromMs, after, limit: Math.min(Math.max(limit, 1), 100) }));
}

async function streamLogs(incoming: IncomingMessage, url: URL, { engine, adminKeys }: AdminApiContext): Promise<HttpReply> {
  requireAdmin(incoming.headers.authorization, adminKeys);
  const cursor = Number(url.searchParams.get("cursor") ?? "0");
  if (!Number.isFinite(cursor)) throw new RequestError(400, "BadCursor", "\"cursor\" must be the number that the last reply gave, or 0.");
  return engineReplyToHttp(await engine.call({ kind: "streamLogs", cursor, waitMs: LOGS_WAIT_MS }));
}

async function canonicalUrls(incoming: IncomingMessage, _url: URL, { adminKeys, cloudOrigin, siteOrigin }: AdminApiContext): Promise<HttpReply> {
  requireAdmin(incoming.headers.authorization, adminKeys);
  return jsonReply({ convexCloudUrl: cloudOrigin, convexSiteUrl: siteOrigin });
}

/** `{"advanceMs": 1000}` → `{"aheadMs": 1000}`, when what is due by then is being looked for. */
async function advanceClock(incoming: IncomingMessage, _url: URL, { engine, testClock, adminKeys, bodyBytesMax }: AdminApiContext): Promise<HttpReply> {
  requireAdmin(incoming.headers.authorization, adminKeys);
  if (testClock === null) throw new RequestError(400, "NotSupported", "The clock of this server can't be moved. Start it with --test-clock yes; never where time matters to others.");
  const { advanceMs } = parseJsonObject(await readBody(incoming, bodyBytesMax));
  if (typeof advanceMs !== "number" || !(advanceMs >= 0 && testClock.aheadMs + advanceMs <= AHEAD_MS_MAX)) {
    throw new RequestError(400, "BadAdvance", '"advanceMs" must be a number of milliseconds from 0 on that leaves the clock at most ten years ahead: a clock is never set back.');
  }
  await testClock.advance(advanceMs);
  const reply = await engine.call({ kind: "clockMoved" });
  return reply.ok ? jsonReply({ aheadMs: testClock.aheadMs }) : engineReplyToHttp(reply);
}

async function checkAdminKey(incoming: IncomingMessage, _url: URL, { adminKeys }: AdminApiContext): Promise<HttpReply> {
  const { keyName } = requireAdmin(incoming.headers.authorization, adminKeys);
  return jsonReply({ keyName });
}
