/** Key sets that auth.config.ts holds itself, as data URIs (RFC 2397): nothing has to be fetched for them. */
import type { JSONWebKeySet } from "jose";

/** A data URI that holds no key set; the message completes "jwks …". */
export class DataKeysError extends Error {
  override readonly name = "DataKeysError";
}

/** Null where the text is no data URI. Throws {@link DataKeysError}. */
export function parseDataKeys(uri: string): JSONWebKeySet | null {
  if (!/^data:/i.test(uri)) return null;
  const comma = uri.indexOf(",");
  if (comma === -1) throw new DataKeysError('is a data URI without ",": it must be "data:text/plain;charset=utf-8;base64,<key set>"');
  const isBase64 = /;\s*base64$/i.test(uri.slice(0, comma));
  const document = parseJson(decode(uri.slice(comma + 1), isBase64));
  if (!isKeySet(document)) throw new DataKeysError("is a data URI that holds no JSON Web Key Set");
  return document;
}

export function isKeySet(document: unknown): document is JSONWebKeySet {
  if (typeof document !== "object" || document === null) return false;
  const { keys } = document as { readonly keys?: unknown };
  return Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null && !Array.isArray(key));
}

/** Node's base64 takes both alphabets, and skips blanks. */
function decode(data: string, isBase64: boolean): string {
  const text = percentDecoded(data);
  return isBase64 ? Buffer.from(text, "base64").toString("utf8") : text;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a "%" that stands for itself
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON value is: the caller tells
  }
}
