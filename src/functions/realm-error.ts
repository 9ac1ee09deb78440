/** Errors on their way into user code: ours become errors of its realm, its own pass unchanged. */
import { DatabaseError } from "../database/errors.js";
import { INVALID_CURSOR_DATA } from "../database/query/paginate.js";
import type { Realm } from "./sandbox/realm.js";

const CONVEX_ERROR = Symbol.for("ConvexError");

export function errorInRealm(realm: Realm, error: unknown): unknown {
  if (!isOurs(error)) return error;
  const made = realm.makeError(error.message, nameForUsers(error));
  // The one error of ours that clients handle by its data: pagination starts over.
  if (error instanceof DatabaseError && error.kind === "invalidCursor") Object.assign(made, { data: { ...INVALID_CURSOR_DATA }, [CONVEX_ERROR]: true });
  return made;
}

/** User code can throw anything, also what throws when it is looked at. */
function isOurs(error: unknown): error is Error {
  try {
    return error instanceof Error;
  } catch {
    return false;
  }
}

/** Our class names mean nothing to an app's developer. */
function nameForUsers(error: Error): string {
  return error instanceof TypeError ? "TypeError" : "Error";
}
