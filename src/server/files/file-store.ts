/**
 * Where the bytes of files are kept. It knows keys and bytes; which files there are, the database knows. One contract suite
 * (file-store.suite.ts) runs on every implementation.
 */
import type { Readable } from "node:stream";
import type { FileKey } from "./file-messages.js";

export interface FileStore {
  /**
   * Keeps what `body` yields under a new key; durable when it resolves. When `body` throws, or anything else goes wrong,
   * nothing is there, and the error is thrown on. `size` is how much will come, where it is known. Never holds more than a
   * bounded part of a body in memory.
   */
  put(key: FileKey, body: AsyncIterable<Uint8Array>, size: number | null): Promise<void>;
  /** Bytes `start` to `end`, both inclusive, of a file of `size` bytes. Null where there is no such file. */
  read(key: FileKey, range: ByteRange, size: number): Promise<Readable | null>;
  /** What is not there is deleted already. A read that has begun goes on. */
  delete(key: FileKey): Promise<void>;
  /** Every key, in batches of bounded size, lazily. */
  batches(): AsyncIterable<readonly FileKey[]>;
  /** Removes what is left of `put`s that the process did not live to end. Those in progress are not touched. */
  discardUnfinished(): Promise<void>;
}

/** Inclusive on both sides, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The store cannot do what it should: full, unreachable, or not permitted. `message` is fit for the operator. */
export class FileStoreError extends Error {
  override readonly name = "FileStoreError";
  constructor(
    readonly kind: "full" | "unavailable",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
