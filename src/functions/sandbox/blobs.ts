/** Blob and File of a realm, and the way to their bytes for `ctx.storage`. */
import { types } from "node:util";
import { Script, type Context } from "node:vm";
import { BLOB_SOURCE } from "./blob-source.js";
import type { Realm } from "./realm.js";

export interface BlobContent {
  readonly bytes: Uint8Array;
  /** "" for none. */
  readonly type: string;
}

export interface Blobs {
  /** The classes, for the realm's globals. */
  readonly Blob: unknown;
  readonly File: unknown;
  /** A Blob of the realm with a copy of the bytes. */
  make(bytes: Uint8Array, type: string): unknown;
  /** Undefined for what is no Blob of the realm. */
  contentOf(value: unknown): BlobContent | undefined;
}

const script = new Script(BLOB_SOURCE, { filename: "rivulet:blob" });
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Must be called before any user code runs in the context. */
export function createBlobs(context: Context, realm: Realm): Blobs {
  const create = script.runInContext(context) as (hooks: object) => Blobs;
  return create({
    isArrayBuffer: (value: unknown) => types.isAnyArrayBuffer(value),
    encodeUtf8: (text: string) => realm.makeUint8Array(encoder.encode(text)),
    decodeUtf8: (bytes: Uint8Array) => decoder.decode(bytes),
    copy: (bytes: Uint8Array) => realm.makeUint8Array(bytes),
  });
}
