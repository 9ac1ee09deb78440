/** Functions of `tests/apps/search`. */
import { makeFunctionReference } from "convex/server";
import type { PaginationOptions, PaginationResult } from "convex/server";

export interface Message {
  readonly _id: string;
  readonly _creationTime: number;
  readonly body?: string | number;
  readonly channel: string;
  readonly author?: string;
}

export interface NewMessage {
  readonly body?: string | number;
  readonly channel: string;
  readonly author?: string;
  readonly meta?: { readonly title?: string; readonly kind?: unknown };
}

export type SearchArguments = { text: string; channel?: string; count?: number; typoTolerance?: number };

const query = <Args extends Record<string, unknown>, Result>(name: string) => makeFunctionReference<"query", Args, Result>(name);
const mutation = <Args extends Record<string, unknown>, Result>(name: string) => makeFunctionReference<"mutation", Args, Result>(name);

export const messages = {
  add: mutation<{ messages: NewMessage[] }, string[]>("messages:add"),
  addCopies: mutation<{ body: string; channel: string; count: number }, null>("messages:addCopies"),
  like: mutation<{ id: string }, null>("messages:like"),
  edit: mutation<{ id: string; body: string | number | null }, null>("messages:edit"),
  move: mutation<{ id: string; channel: string }, null>("messages:move"),
  remove: mutation<{ id: string }, null>("messages:remove"),
  search: query<SearchArguments, Message[]>("messages:search"),
  counted: query<SearchArguments, { bodies: unknown[]; run: number }>("messages:counted"),
  byTitle: query<{ text: string }, Message[]>("messages:byTitle"),
  ways: query<{ text: string }, Record<string, unknown>>("messages:ways"),
  unique: query<{ text: string }, Message | null>("messages:unique"),
  withoutAuthor: query<{ text: string }, Message[]>("messages:withoutAuthor"),
  ofKind: query<{ text: string; kind: unknown; channel: string }, Message[]>("messages:ofKind"),
  pages: query<{ paginationOpts: PaginationOptions; text: string; channel: string }, PaginationResult<Message>>("messages:pages"),
  ownWrites: mutation<{ channel: string }, unknown[]>("messages:ownWrites"),
  slowSummary: mutation<{ text: string; channel: string; rounds: number }, number>("messages:slowSummary"),
};

export const probes = {
  probe: query<{ name: string }, unknown[]>("probes:probe"),
  syscall: query<{ filters: unknown; page: boolean }, unknown>("probes:syscall"),
  throughAction: makeFunctionReference<"action", { text: string }, unknown[]>("probes:throughAction"),
  subTransactions: mutation<{ channel: string }, unknown[]>("probes:subTransactions"),
};

export const archived = {
  add: mutation<{ body: string }, string[]>("archived:add"),
  find: query<{ text: string }, string[][]>("archived:find"),
};
