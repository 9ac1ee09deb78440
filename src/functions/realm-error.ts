/** Errors on their way into user code: ours become errors of its realm, its own pass unchanged. */
import type { Realm } from "./sandbox/realm.js";

export function errorInRealm(realm: Realm, error: unknown): unknown {
  return error instanceof Error ? realm.makeError(error.message, nameForUsers(error)) : error;
}

/** Our class names mean nothing to an app's developer. */
function nameForUsers(error: Error): string {
  return error instanceof TypeError ? "TypeError" : "Error";
}
