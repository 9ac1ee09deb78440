/** The app `tests/apps/clients` by name: the pages have no generated `api`. */
import { makeFunctionReference, type PaginationOptions, type PaginationResult } from "convex/server";

export interface Message {
  readonly _id: string;
  readonly body: string;
}

type Channel = { channel: string };
type Page = Channel & { paginationOpts: PaginationOptions };

export const messages = {
  list: makeFunctionReference<"query", Channel, Message[]>("messages:list"),
  page: makeFunctionReference<"query", Page, PaginationResult<Message>>("messages:page"),
  first: makeFunctionReference<"query", Channel, string>("messages:first"),
  send: makeFunctionReference<"mutation", Channel & { body: string }, string>("messages:send"),
  shout: makeFunctionReference<"action", { body: string }, string>("messages:shout"),
  user: makeFunctionReference<"query", Record<string, never>, string>("messages:user"),
} as const;

export const MESSAGES_IN_PAGE = 2;

/** The `code` of the app's `ConvexError`s. */
export function codeOf(error: unknown): string {
  return (error as { data?: { code: string } }).data?.code ?? String(error);
}
