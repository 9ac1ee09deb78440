/** What a vector search asks for, in the JSON of the public server library. Parsed once here. */
import type { JsonValue } from "../../values/value.js";
import { DatabaseError } from "../errors.js";

export interface VectorQuery {
  /** `<table>.<index>` */
  readonly indexName: string;
  /** Finite numbers; how many the index wants is not known here. */
  readonly vector: readonly number[];
  readonly limit: number;
  /** See vector-filter.ts. */
  readonly expressions: JsonValue;
}

/** Public limits of Convex (docs.convex.dev, "Vector search"). */
const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 256;

export function parseVectorQuery(json: unknown): VectorQuery {
  const { indexName, vector, limit, expressions } = typeof json === "object" && json !== null ? (json as Record<string, JsonValue | undefined>) : {};
  if (typeof indexName !== "string" || !/^[^.]+\.[^.]+$/.test(indexName)) {
    throw invalid('A vector search names its index as "<table>.<index>". Call ctx.vectorSearch("<table>", "<index>", { vector }) of the `convex` package.');
  }
  return { indexName, vector: parseVector(vector, indexName), limit: parseLimit(limit, indexName), expressions: expressions ?? null };
}

function parseVector(vector: JsonValue | undefined, indexName: string): number[] {
  if (!Array.isArray(vector) || vector.length === 0) throw invalid(`\`vector\` of a search on ${indexName} must be a non-empty array of numbers.`);
  const odd = vector.findIndex((coordinate) => typeof coordinate !== "number" || !Number.isFinite(coordinate));
  if (odd !== -1) throw invalid(`\`vector\` of a search on ${indexName} has at position ${odd} what is no finite number. Pass an array of numbers.`);
  return vector as number[];
}

function parseLimit(limit: JsonValue | undefined, indexName: string): number {
  if (limit === undefined || limit === null) return LIMIT_DEFAULT;
  if (typeof limit === "number" && Number.isInteger(limit) && limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw invalid(`\`limit\` of a search on ${indexName} is ${JSON.stringify(limit)}. Pass a whole number between 1 and ${LIMIT_MAX}.`);
}

export function splitVectorIndexName(qualifiedName: string): readonly [tableName: string, indexName: string] {
  const dot = qualifiedName.indexOf(".");
  return [qualifiedName.slice(0, dot), qualifiedName.slice(dot + 1)];
}

function invalid(message: string): DatabaseError {
  return new DatabaseError("invalidQuery", message);
}
