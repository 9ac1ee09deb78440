/**
 * The two calls by which the public CLI asks the vendor's account service whether its user is signed in, before the MCP
 * server does anything. With `CONVEX_PROVISION_HOST` set to this server's address and `CONVEX_OVERRIDE_ACCESS_TOKEN` to an
 * admin key it asks here instead, and needs no account (see `rivulet mcp`). Nothing else of that service is answered.
 */
import type { IncomingMessage } from "node:http";
import type { AdminKeys } from "../admin-keys.js";
import { isFromCli } from "./client-info.js";
import { jsonReply, RequestError, type HttpReply } from "./replies.js";

const ROUTES: ReadonlyMap<string, () => HttpReply> = new Map([
  ["HEAD /api/authorize", () => jsonReply({})],
  ["POST /api/check_opt_ins", () => jsonReply({ optInsToAccept: [] })],
]);

/** Null for any other request. Throws RequestError 401 where the access token is no admin key. */
export function answerAccountCall(incoming: IncomingMessage, pathname: string, adminKeys: AdminKeys): HttpReply | null {
  const answer = ROUTES.get(`${incoming.method} ${pathname}`);
  if (answer === undefined || !isFromCli(incoming)) return null;
  const token = /^bearer +(\S.*)$/i.exec(incoming.headers.authorization ?? "")?.[1] ?? "";
  if (adminKeys.check(token.trim()) !== null) return answer();
  throw new RequestError(401, "AdminKeyRequired", "The access token is not an admin key of this server. Set CONVEX_OVERRIDE_ACCESS_TOKEN to one; make one with: rivulet keys create");
}
