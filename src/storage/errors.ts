/** Everything that can go wrong with storage for a reason outside this program, each with its cause and mend. */

export type StorageErrorKind =
  /** No room left on the disk or below the size limit; reads go on, writes succeed once there is room. */
  | "full"
  /** What is on disk is not what was written. */
  | "corrupt"
  /** Another process holds the data folder. */
  | "inUse"
  /** The folder holds files of something else. */
  | "foreign"
  /** The folder was written by a newer version of this program. */
  | "newerFormat"
  /** Used after `close()` or `release()`. */
  | "closed"
  /** The operating system refused a read or write for another reason (permissions, device errors). */
  | "io"
  /** A key or value that the store cannot hold. */
  | "invalid";

export class StorageError extends Error {
  override readonly name: string = "StorageError";
  constructor(
    readonly kind: StorageErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export class StorageFullError extends StorageError {
  override readonly name = "StorageFullError";
  constructor(message: string, options?: ErrorOptions) {
    super("full", message, options);
  }
}

export class StorageCorruptError extends StorageError {
  override readonly name = "StorageCorruptError";
  constructor(message: string, options?: ErrorOptions) {
    super("corrupt", message, options);
  }
}
