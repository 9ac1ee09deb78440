/** Notes and activities of a contact, for people. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { getAuthContext, requirePermission } from "./model/auth";
import { requireContact } from "./model/contacts";
import { LISTED_MAX } from "./model/limits";
import { activitiesOf, addNote, notesOf, recordActivity, requireNote } from "./model/timeline";

/** Newest first. */
export const notes = query({
  args: { contactId: v.id("contacts") },
  handler: async (ctx, { contactId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:read");
    await requireContact(ctx, auth, contactId);
    return await notesOf(ctx, contactId).take(LISTED_MAX);
  },
});

/** Newest first. */
export const activities = query({
  args: { contactId: v.id("contacts") },
  handler: async (ctx, { contactId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:read");
    await requireContact(ctx, auth, contactId);
    return await activitiesOf(ctx, contactId).take(LISTED_MAX);
  },
});

export const writeNote = mutation({
  args: { contactId: v.id("contacts"), body: v.string() },
  returns: v.id("notes"),
  handler: async (ctx, { contactId, body }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:write");
    return await addNote(ctx, auth, (await requireContact(ctx, auth, contactId))._id, body);
  },
});

export const removeNote = mutation({
  args: { noteId: v.id("notes") },
  returns: v.null(),
  handler: async (ctx, { noteId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:write");
    const note = await requireNote(ctx, auth, noteId);
    await requireContact(ctx, auth, note.contactId);
    await ctx.db.delete("notes", note._id);
    return null;
  },
});

export const logActivity = mutation({
  args: { contactId: v.id("contacts"), kind: v.union(v.literal("call"), v.literal("email"), v.literal("meeting")), text: v.string() },
  returns: v.id("activities"),
  handler: async (ctx, { contactId, kind, text }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:write");
    return await recordActivity(ctx, auth, (await requireContact(ctx, auth, contactId))._id, kind, text);
  },
});
