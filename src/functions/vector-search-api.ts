/**
 * `ctx.vectorSearch` of queries and mutations: the same call and the same result as in actions, within the transaction. Actions
 * have that of their own convex package; see server/actions/vector-syscalls.ts.
 */
import { parseVectorQuery } from "../database/vectors/vector-query.js";
import { searchVectors } from "../database/vectors/vector-search.js";
import type { JsonValue } from "../values/value.js";
import { queryLiteral } from "./query-literal.js";
import type { ReadScope } from "./read-scope.js";
import { requireArgument } from "./require-argument.js";

interface VectorSearchOptions {
  readonly vector: unknown;
  readonly limit?: unknown;
  readonly filter?: (q: typeof VECTOR_FILTER_BUILDER) => unknown;
}

class VectorExpression {
  constructor(readonly json: JsonValue) {}
}

/** The `q` of `filter: (q) => q.or(q.eq("genre", "comedy"), q.eq("genre", "drama"))`. */
const VECTOR_FILTER_BUILDER = Object.freeze({
  eq: (fieldName: unknown, value: unknown): VectorExpression => {
    if (typeof fieldName !== "string") throw new Error("The first argument to `q.eq` must be a field name.");
    return new VectorExpression({ $eq: [{ $field: fieldName }, { $literal: queryLiteral(value) }] });
  },
  or: (...expressions: readonly unknown[]): VectorExpression => new VectorExpression({ $or: expressions.map(expressionJson) }),
});

/** What is no expression is refused where the filter is parsed. */
function expressionJson(expression: unknown): JsonValue {
  return expression instanceof VectorExpression ? expression.json : { $literal: queryLiteral(expression) };
}

export function vectorSearch(scope: ReadScope): (tableName: unknown, indexName: unknown, query: unknown) => Promise<unknown> {
  return (tableName, indexName, query) =>
    scope.attempt(() => {
      requireArgument(tableName, 1, "vectorSearch", "tableName");
      requireArgument(indexName, 2, "vectorSearch", "indexName");
      requireArgument(query, 3, "vectorSearch", "query");
      const { vector, limit, filter } = query as VectorSearchOptions;
      const expressions = filter === undefined ? null : expressionJson(filter(VECTOR_FILTER_BUILDER));
      return scope.copy(vectorSearchResults(scope, { indexName: `${String(tableName)}.${String(indexName)}`, vector, limit, expressions }));
    });
}

/** The same by way of `Convex.asyncSyscall`. */
export function vectorSearchSyscall(scope: ReadScope, query: JsonValue | undefined): string {
  return JSON.stringify({ results: vectorSearchResults(scope, query) });
}

function vectorSearchResults({ frame }: ReadScope, query: unknown): object[] {
  return searchVectors(frame.transaction, frame.namespace, parseVectorQuery(query)).map(({ id, score }) => ({ _id: id, _score: score }));
}
