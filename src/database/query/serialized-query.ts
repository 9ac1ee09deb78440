/**
 * The form in which a query travels: what `ctx.db.query(…)` and its chained methods build, and what the public server
 * library sends through the string syscalls. Parsed once here; the rest of this folder trusts the types.
 *
 * Values inside are Convex JSON, with `{"$undefined": null}` for a value that is absent.
 */
import { decodeValue, IN_TRANSACTION, ValueError, type JsonValue, type Value } from "../../values/value.js";
import { DatabaseError } from "../errors.js";

export type Order = "asc" | "desc" | null;

export interface SerializedRangeExpression {
  readonly type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  readonly fieldPath: string;
  readonly value: JsonValue;
}

export interface FullTableScanSource {
  readonly type: "FullTableScan";
  readonly tableName: string;
  readonly order: Order;
}

export interface IndexRangeSource {
  readonly type: "IndexRange";
  /** `<table>.<index>` */
  readonly indexName: string;
  readonly range: readonly SerializedRangeExpression[];
  readonly order: Order;
}

export interface SearchSource {
  readonly type: "Search";
  /** `<table>.<index>` */
  readonly indexName: string;
  readonly filters: readonly JsonValue[];
}

export type QuerySource = FullTableScanSource | IndexRangeSource | SearchSource;
export type QueryOperator = { readonly filter: JsonValue } | { readonly limit: number };

export interface SerializedQuery {
  readonly source: QuerySource;
  /** Applied in this order to what the source yields. */
  readonly operators: readonly QueryOperator[];
}

/** As many as the public server library lets through. */
const OPERATORS_MAX = 256;
const RANGE_EXPRESSION_TYPES: readonly string[] = ["Eq", "Gt", "Gte", "Lt", "Lte"];

/** Throws `invalidQuery` where the shape is wrong; whether names and values fit the table is judged when the query runs. */
export function parseSerializedQuery(json: unknown): SerializedQuery {
  const query = record(json, "query");
  const operators = array(query["operators"], "query.operators");
  if (operators.length > OPERATORS_MAX) throw malformed("query.operators", `at most ${OPERATORS_MAX} operators`);
  return { source: parseSource(record(query["source"], "query.source")), operators: operators.map(parseOperator) };
}

function parseSource(source: Record<string, unknown>): QuerySource {
  switch (source["type"]) {
    case "FullTableScan":
      return { type: "FullTableScan", tableName: string(source["tableName"], "query.source.tableName"), order: parseOrder(source["order"]) };
    case "IndexRange":
      return {
        type: "IndexRange",
        indexName: indexName(source["indexName"]),
        range: array(source["range"], "query.source.range").map(parseRangeExpression),
        order: parseOrder(source["order"]),
      };
    case "Search":
      return { type: "Search", indexName: indexName(source["indexName"]), filters: array(source["filters"], "query.source.filters") as JsonValue[] };
    default:
      throw malformed("query.source.type", '"FullTableScan", "IndexRange" or "Search"');
  }
}

function parseOrder(order: unknown): Order {
  if (order === undefined || order === null) return null;
  if (order !== "asc" && order !== "desc") throw malformed("query.source.order", '"asc", "desc" or null');
  return order;
}

function parseRangeExpression(json: unknown, position: number): SerializedRangeExpression {
  const where = `query.source.range[${position}]`;
  const { type, fieldPath, value } = record(json, where);
  if (typeof type !== "string" || !RANGE_EXPRESSION_TYPES.includes(type)) throw malformed(`${where}.type`, RANGE_EXPRESSION_TYPES.join(", "));
  if (value === undefined) throw malformed(`${where}.value`, "a value");
  return { type: type as SerializedRangeExpression["type"], fieldPath: string(fieldPath, `${where}.fieldPath`), value: value as JsonValue };
}

function parseOperator(json: unknown, position: number): QueryOperator {
  const where = `query.operators[${position}]`;
  const { filter, limit } = record(json, where);
  if (filter !== undefined && limit === undefined) return { filter: filter as JsonValue };
  if (typeof limit === "number" && filter === undefined) return { limit };
  throw malformed(where, "{filter: expression} or {limit: number}");
}

function indexName(json: unknown): string {
  const name = string(json, "query.source.indexName");
  if (!/^[^.]+\.[^.]+$/.test(name)) throw malformed("query.source.indexName", '"<table>.<index>"');
  return name;
}

function record(json: unknown, where: string): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw malformed(where, "an object");
  return json as Record<string, unknown>;
}

function array(json: unknown, where: string): unknown[] {
  if (!Array.isArray(json)) throw malformed(where, "an array");
  return json;
}

function string(json: unknown, where: string): string {
  if (typeof json !== "string") throw malformed(where, "a string");
  return json;
}

function malformed(where: string, expected: string): DatabaseError {
  return new DatabaseError("invalidQuery", `Malformed query: \`${where}\` must be ${expected}. Build queries with ctx.db.query() of the \`convex\` package.`);
}

/** Table and index of a qualified index name. */
export function splitIndexName(qualifiedName: string): readonly [tableName: string, indexName: string] {
  const dot = qualifiedName.indexOf(".");
  return [qualifiedName.slice(0, dot), qualifiedName.slice(dot + 1)];
}

/** The value that a literal or a bound stands for. Leaves the JSON as it is, since cursors are made from it later. */
export function decodeOperand(json: JsonValue): Value | undefined {
  if (typeof json !== "object" || json === null) return json;
  if (!Array.isArray(json) && "$undefined" in json) return undefined;
  try {
    return decodeValue(structuredClone(json), IN_TRANSACTION);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new DatabaseError("invalidQuery", `A query holds a value that is none: ${error.message}`);
  }
}
