/** What a query reads and in which order: its source, looked up in the tables of one namespace. */
import type { KeyRange } from "../../storage/store.js";
import { DatabaseError } from "../errors.js";
import { CREATION_INDEX, type Table } from "../table.js";
import type { Transaction } from "../transaction.js";
import { indexFields, indexKeyRange } from "./index-range.js";
import { splitIndexName, type QuerySource, type SerializedRangeExpression } from "./serialized-query.js";

export interface QueryPlan {
  readonly table: Table;
  readonly range: KeyRange;
  readonly reverse: boolean;
  /** Fields of the index, which give its keys their meaning. */
  readonly fields: readonly string[];
}

interface NamedRange {
  readonly tableName: string;
  readonly indexName: string;
  readonly range: readonly SerializedRangeExpression[];
  readonly reverse: boolean;
}

/**
 * Null where there is no such table yet: then the query yields nothing, and the transaction remembers that it asked for
 * the table, so that a subscription re-runs once there is one. Throws `invalidQuery` where the source does not fit.
 */
export function planQuery(transaction: Transaction, namespace: string, source: QuerySource): QueryPlan | null {
  const { tableName, indexName, range, reverse } = namedRange(source);
  const table = transaction.table(namespace, tableName);
  if (table === undefined) return null;
  return { table, range: indexKeyRange(table, indexName, range), reverse, fields: indexFields(table, indexName) };
}

function namedRange(source: QuerySource): NamedRange {
  switch (source.type) {
    case "FullTableScan":
      return { tableName: source.tableName, indexName: CREATION_INDEX, range: [], reverse: source.order === "desc" };
    case "IndexRange": {
      const [tableName, indexName] = splitIndexName(source.indexName);
      return { tableName, indexName, range: source.range, reverse: source.order === "desc" };
    }
    case "Search":
      throw new DatabaseError("invalidQuery", `Search index ${source.indexName} can't be queried: search indexes are not available yet in this version. Read the table with withIndex(…) and filter the documents in code until they are.`);
  }
}
