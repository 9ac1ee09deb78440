/** What a query reads and in which order: its source, looked up in the tables of one namespace. */
import type { Key } from "../../storage/store.js";
import type { DocumentScan } from "../document-scan.js";
import { DatabaseError } from "../errors.js";
import { IndexScan } from "../index-scan.js";
import { SPACE_PREFIX_LENGTH } from "../keys.js";
import { SearchIndex } from "../search/search-index.js";
import { parseSearchRequest } from "../search/search-request.js";
import { SearchScan } from "../search/search-scan.js";
import { CREATION_INDEX, type Table } from "../table.js";
import type { Transaction } from "../transaction.js";
import { indexFields, indexKeyRange } from "./index-range.js";
import { intervalRange, type Interval } from "./interval.js";
import { requireReadable } from "./readable-index.js";
import { splitIndexName, type Order, type QuerySource, type SearchSource, type SerializedRangeExpression } from "./serialized-query.js";

export interface QueryPlan {
  /** Key prefix of the positions. */
  readonly space: Key;
  /** Fields of the index, which give its positions their meaning. */
  readonly fields: readonly string[];
  open(interval: Interval): DocumentScan;
}

/**
 * Null where there is no such table yet: then the query yields nothing, and the transaction remembers that it asked for
 * the table, so that a subscription re-runs once there is one. Throws `invalidQuery` where the source does not fit.
 */
export function planQuery(transaction: Transaction, namespace: string, source: QuerySource): QueryPlan | null {
  const [tableName, indexName] = source.type === "FullTableScan" ? [source.tableName, CREATION_INDEX] : splitIndexName(source.indexName);
  const table = transaction.table(namespace, tableName);
  if (table === undefined) return null;
  switch (source.type) {
    case "FullTableScan":
      return planRange(transaction, table, indexName, [], source.order);
    case "IndexRange":
      return planRange(transaction, table, indexName, source.range, source.order);
    case "Search":
      return planSearch(transaction, table, indexName, source);
  }
}

function planRange(transaction: Transaction, table: Table, indexName: string, expressions: readonly SerializedRangeExpression[], order: Order): QueryPlan {
  const range = indexKeyRange(table, indexName, expressions);
  const reverse = order === "desc";
  return {
    space: range.start.slice(0, SPACE_PREFIX_LENGTH),
    fields: indexFields(table, indexName),
    open: (interval) => new IndexScan(transaction, table, intervalRange(range, reverse, interval), reverse),
  };
}

function planSearch(transaction: Transaction, table: Table, indexName: string, { filters }: SearchSource): QueryPlan {
  const name = `${table.name}.${indexName}`;
  const index = table.entryIndexes.find(({ record }) => record.name === indexName);
  if (!(index instanceof SearchIndex)) throw noSearchIndex(table, indexName);
  requireReadable(name, index.record);
  const { record } = index;
  const request = parseSearchRequest(name, record, filters);
  return {
    space: index.prefix,
    fields: [record.searchField, ...record.filterFields],
    open: ({ start, end }) => {
      if (start.type === "end" || end?.type === "start") return NO_DOCUMENTS;
      return new SearchScan(transaction, table, index, request, { after: start.type === "after" ? start.key : null, upTo: end?.type === "after" ? end.key : null });
    },
  };
}

const NO_DOCUMENTS: DocumentScan = { next: () => null, close: () => undefined };

function noSearchIndex(table: Table, indexName: string): DatabaseError {
  const name = `${table.name}.${indexName}`;
  const other = table.record.indexes.find((index) => index.name === indexName);
  if (other === undefined) return new DatabaseError("invalidQuery", `Search index ${name} not found. Declare it with .searchIndex(…) in convex/schema.ts and push, or use another index.`);
  return new DatabaseError("invalidQuery", `Index ${name} is no search index. Read it with withIndex(…), or declare a search index with .searchIndex(…) in convex/schema.ts.`);
}
