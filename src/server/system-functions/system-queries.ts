import type { Transaction } from "../../database/transaction.js";
import type { Value } from "../../values/value.js";
export type SystemQuery = (transaction: Transaction, args: Value) => Value;
export const SYSTEM_QUERIES: ReadonlyMap<string, SystemQuery> = new Map();
