/** What ends a thread, for whoever is told of it in another one. */
import { inspect, types } from "node:util";

/** Only errors of the language itself cross between threads: a DOMException, say, arrives as an empty object. */
export function asNativeError(thrown: unknown): Error {
  return types.isNativeError(thrown) ? thrown : new Error(inspect(thrown));
}
