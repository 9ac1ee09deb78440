/**
 * `ctx.db.query("table")` and everything chained to it. A query is prepared by chaining, then consumed once: by `collect`,
 * `take`, `first`, `unique`, `paginate` or iteration.
 *
 * Reads happen at once and promises are made by the sandbox's realm, already resolved: user code's `await` costs a
 * microtask, never a turn of the event loop.
 */
import { queryPage } from "../database/query/paginate.js";
import { QueryStream } from "../database/query/query-stream.js";
import type { SerializedQuery } from "../database/query/serialized-query.js";
import type { DocumentValue } from "../database/table.js";
import { FILTER_BUILDER, filterExpression } from "./filter-builder.js";
import { IndexRangeBuilder } from "./index-range-builder.js";
import type { ReadScope } from "./read-scope.js";
import { requireArgument } from "./require-argument.js";
import { SearchFilterBuilder } from "./search-filter-builder.js";

interface PaginationOptions {
  readonly numItems: number;
  readonly cursor: string | null;
  readonly endCursor?: string | null;
  readonly maximumRowsRead?: number;
  readonly maximumBytesRead?: number;
}

type State = { readonly type: "preparing" } | { readonly type: "chained" } | { readonly type: "running"; readonly stream: QueryStream } | { readonly type: "consumed" };

const OPERATORS_MAX = 256;

/** A query that may still choose what it reads. */
export class TableQueryInitializer {
  constructor(
    private readonly scope: ReadScope,
    private readonly tableName: string,
  ) {}

  fullTableScan(): TableQuery {
    return new TableQuery(this.scope, this.tableName, { source: { type: "FullTableScan", tableName: this.tableName, order: null }, operators: [] });
  }

  withIndex(indexName: string, range?: (q: IndexRangeBuilder) => IndexRangeBuilder): TableQuery {
    return this.scope.attemptSync(() => {
      requireArgument(indexName, 1, "withIndex", "indexName");
      const empty = new IndexRangeBuilder();
      const builder = range === undefined ? empty : range(empty);
      const source = { type: "IndexRange" as const, indexName: `${this.tableName}.${indexName}`, range: builder.export(), order: null };
      return new TableQuery(this.scope, this.tableName, { source, operators: [] });
    });
  }

  withSearchIndex(indexName: string, searchFilter: (q: SearchFilterBuilder) => SearchFilterBuilder): TableQuery {
    return this.scope.attemptSync(() => {
      requireArgument(indexName, 1, "withSearchIndex", "indexName");
      requireArgument(searchFilter, 2, "withSearchIndex", "searchFilter");
      const source = { type: "Search" as const, indexName: `${this.tableName}.${indexName}`, filters: searchFilter(new SearchFilterBuilder()).export() };
      return new TableQuery(this.scope, this.tableName, { source, operators: [] });
    });
  }

  order(order: "asc" | "desc"): TableQuery {
    return this.fullTableScan().order(order);
  }

  filter(predicate: (q: typeof FILTER_BUILDER) => unknown): TableQuery {
    return this.fullTableScan().filter(predicate);
  }

  limit(n: number): TableQuery {
    return this.fullTableScan().limit(n);
  }

  collect(): Promise<unknown> {
    return this.fullTableScan().collect();
  }

  take(n: number): Promise<unknown> {
    return this.fullTableScan().take(n);
  }

  first(): Promise<unknown> {
    return this.fullTableScan().first();
  }

  unique(): Promise<unknown> {
    return this.fullTableScan().unique();
  }

  paginate(options: PaginationOptions): Promise<unknown> {
    return this.fullTableScan().paginate(options);
  }

  count(): Promise<unknown> {
    return this.fullTableScan().count();
  }

  [Symbol.asyncIterator](): TableQuery {
    return this.fullTableScan()[Symbol.asyncIterator]();
  }
}

export class TableQuery {
  #state: State = { type: "preparing" };

  constructor(
    private readonly scope: ReadScope,
    private readonly tableName: string,
    private readonly query: SerializedQuery,
  ) {}

  order(order: "asc" | "desc"): TableQuery {
    this.scope.attemptSync(() => requireArgument(order, 1, "order", "order"));
    const { source, operators } = this.#take();
    if (source.type === "Search") throw this.scope.error("Search queries must always be in relevance order. Can not set order manually.");
    if (source.order !== null) throw this.scope.error("Queries may only specify order at most once");
    if (order !== "asc" && order !== "desc") throw this.scope.error(`Invalid order ${JSON.stringify(order)}: expected "asc" or "desc".`);
    return new TableQuery(this.scope, this.tableName, { source: { ...source, order }, operators });
  }

