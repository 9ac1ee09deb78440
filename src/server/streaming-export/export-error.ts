/** A request of a connector that can't be served: `message` says the cause and the mend, `code` is for programs. */
export class ExportError extends Error {
  override readonly name = "ExportError";
  constructor(
    readonly code: "BadCursor" | "CursorTooOld" | "SnapshotTooOld" | "TooMuchChanged",
    message: string,
  ) {
    super(message);
  }
}
