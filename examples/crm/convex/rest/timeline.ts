/** What the REST interface does with notes and activities. */
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../_generated/server";
import { getKeyContext, requirePermission } from "../model/auth";
import { requireContact } from "../model/contacts";
import { bodyFrom } from "../model/text";
import { activitiesOf, addNote, notesOf, recordActivity, requireActivity, requireNote } from "../model/timeline";
import { keyArgument, pageArguments, viewOf, viewOfPage } from "./views";

const contactFilter = { ...pageArguments, contactId: v.union(v.string(), v.null()) };

/** Of one contact, or of all; newest first. */
export const listNotes = internalQuery({
  args: contactFilter,
  handler: async (ctx, { keyId, limit, cursor, contactId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:read");
    const page = { numItems: limit, cursor };
    if (contactId !== null) return viewOfPage(await notesOf(ctx, (await requireContact(ctx, auth, contactId))._id).paginate(page));
    const notes = ctx.db.query("notes").withIndex("by_company", (q) => q.eq("companyId", auth.companyId));
    return viewOfPage(await notes.order("desc").paginate(page));
  },
});

export const getNote = internalQuery({
  args: { ...keyArgument, noteId: v.string() },
  handler: async (ctx, { keyId, noteId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:read");
    return viewOf(await requireNote(ctx, auth, noteId));
  },
});

export const createNote = internalMutation({
  args: { ...keyArgument, contactId: v.string(), body: v.string() },
  handler: async (ctx, { keyId, contactId, body }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:write");
    const { _id } = await requireContact(ctx, auth, contactId);
    return viewOf(await requireNote(ctx, auth, await addNote(ctx, auth, _id, body)));
  },
});

export const updateNote = internalMutation({
  args: { ...keyArgument, noteId: v.string(), body: v.string() },
  handler: async (ctx, { keyId, noteId, body }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:write");
    const note = await requireNote(ctx, auth, noteId);
    await ctx.db.patch("notes", note._id, { body: bodyFrom(body) });
    return viewOf(await requireNote(ctx, auth, noteId));
  },
});

export const removeNote = internalMutation({
  args: { ...keyArgument, noteId: v.string() },
  handler: async (ctx, { keyId, noteId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:write");
    await ctx.db.delete("notes", (await requireNote(ctx, auth, noteId))._id);
    return { removed: noteId };
  },
});

/** Of one contact, or of all; newest first. */
export const listActivities = internalQuery({
  args: contactFilter,
  handler: async (ctx, { keyId, limit, cursor, contactId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:read");
    const page = { numItems: limit, cursor };
    if (contactId !== null) return viewOfPage(await activitiesOf(ctx, (await requireContact(ctx, auth, contactId))._id).paginate(page));
    const activities = ctx.db.query("activities").withIndex("by_company", (q) => q.eq("companyId", auth.companyId));
    return viewOfPage(await activities.order("desc").paginate(page));
  },
});

export const getActivity = internalQuery({
  args: { ...keyArgument, activityId: v.string() },
  handler: async (ctx, { keyId, activityId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:read");
    return viewOf(await requireActivity(ctx, auth, activityId));
  },
});

export const createActivity = internalMutation({
  args: { ...keyArgument, contactId: v.string(), kind: v.union(v.literal("call"), v.literal("email"), v.literal("meeting")), text: v.string() },
  handler: async (ctx, { keyId, contactId, kind, text }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:write");
    const { _id } = await requireContact(ctx, auth, contactId);
    return viewOf(await requireActivity(ctx, auth, await recordActivity(ctx, auth, _id, kind, text)));
  },
});

export const removeActivity = internalMutation({
  args: { ...keyArgument, activityId: v.string() },
  handler: async (ctx, { keyId, activityId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:write");
    await ctx.db.delete("activities", (await requireActivity(ctx, auth, activityId))._id);
    return { removed: activityId };
  },
});