  filter(predicate: (q: typeof FILTER_BUILDER) => unknown): TableQuery {
    return this.scope.attemptSync(() => {
      requireArgument(predicate, 1, "filter", "predicate");
      return this.#withOperator({ filter: filterExpression(predicate(FILTER_BUILDER)) });
    });
  }

  limit(n: number): TableQuery {
    this.scope.attemptSync(() => requireArgument(n, 1, "limit", "n"));
    return this.#withOperator({ limit: n });
  }

  take(n: number): Promise<unknown> {
    return this.scope.attempt(() => {
      requireArgument(n, 1, "take", "n");
      if (!Number.isInteger(n) || n < 0) throw new TypeError("Arg 1 `n` to `take` must be a non-negative integer");
      return this.#read(n);
    });
  }

  collect(): Promise<unknown> {
    return this.scope.attempt(() => this.#read(Infinity));
  }

  first(): Promise<unknown> {
    return this.scope.attempt(() => this.#read(1)[0] ?? null);
  }

  unique(): Promise<unknown> {
    return this.scope.attempt(() => {
      const [only, second] = this.#read(2);
      if (second !== undefined) {
        throw new Error(`unique() query returned more than one result from table ${this.tableName}:\n [${String(only!["_id"])}, ${String(second["_id"])}, ...]`);
      }
      return only ?? null;
    });
  }

  count(): Promise<unknown> {
    return this.scope.attempt(() => this.#read(Infinity).length);
  }

  paginate(options: PaginationOptions): Promise<unknown> {
    return this.scope.attempt(() => {
      requireArgument(options, 1, "paginate", "options");
      if (typeof options.numItems !== "number" || options.numItems < 0) {
        throw new Error(`\`options.numItems\` must be a positive number. Received \`${String(options.numItems)}\`.`);
      }
      const { journal, frame } = this.scope;
      const request = {
        query: this.#take(),
        cursor: options.cursor,
        endCursor: options.endCursor ?? null,
        pageSize: options.numItems,
        maximumRowsRead: options.maximumRowsRead ?? null,
        maximumBytesRead: options.maximumBytesRead ?? null,
      };
      const result = queryPage(frame.transaction, frame.namespace, request, this.scope.present, journal.nextEndCursor());
      journal.record(result.continueCursor);
      return this.scope.object({ ...result, page: this.scope.array(result.page) });
    });
  }

  [Symbol.asyncIterator](): this {
    this.#stream();
    return this;
  }

  next(): Promise<unknown> {
    return this.scope.attempt(() => {
      const value = this.#stream().next();
      if (value !== null) return this.scope.object({ value, done: false });
      this.#close();
      return this.scope.object({ value: null, done: true });
    });
  }

  return(): Promise<unknown> {
    this.#close();
    return this.scope.attempt(() => this.scope.object({ value: undefined, done: true }));
  }

  #read(limit: number): DocumentValue[] {
    const stream = this.#stream();
    const found = this.scope.array<DocumentValue>([]);
    while (found.length < limit) {
      const next = stream.next();
      if (next === null) break;
      found.push(next);
    }
    this.#close();
    return found;
  }

  #stream(): QueryStream {
    switch (this.#state.type) {
      case "running":
        return this.#state.stream;
      case "chained":
        throw this.scope.error("This query has been chained with another operator and can't be reused.");
      case "consumed":
        throw this.scope.error("This query is closed and can't emit any more values.");
      case "preparing": {
        const { frame, present } = this.scope;
        const stream = new QueryStream(frame.transaction, frame.namespace, this.query, present);
        this.#state = { type: "running", stream };
        return stream;
      }
    }
  }

  #close(): void {
    if (this.#state.type === "running") this.#state.stream.close();
    this.#state = { type: "consumed" };
  }

  #take(): SerializedQuery {
    if (this.#state.type !== "preparing") throw this.scope.error("A query can only be chained once and can't be chained after iteration begins.");
    this.#state = { type: "chained" };
    return this.query;
  }

  #withOperator(operator: SerializedQuery["operators"][number]): TableQuery {
    const { source, operators } = this.#take();
    if (operators.length >= OPERATORS_MAX) throw this.scope.error(`Can't construct query with more than ${OPERATORS_MAX} operators`);
    return new TableQuery(this.scope, this.tableName, { source, operators: [...operators, operator] });
  }
}
