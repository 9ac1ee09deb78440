/** For the tests of this folder: the real database in memory, with short ways to declare tables, write and query. */
import { MemoryStore } from "../../storage/memory.js";
import type { Key } from "../../storage/store.js";
import { parseValue, valueToJson, type JsonValue, type Value } from "../../values/value.js";
import { Database, type Commit } from "../database.js";
import { Documents } from "../documents.js";
import { DEFAULT_TRANSACTION_LIMITS, type TransactionLimits } from "../limits.js";
import type { ReadSet } from "../read-set.js";
import type { DatabaseIndexRecord, DocumentValue, Table } from "../table.js";
import type { Transaction } from "../transaction.js";
import { queryPage, type Page, type PageArguments } from "./paginate.js";
import { QueryStream } from "./query-stream.js";
import type { Order, QueryOperator, SerializedQuery, SerializedRangeExpression } from "./serialized-query.js";
import { presentHere } from "../stored-document.js";

export const NAMESPACE = "";

export function parse(text: string): DocumentValue {
  return parseValue(text) as DocumentValue;
}

export class QueryDatabase {
  readonly database: Database;
  /** What the newest commit touched. */
  touched: readonly Key[] = [];

  constructor(limits: TransactionLimits = DEFAULT_TRANSACTION_LIMITS) {
    const onCommit = ({ keys }: Commit): void => void (this.touched = keys);
    this.database = new Database({ store: new MemoryStore(), nowMs: () => 1_700_000_000_000, limits, onCommit });
  }

  /** Makes the table, or gives it these indexes instead of those that it had, and fills them. */
  declare(tableName: string, fieldsByIndex: Readonly<Record<string, readonly string[]>>, options: Partial<DatabaseIndexRecord> = {}): void {
    const records = Object.entries(fieldsByIndex).map(([name, fields]) => ({ id: this.database.catalog.allocateIndexId(), name, fields, state: "ready" as const, enabled: true, staged: false, ...options }));
    const transaction = this.database.begin("mutation");
    const table = transaction.ensureTable(NAMESPACE, tableName);
    const documents = collect(transaction, scanOf(tableName));
    const { indexes } = transaction.putTable({ ...table.record, indexes: records });
    this.database.commit(transaction);
    this.database.applyUnseen(indexes.flatMap((index) => documents.map((document) => [index.keyOf(document, document["_id"] as string), document["_id"] as string] as const)));
  }

  table(tableName: string): Table {
    const table = this.database.catalog.table(NAMESPACE, tableName);
    if (table === undefined) throw new Error(`the test has no table ${tableName}`);
    return table;
  }

  mutate<T>(action: (documents: Documents, transaction: Transaction) => T): T {
    const transaction = this.database.begin("mutation");
    const result = action(new Documents({ transaction, namespace: NAMESPACE, present: presentHere }), transaction);
    this.database.commit(transaction);
    return result;
  }

  insert(tableName: string, ...documents: readonly Record<string, unknown>[]): string[] {
    return this.mutate((db) => documents.map((document) => db.insert(tableName, document)));
  }

  read<T>(action: (transaction: Transaction) => T): { result: T; readSet: ReadSet; transaction: Transaction } {
    const transaction = this.database.begin("query");
    const result = action(transaction);
    transaction.finish();
    return { result, readSet: transaction.readSet, transaction };
  }

  collect(query: SerializedQuery): DocumentValue[] {
    return this.read((transaction) => collect(transaction, query)).result;
  }

  page(args: Partial<PageArguments> & { readonly query: SerializedQuery }, journalEndCursor: string | null = null): Page {
    return this.read((transaction) => page(transaction, args, journalEndCursor)).result;
  }
}

export function collect(transaction: Transaction, query: SerializedQuery): DocumentValue[] {
  const stream = new QueryStream(transaction, NAMESPACE, query, presentHere);
  const found: DocumentValue[] = [];
  for (let next = stream.next(); next !== null; next = stream.next()) found.push(next);
  return found;
}

export function page(transaction: Transaction, args: Partial<PageArguments> & { readonly query: SerializedQuery }, journalEndCursor: string | null = null): Page {
  const defaults = { cursor: null, endCursor: null, pageSize: 10, maximumRowsRead: null, maximumBytesRead: null };
  return queryPage(transaction, NAMESPACE, { ...defaults, ...args }, presentHere, journalEndCursor);
}

export function scanOf(tableName: string, order: Order = null, operators: readonly QueryOperator[] = []): SerializedQuery {
  return { source: { type: "FullTableScan", tableName, order }, operators };
}

export function indexOf(indexName: string, range: readonly SerializedRangeExpression[] = [], order: Order = null, operators: readonly QueryOperator[] = []): SerializedQuery {
  return { source: { type: "IndexRange", indexName, range, order }, operators };
}

export function bound(type: SerializedRangeExpression["type"], fieldPath: string, value: Value | undefined): SerializedRangeExpression {
  return { type, fieldPath, value: operandJson(value) };
}

export function literal(value: Value | undefined): JsonValue {
  return { $literal: operandJson(value) };
}

export function field(path: string): JsonValue {
  return { $field: path };
}

function operandJson(value: Value | undefined): JsonValue {
  return value === undefined ? { $undefined: null } : valueToJson(value);
}
