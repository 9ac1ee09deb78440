/**
 * From `withIndex("by_x", (q) => q.eq("a", 1).gt("b", 2))` to a range of keys.
 *
 *     fields of by_x       a        b           c    _creationTime  _id
 *     expressions          eq 1     gt 2
 *     keys                 i<id> 1  2 ▏▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▏         everything that starts with "i<id> 1" and follows 2
 *
 * Encoded field values order like the values and none is a prefix of another, so a range is always two positions:
 * before or after everything that starts with some encoded values. Ids, the last field of every index, stand in keys as plain text.
 */
import type { Key, KeyRange } from "../../storage/store.js";
import { compareValues } from "../../values/compare.js";
import { encodeKeyPart, keySuccessor } from "../../values/key.js";
import type { Value } from "../../values/value.js";
import { DatabaseError, assert } from "../errors.js";
import { keyAfter } from "../keys.js";
import { ID_INDEX, type Index, type Table } from "../table.js";
import { requireReadable } from "./readable-index.js";
import { decodeOperand, type SerializedRangeExpression } from "./serialized-query.js";

const ID_FIELD = "_id";

interface Bound {
  readonly value: Value | undefined;
  readonly inclusive: boolean;
}

interface Bounds {
  /** Values of the first fields of the index. */
  readonly equal: readonly (Value | undefined)[];
  /** Of the field after those. */
  readonly lower: Bound | null;
  readonly upper: Bound | null;
}

/** Throws `invalidQuery` where the table has no such index that can be read, or the expressions do not fit its fields. */
export function indexKeyRange(table: Table, indexName: string, range: readonly SerializedRangeExpression[]): KeyRange {
  const fields = indexFields(table, indexName);
  const bounds = boundsOf(`${table.name}.${indexName}`, fields, range);
  if (indexName === ID_INDEX) return idRange(table.documentPrefix, bounds);
  return fieldRange(readableIndex(table, indexName).prefix, fields.length, bounds);
}

/** Fields in the order in which a range may constrain them. Any index goes on with `_id`, which only libraries make use of. */
export function indexFields(table: Table, indexName: string): readonly string[] {
  return indexName === ID_INDEX ? [ID_FIELD] : readableIndex(table, indexName).rangeFields;
}

function readableIndex(table: Table, indexName: string): Index {
  const name = `${table.name}.${indexName}`;
  const index = table.index(indexName) ?? table.indexes.find(({ record }) => record.name === indexName);
  if (index === undefined) throw noSuchIndex(table, indexName);
  requireReadable(name, index.record);
  return index;
}

function noSuchIndex(table: Table, indexName: string): DatabaseError {
  const name = `${table.name}.${indexName}`;
  const isOther = table.record.indexes.some((index) => index.name === indexName);
  if (isOther) return new DatabaseError("invalidQuery", `Index ${name} can't be read with withIndex(…): it is a search or vector index. Query a search index with withSearchIndex(…), a vector index with ctx.vectorSearch(…).`);
  return new DatabaseError("invalidQuery", `Index ${name} not found. Declare it in convex/schema.ts and push, or use another index.`);
}

function boundsOf(name: string, fields: readonly string[], range: readonly SerializedRangeExpression[]): Bounds {
  const equal: (Value | undefined)[] = [];
  let lower: Bound | null = null;
  let upper: Bound | null = null;
  const fail = (cause: string): DatabaseError => rangeError(name, fields, range, cause);
  const order = fields.includes(ID_FIELD) ? fields : [...fields, ID_FIELD];
  for (const { type, fieldPath, value } of range) {
    if (fieldPath !== order[equal.length]) throw fail(misplacedField(order, equal.length, fieldPath, lower !== null || upper !== null));
    const bound = { value: decodeOperand(value), inclusive: type !== "Gt" && type !== "Lt" };
    if (type === "Eq") {
      if (lower !== null || upper !== null) throw fail(`\`eq\` on "${fieldPath}" follows a bound of the same field`);
      equal.push(bound.value);
    } else if (type === "Gt" || type === "Gte") {
      if (lower !== null) throw fail(`"${fieldPath}" has two lower bounds`);
      lower = bound;
    } else {
      if (upper !== null) throw fail(`"${fieldPath}" has two upper bounds`);
      upper = bound;
    }
  }
  return { equal, lower, upper };
}

function misplacedField(fields: readonly string[], position: number, fieldPath: string, bounded: boolean): string {
  if (!fields.includes(fieldPath)) return `"${fieldPath}" is not a field of the index`;
  if (bounded) return `"${fieldPath}" follows a bound of "${fields[position]!}", and a bound must be of the last field`;
  if (fields.indexOf(fieldPath) < position) return `"${fieldPath}" is constrained twice`;
  return `"${fieldPath}" comes before "${fields[position]!}" is constrained with \`eq\``;
}

function rangeError(name: string, fields: readonly string[], range: readonly SerializedRangeExpression[], cause: string): DatabaseError {
  const given = range.map(({ type, fieldPath }) => `${type.toLowerCase()}("${fieldPath}")`).join(".");
  return new DatabaseError(
    "invalidQuery",
    `Tried to query index ${name} with a range that doesn't fit it: ${cause}. Index fields: ${JSON.stringify(fields)}. Range: ${given}. ` +
      "Use `eq` on the index fields in order, then at most one lower and one upper bound on the next field. See https://docs.convex.dev/using/indexes",
  );
}

function fieldRange(indexPrefix: Key, fieldCount: number, { equal, lower, upper }: Bounds): KeyRange {
  const prefix = equal.slice(0, fieldCount).reduce<Key>((key, value) => key + encodeKeyPart(value), indexPrefix);
  if (equal.length >= fieldCount) return idRange(prefix, { equal: equal.slice(fieldCount), lower, upper });
  const before = ({ value }: Bound): Key => prefix + encodeKeyPart(value);
  const after = (bound: Bound): Key => keyAfterAll(before(bound));
  return {
    start: lower === null ? prefix : lower.inclusive ? before(lower) : after(lower),
    end: upper === null ? keyAfterAll(prefix) : upper.inclusive ? after(upper) : before(upper),
  };
}

/** Of the ids that follow `prefix`: of all documents of the table, or of those with the same values in an index. */
function idRange(prefix: Key, { equal, lower, upper }: Bounds): KeyRange {
  if (equal.length > 0) return idRange(prefix, { equal: [], lower: { value: equal[0], inclusive: true }, upper: { value: equal[0], inclusive: true } });
  return {
    start: lower === null ? prefix : idPosition(prefix, lower.value, lower.inclusive ? "before" : "after"),
    end: upper === null ? keyAfterAll(prefix) : idPosition(prefix, upper.value, upper.inclusive ? "after" : "before"),
  };
}

/** Values of other types lie before or after all ids. */
function idPosition(prefix: Key, value: Value | undefined, side: "before" | "after"): Key {
  if (typeof value !== "string") return compareValues(value, "") < 0 ? prefix : keyAfterAll(prefix);
  const key = prefix + Buffer.from(value, "utf8").toString("latin1");
  return side === "before" ? key : keyAfter(key);
}

/** The smallest key after all that start with `prefix`. */
function keyAfterAll(prefix: Key): Key {
  const key = keySuccessor(prefix);
  assert(key !== undefined, "an index or table has no key after it");
  return key;
}
