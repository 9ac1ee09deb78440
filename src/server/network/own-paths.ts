/**
 * Which requests to the main port are the server's own; every other belongs to the app's HTTP actions. Apps have routes
 * below `/api/` too (sign-in libraries do), so there only what this API has, or may have in another version, is kept.
 */
import type { IncomingMessage } from "node:http";
import { isAdminPath } from "./admin-api.js";
import { RIVULET_PREFIX } from "./backup-api.js";
import { isFromCli } from "./client-info.js";
import { FUNCTION_ROUTES, RUN_PREFIX } from "./function-api.js";
import { STORAGE_PREFIX } from "./storage-api.js";

/** `/api/sync` and `/api/<client version>/sync`. */
export const SYNC_PATH = /^\/api\/(?:[^/]+\/)?sync$/;
export const API_PREFIX = "/api/";
/** Everything below it is the app's, whatever follows. */
export const SITE_PREFIX = "/http";

const PAGES: ReadonlySet<string> = new Set(["/version", "/instance_name", "/metrics"]);
const CALLS: ReadonlySet<string> = new Set([...FUNCTION_ROUTES.keys(), "/api/query_ts", "/api/debug_event"]);
const PREFIXES = [RUN_PREFIX, STORAGE_PREFIX, RIVULET_PREFIX];

/** The path under which the app's router knows the request; null where the request is not for the app. */
export function sitePathOf(incoming: IncomingMessage, pathname: string): string | null {
  if (pathname.startsWith(`${SITE_PREFIX}/`)) return pathname.slice(SITE_PREFIX.length);
  return isOwn(incoming, pathname) ? null : pathname;
}

function isOwn(incoming: IncomingMessage, pathname: string): boolean {
  if (!pathname.startsWith(API_PREFIX)) return PAGES.has(pathname);
  return CALLS.has(pathname) || PREFIXES.some((prefix) => pathname.startsWith(prefix)) || SYNC_PATH.test(pathname) || isAdminPath(pathname) || isFromCli(incoming); // An answer of the app would only confuse the CLI.
}
