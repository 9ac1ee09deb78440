/** Typed references to the functions of `tests/apps/basics`, whose generated code exists only while it is pushed. */
import { makeFunctionReference, type PaginationOptions, type PaginationResult } from "convex/server";

export interface Message extends Record<string, string | number> {
  readonly _id: string;
  readonly _creationTime: number;
  readonly channel: string;
  readonly body: string;
}

/** Types, because the clients' signatures want an index signature, which interfaces lack. */
type Channel = { channel: string };
type Id = { id: string };
type None = Record<string, never>;

export const messages = {
  list: makeFunctionReference<"query", Channel, Message[]>("messages:list"),
  page: makeFunctionReference<"query", Channel & { paginationOpts: PaginationOptions }, PaginationResult<Message>>("messages:page"),
  send: makeFunctionReference<"mutation", Channel & { body: string }, string>("messages:send"),
  sendMany: makeFunctionReference<"mutation", Channel & { count: number }, null>("messages:sendMany"),
  edit: makeFunctionReference<"mutation", Id & { body: string }, null>("messages:edit"),
  remove: makeFunctionReference<"mutation", Id, null>("messages:remove"),
  count: makeFunctionReference<"query", None, number>("messages:count"),
  fail: makeFunctionReference<"query", { message: string }, null>("messages:fail"),
  failWhenEmpty: makeFunctionReference<"query", Channel, string>("messages:failWhenEmpty"),
  logging: makeFunctionReference<"query", None, null>("messages:logging"),
  secret: makeFunctionReference<"query", None, string>("messages:secret"),
  secretWrite: makeFunctionReference<"mutation", None, string>("messages:secretWrite"),
} as const;

export const accounts = {
  open: makeFunctionReference<"mutation", { owner: string; balance: number }, string>("accounts:open"),
  transfer: makeFunctionReference<"mutation", { from: string; to: string; amount: number }, null>("accounts:transfer"),
  increment: makeFunctionReference<"mutation", Id, number>("accounts:increment"),
  balance: makeFunctionReference<"query", Id, number | null>("accounts:balance"),
  total: makeFunctionReference<"query", None, number>("accounts:total"),
} as const;

export function bodies(list: readonly Message[]): string[] {
  return list.map(({ body }) => body);
}
