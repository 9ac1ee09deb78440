/**
 * Headers with which a file is served. Files are the work of whoever may upload, and come from the origin of the API: a
 * browser must neither guess their type nor run them with that origin's rights.
 *
 * Types that can carry script run in a sandbox without an origin when they are opened as a page; as images, styles or data
 * of the app's own pages they are not affected. The types named here carry none, and the sandbox would break some of them
 * (PDF viewers, for one), so they go without.
 */
import type { FileInfo } from "./file-messages.js";

const PASSIVE = /^(?:image\/(?!svg)[\w.+-]+|audio\/[\w.+-]+|video\/[\w.+-]+|font\/[\w.+-]+|text\/(?:plain|csv)|application\/(?:pdf|json|zip|gzip|octet-stream))(?:\s*;.*)?$/i;
const SANDBOX = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";
const NO_TYPE = "application/octet-stream";
/** What a header can hold; documents that were imported may say anything. */
const HEADER_TEXT = /^[\x20-\x7e]+$/;

/** Those of every answer about the file, whole, in part or not at all. */
export function fileHeaders({ sha256, contentType }: FileInfo): Record<string, string> {
  const type = contentType !== null && HEADER_TEXT.test(contentType) ? contentType : NO_TYPE;
  return {
    "Accept-Ranges": "bytes",
    // The URL is a secret and its content never changes; it can only go.
    "Cache-Control": "private, max-age=2592000",
    "Content-Type": type,
    Digest: `sha-256=${Buffer.from(sha256, "hex").toString("base64")}`,
    ETag: etagOf(sha256),
    "X-Content-Type-Options": "nosniff",
    ...(PASSIVE.test(type) ? {} : { "Content-Security-Policy": SANDBOX }),
  };
}

export function etagOf(sha256: string): string {
  return `"${sha256}"`;
}
