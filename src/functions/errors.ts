import { encodeValue } from "../values/value.js";

/**
 * Failures of a function call as its caller sees them. `message` is complete but for the request id, which the server
 * puts in front; `data` is the payload of a ConvexError, as JSON text.
 */
export interface FunctionFailure {
  readonly message: string;
  readonly data: string | null;
}

/** Refused before user code ran, or by the runtime around it: shown without "Uncaught". */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
}

/** The data of a ConvexError, as JSON text. Where it is no value the function still fails; only the data is lost. */
export function encodeErrorData(data: unknown): string | null {
  if (data === undefined) return null;
  try {
    return encodeValue(data);
  } catch {
    return "null";
  }
}
