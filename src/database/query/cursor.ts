/**
 * Cursors: positions between the entries of a query's range, as opaque text.
 *
 * A cursor is base64url of `<version:1> <kind:1> <digest:12> <rest of an index key>`. It names a position, not a document,
 * so it outlives the document that it was taken at. The digest covers position and query: a cursor of another query (or
 * of this one over an index with other fields) would point somewhere else, so it is refused. It is no secret signature:
 * whoever reads with a cursor must keep within the query's own range.
 */
import { createHash } from "node:crypto";
import type { Key } from "../../storage/store.js";
import { DatabaseError } from "../errors.js";
import { SPACE_PREFIX_LENGTH } from "../keys.js";
import type { SerializedQuery } from "./serialized-query.js";

/** In the direction of the query. `start` and `end` stay the edges of the range, whatever is inserted there later. */
export type Position = { readonly type: "start" } | { readonly type: "after"; readonly key: Key } | { readonly type: "end" };

/**
 * The error data by which the client's `usePaginatedQuery` knows that it must start over, however the message is shown:
 * who turns a DatabaseError "invalidCursor" into an answer sends it along. The message contains "InvalidCursor" as well.
 */
export const INVALID_CURSOR_DATA = { isConvexSystemError: true, paginationError: "InvalidCursor" } as const;

const VERSION = 1;
const KINDS = ["start", "after", "end"] as const;
const DIGEST_LENGTH = 12;
const HEADER_LENGTH = 2 + DIGEST_LENGTH;

/** Reads and writes the cursors of one query. */
export class CursorCodec {
  readonly #query: string;
  readonly #fields: string;
  readonly #space: Key;

  /** `space` is the key prefix of the index (see keys.ts), which is left out of cursors: it changes when an index is rebuilt. */
  constructor(namespace: string, query: SerializedQuery, index: { readonly space: Key; readonly fields: readonly string[] } | null) {
    this.#query = JSON.stringify([namespace, canonicalSource(query), query.operators]);
    this.#fields = JSON.stringify(index?.fields ?? null);
    this.#space = index?.space ?? "";
  }

  encode(position: Position): string {
    const rest = position.type === "after" ? position.key.slice(SPACE_PREFIX_LENGTH) : "";
    const header = Buffer.from([VERSION, KINDS.indexOf(position.type)]);
    return Buffer.concat([header, this.#digest(position.type, rest), Buffer.from(rest, "latin1")]).toString("base64url");
  }

  /** Throws `invalidCursor`. */
  decode(cursor: string): Position {
    const bytes = Buffer.from(cursor, "base64url");
    const type = KINDS[bytes[1] ?? -1];
    if (bytes.length < HEADER_LENGTH || bytes[0] !== VERSION || type === undefined || bytes.toString("base64url") !== cursor) throw malformedCursor();
    const rest = bytes.toString("latin1", HEADER_LENGTH);
    if (!this.#digest(type, rest).equals(bytes.subarray(2, HEADER_LENGTH))) throw foreignCursor();
    return type === "after" ? { type, key: this.#space + rest } : { type };
  }

  /** The edges of a range are the same whatever fields the index has, even before there is a table. */
  #digest(type: Position["type"], rest: string): Buffer {
    const hash = createHash("sha256").update(JSON.stringify([type, this.#query, type === "after" ? this.#fields : null]));
    return hash.update(rest, "latin1").digest().subarray(0, DIGEST_LENGTH);
  }
}

function canonicalSource({ source }: SerializedQuery): unknown[] {
  switch (source.type) {
    case "FullTableScan":
      return [source.type, source.tableName, source.order ?? "asc"];
    case "IndexRange":
      return [source.type, source.indexName, source.range.map(({ type, fieldPath, value }) => [type, fieldPath, value]), source.order ?? "asc"];
    case "Search":
      return [source.type, source.indexName, source.filters];
  }
}

function malformedCursor(): DatabaseError {
  return new DatabaseError("invalidCursor", "InvalidCursor: Tried to run a query from a cursor that is none. Pass null, or a `continueCursor` or `splitCursor` of an earlier page.");
}

function foreignCursor(): DatabaseError {
  return new DatabaseError(
    "invalidCursor",
    "InvalidCursor: This cursor belongs to another query. " +
      "Pages of one list must use exactly the same index range, order and filters: keep values that change, such as Date.now(), out of them, or start again with a null cursor.",
  );
}
