/**
 * Who a request acts as, from its Authorization header. Admin keys are checked here; a user's token goes to the engine,
 * which knows the deployment's identity providers.
 */
import type { AdminKeys } from "../admin-keys.js";
import type { Credentials } from "../engine-messages.js";
import { isObject } from "./body.js";
import { RequestError } from "./replies.js";

type AdminCredentials = Extract<Credentials, { type: "admin" }>;

const NONE: Credentials = { type: "none" };

/** Throws RequestError: 401 for a header of unknown form, 403 for a wrong admin key. */
export function readCredentials(authorization: string | undefined, adminKeys: AdminKeys): Credentials {
  if (authorization === undefined) return NONE;
  const space = authorization.indexOf(" ");
  const scheme = authorization.slice(0, space).toLowerCase();
  const value = authorization.slice(space + 1).trim();
  if (scheme === "bearer") return { type: "user", token: value };
  if (scheme === "convex") return checkAdmin(value, adminKeys);
  throw new RequestError(401, "InvalidAuthHeader", "The Authorization header must be \"Bearer <token>\" of a user or \"Convex <admin key>\".");
}

/**
 * For routes that only admins may use. `keyInBody` is the key that older requests of the deploy API carry there; it is
 * asked for only where the header has none.
 */
export function requireAdmin(authorization: string | undefined, adminKeys: AdminKeys, keyInBody: () => unknown = () => undefined): AdminCredentials {
  if (authorization !== undefined) {
    const credentials = readCredentials(authorization, adminKeys);
    if (credentials.type === "admin") return credentials;
  }
  const key = keyInBody();
  if (typeof key === "string") return checkAdmin(key, adminKeys);
  throw new RequestError(401, "AdminKeyRequired", "This request needs an admin key: send the header \"Authorization: Convex <admin key>\".");
}

/** Like {@link requireAdmin}, for a route that monitoring asks: its tools send a key as "Bearer <admin key>". */
export function requireMonitor(authorization: string | undefined, adminKeys: AdminKeys): AdminCredentials {
  const [, key] = /^bearer +(.*)$/i.exec(authorization ?? "") ?? [];
  return key === undefined ? requireAdmin(authorization, adminKeys) : checkAdmin(key.trim(), adminKeys);
}

/**
 * `<key>` or `<key>:<base64 of an identity as JSON>`. 403 and not 401: on 401 the public CLI advises to log in to another
 * service and its log watcher tries on for ever; on 403 both stop and print the message.
 */
function checkAdmin(value: string, adminKeys: AdminKeys): AdminCredentials {
  const colon = value.indexOf(":");
  const key = colon === -1 ? value : value.slice(0, colon);
  const valid = adminKeys.check(key);
  if (valid === null) {
    throw new RequestError(403, "BadAdminKey", "The admin key is not valid for this deployment. Make one with: rivulet keys create --data <folder of this server>");
  }
  return { type: "admin", keyName: valid.name, actingAs: colon === -1 ? null : parseIdentity(value.slice(colon + 1)) };
}

function parseIdentity(base64: string): Readonly<Record<string, unknown>> {
  try {
    const identity: unknown = JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
    if (isObject(identity)) return identity;
  } catch (error) {
    throw badIdentity(error);
  }
  throw badIdentity();
}

function badIdentity(cause?: unknown): RequestError {
  return new RequestError(400, "BadIdentity", "What follows the admin key after \":\" must be the base64 text of an identity as a JSON object.", { cause });
}
