/** Typed references to those functions of `tests/apps/surface` that are used over the sync socket. */
import { makeFunctionReference } from "convex/server";

type None = Record<string, never>;

export const identity = {
  whoami: makeFunctionReference<"query", None, Record<string, unknown> | null>("identity:whoami"),
  nobody: makeFunctionReference<"query", None, string>("identity:nobody"),
  record: makeFunctionReference<"mutation", None, string>("identity:record"),
  realm: makeFunctionReference<"query", { nonce: number }, unknown>("identity:realm"),
  secret: makeFunctionReference<"query", None, string>("identity:secret"),
} as const;

export const documents = {
  all: makeFunctionReference<"query", { table: string }, Record<string, unknown>[]>("documents:all"),
  insertInto: makeFunctionReference<"mutation", { table: string; document: Record<string, unknown> }, string>("documents:insertInto"),
} as const;

export const live = {
  failAlways: makeFunctionReference<"query", None, null>("live:failAlways"),
  add: makeFunctionReference<"mutation", { group: string; rank: number }, string>("live:add"),
  size: makeFunctionReference<"query", None, number>("live:size"),
  act: makeFunctionReference<"action", None, string>("live:act"),
} as const;

export const printThenFail = makeFunctionReference<"mutation", None, null>("runtime:printThenFail");
