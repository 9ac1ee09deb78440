/**
 * What the database refuses on behalf of a user: `message` is shown to developers as it is, cause and mend in it.
 * Broken invariants of our own are `assert`s, never these.
 */
export type DatabaseErrorKind =
  | "limit" // more read or written than a transaction may
  | "invalidId"
  | "notFound"
  | "invalidQuery" // index, range, cursor or filter that does not fit
  | "invalidCursor"
  | "schema" // a document that the schema refuses
  | "invalidValue"
  | "finished" // a call of a function that has returned
  | "conflict" // another transaction changed what this one read; internal, retried
  | "snapshotTooOld"; // a read at a timestamp whose history is gone

export class DatabaseError extends Error {
  constructor(
    readonly kind: DatabaseErrorKind,
    message: string,
  ) {
    super(message);
    this.name = "DatabaseError";
  }
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`Rivulet bug: ${message}`);
}
