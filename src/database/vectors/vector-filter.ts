/**
 * The filter of a vector search: equalities over filter fields of the index, any of which lets a document pass. In JSON, as
 * the public server library sends it, `{$eq: [{$field}, {$literal}]}`, or `{$or: […]}` of these.
 */
import { encodeKeyPart } from "../../values/key.js";
import { ValueError, decodeValue, type JsonValue, type Value } from "../../values/value.js";
import { DatabaseError } from "../errors.js";
import type { Key } from "../../storage/store.js";
import { DIGEST_BYTES, filterDigest, type VectorIndex } from "./vector-index.js";

export interface VectorFilterTerm {
  /** Position in the index's filter fields. */
  readonly field: number;
  readonly value: string;
  /** Of `value`; see vector-index.ts. */
  readonly digest: number;
}

export type VectorFilter = readonly VectorFilterTerm[];

/** Public limit of Convex (docs.convex.dev, "Limits"). */
const EXPRESSIONS_MAX = 64;
const DEPTH_MAX = 64;

/** Null lets everything pass. */
export function parseVectorFilter(index: VectorIndex, indexName: string, json: JsonValue | undefined): VectorFilter | null {
  if (json === undefined || json === null) return null;
  const terms = [...equalities(json, 0)];
  if (terms.length > EXPRESSIONS_MAX) throw invalid(`The filter of a vector search on ${indexName} has ${terms.length} expressions, and at most ${EXPRESSIONS_MAX} are allowed. Search several times, or filter by another field.`);
  return terms.map(({ path, literal }) => term(index, indexName, path, literal));
}

export function passesFilter(filter: VectorFilter, filters: readonly string[]): boolean {
  return filter.some(({ field, value }) => filters[field] === value);
}

/** Whether the digests in a code's key, which begin `at`, leave it possible that its document passes. */
export function mayPassFilter(filter: readonly Pick<VectorFilterTerm, "field" | "digest">[], codeKey: Key, at: number): boolean {
  return filter.some(({ field, digest }) => digestAt(codeKey, at + DIGEST_BYTES * field) === digest);
}

function digestAt(key: Key, at: number): number {
  return (key.charCodeAt(at) | (key.charCodeAt(at + 1) << 8) | (key.charCodeAt(at + 2) << 16) | (key.charCodeAt(at + 3) << 24)) >>> 0;
}

interface Equality {
  readonly path: string;
  readonly literal: JsonValue;
}

function* equalities(json: JsonValue, depth: number): Generator<Equality> {
  if (depth > DEPTH_MAX) throw invalid(`The filter of a vector search is nested more than ${DEPTH_MAX} deep. Pass all equalities to one \`q.or\`.`);
  const expression = typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
  const { $eq: equality, $or: alternatives } = expression;
  if (Array.isArray(alternatives)) {
    for (const alternative of alternatives) yield* equalities(alternative, depth + 1);
    return;
  }
  const [field, literal] = Array.isArray(equality) ? (equality as { readonly $field?: JsonValue; readonly $literal?: JsonValue }[]) : [];
  if (typeof field?.$field !== "string" || literal?.$literal === undefined) {
    throw invalid("The filter of a vector search can only be made of `q.eq` and `q.or`, for example `filter: (q) => q.or(q.eq(\"genre\", \"comedy\"), q.eq(\"genre\", \"drama\"))`.");
  }
  yield { path: field.$field, literal: literal.$literal };
}

function term(index: VectorIndex, indexName: string, path: string, literal: JsonValue): VectorFilterTerm {
  const field = index.record.filterFields.indexOf(path);
  if (field === -1) {
    throw invalid(`Vector index ${indexName} has no filter field \`${path}\`: ${filterFieldsText(index)}. Add it to \`filterFields\` of the index in the schema, or filter the documents that were found in code.`);
  }
  const value = encodeKeyPart(operand(literal));
  return { field, value, digest: filterDigest(value) };
}

function filterFieldsText({ record: { filterFields } }: VectorIndex): string {
  return filterFields.length === 0 ? "it has none" : `it has ${filterFields.map((field) => `\`${field}\``).join(", ")}`;
}

function operand(json: JsonValue): Value | undefined {
  if (typeof json === "object" && json !== null && !Array.isArray(json) && "$undefined" in json) return undefined;
  try {
    return decodeValue(structuredClone(json));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw invalid(`The filter of a vector search compares with a value that is none: ${error.message}`);
  }
}

function invalid(message: string): DatabaseError {
  return new DatabaseError("invalidQuery", message);
}
