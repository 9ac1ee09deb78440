/** `ctx.vectorSearch` of actions: each search reads the newest state. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Database } from "../../database/database.js";
import { parseVectorQuery } from "../../database/vectors/vector-query.js";
import { searchVectors, vectorIndexOf } from "../../database/vectors/vector-search.js";
import type { ActionContext, ActionSyscalls, SyscallArguments } from "./action-syscalls.js";

export interface VectorSyscallsOptions {
  readonly database: Database;
  readonly whenDurable: (ts: number) => Promise<void>;
}

/** Of an index that nobody has searched since the start: some ten milliseconds. */
const CODES_LOADED_AT_ONCE = 5_000;

export function vectorSyscalls({ database, whenDurable }: VectorSyscallsOptions): ActionSyscalls {
  /** An action can wait while others get their turn; a query could not. */
  const load = async (namespace: string, indexName: string): Promise<void> => {
    while (!database.loadVectors(vectorIndexOf(database.begin("query"), namespace, indexName), CODES_LOADED_AT_ONCE)) await nextTurn();
  };
  return new Map([
    ["1.0/actions/vectorSearch", async (args: SyscallArguments, { componentPath }: ActionContext) => {
      const query = parseVectorQuery(args["query"]);
      await load(componentPath, query.indexName);
      const transaction = database.begin("query");
      const results = searchVectors(transaction, componentPath, query).map(({ id, score }) => ({ _id: id, _score: score }));
      transaction.finish();
      await whenDurable(transaction.ts);
      return JSON.stringify({ results });
    }],
  ]);
}
