/** Documents as the REST interface shows them: `id` and `createdAt` in place of system fields, and no `companyId`. */
import type { PaginationResult } from "convex/server";
import { v } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel";

/** Arguments of every function that a key calls. */
export const keyArgument = { keyId: v.id("apiKeys") };
export const pageArguments = { ...keyArgument, limit: v.number(), cursor: v.union(v.string(), v.null()) };

interface Shown {
  readonly _id: string;
  readonly _creationTime: number;
  readonly companyId: Id<"companies">;
}

export type View<Document extends Shown> = Omit<Document, "_id" | "_creationTime" | "companyId"> & { id: Document["_id"]; createdAt: string };

export interface Page<Row> {
  data: Row[];
  /** For `?cursor=` of the next page; null at the end. */
  nextCursor: string | null;
}

export function viewOf<Document extends Shown>(document: Document): View<Document> {
  const { _id: id, _creationTime, companyId: _companyId, ...fields } = document;
  return { id, createdAt: new Date(_creationTime).toISOString(), ...fields };
}

/** Without the hash: it is nobody's business. */
export function viewOfKey(key: Doc<"apiKeys">): Omit<View<Doc<"apiKeys">>, "hash"> {
  const { hash: _hash, ...view } = viewOf(key);
  return view;
}

export function viewOfPage<Document extends Shown>({ page, isDone, continueCursor }: PaginationResult<Document>): Page<View<Document>> {
  return { data: page.map(viewOf), nextCursor: isDone ? null : continueCursor };
}
