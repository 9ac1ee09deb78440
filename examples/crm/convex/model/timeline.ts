/** What is told about a contact, oldest to newest: notes that people write, and activities that happen. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import type { AuthContext } from "./auth";
import { crmError } from "./errors";
import { bodyFrom } from "./text";

export type ActivityKind = Doc<"activities">["kind"];

export async function recordActivity(
  ctx: MutationCtx,
  { companyId, actor }: Pick<AuthContext, "companyId" | "actor">,
  contactId: Id<"contacts">,
  kind: ActivityKind,
  text: string,
): Promise<Id<"activities">> {
  return await ctx.db.insert("activities", { companyId, contactId, kind, actorName: actor.name, text: bodyFrom(text) });
}

/** Newest first. */
export function activitiesOf(ctx: QueryCtx, contactId: Id<"contacts">) {
  return ctx.db.query("activities").withIndex("by_contact", (q) => q.eq("contactId", contactId)).order("desc");
}

/** Newest first. */
export function notesOf(ctx: QueryCtx, contactId: Id<"contacts">) {
  return ctx.db.query("notes").withIndex("by_contact", (q) => q.eq("contactId", contactId)).order("desc");
}

export async function addNote(ctx: MutationCtx, { companyId, actor }: AuthContext, contactId: Id<"contacts">, body: string): Promise<Id<"notes">> {
  return await ctx.db.insert("notes", { companyId, contactId, authorName: actor.name, body: bodyFrom(body) });
}

/** A note of the company; whoever may not reach its contact is refused by `requireContact`. */
export async function requireNote(ctx: QueryCtx, { companyId }: AuthContext, id: string): Promise<Doc<"notes">> {
  const noteId = ctx.db.normalizeId("notes", id);
  const note = noteId === null ? null : await ctx.db.get("notes", noteId);
  if (note?.companyId !== companyId) throw crmError("NOT_FOUND", "There is no such note. It may have been removed.");
  return note;
}

export async function requireActivity(ctx: QueryCtx, { companyId }: AuthContext, id: string): Promise<Doc<"activities">> {
  const activityId = ctx.db.normalizeId("activities", id);
  const activity = activityId === null ? null : await ctx.db.get("activities", activityId);
  if (activity?.companyId !== companyId) throw crmError("NOT_FOUND", "There is no such activity. It may have been removed.");
  return activity;
}
