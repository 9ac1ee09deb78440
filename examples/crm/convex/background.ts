/** Work that is done in batches behind the call that asked for it. Each schedules itself until nothing is left. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation } from "./_generated/server";
import { BATCH_SIZE } from "./model/limits";

/** The records of one member go to another, or follow the same one into another team. */
export const handOver = internalMutation({
  args: { from: v.id("members"), to: v.id("members") },
  returns: v.null(),
  handler: async (ctx, { from, to }) => {
    const owner = await ctx.db.get("members", to);
    if (owner === null) return null;
    const { _id: ownerId, teamId } = owner;
    const contacts = ctx.db.query("contacts").withIndex("by_owner", (q) => q.eq("ownerId", from));
    const deals = ctx.db.query("deals").withIndex("by_owner_and_stage", (q) => q.eq("ownerId", from));
    const tasks = ctx.db.query("tasks").withIndex("by_owner_and_done", (q) => q.eq("ownerId", from));
    const stale = [
      ...(await (from === to ? contacts.filter((q) => q.neq(q.field("teamId"), teamId)) : contacts).take(BATCH_SIZE)),
      ...(await (from === to ? deals.filter((q) => q.neq(q.field("teamId"), teamId)) : deals).take(BATCH_SIZE)),
      ...(await (from === to ? tasks.filter((q) => q.neq(q.field("teamId"), teamId)) : tasks).take(BATCH_SIZE)),
    ];
    for (const { _id } of stale) await ctx.db.patch(_id, { ownerId, teamId });
    if (stale.length >= BATCH_SIZE) await ctx.scheduler.runAfter(0, internal.background.handOver, { from, to });
    return null;
  },
});

/** What hung on a contact that was removed. */
export const removeRemains = internalMutation({
  args: { contactId: v.id("contacts") },
  returns: v.null(),
  handler: async (ctx, { contactId }) => {
    const remains = [
      ...(await ctx.db.query("deals").withIndex("by_contact", (q) => q.eq("contactId", contactId)).take(BATCH_SIZE)),
      ...(await ctx.db.query("tasks").withIndex("by_contact", (q) => q.eq("contactId", contactId)).take(BATCH_SIZE)),
      ...(await ctx.db.query("notes").withIndex("by_contact", (q) => q.eq("contactId", contactId)).take(BATCH_SIZE)),
      ...(await ctx.db.query("activities").withIndex("by_contact", (q) => q.eq("contactId", contactId)).take(BATCH_SIZE)),
    ];
    for (const { _id } of remains) await ctx.db.delete(_id);
    if (remains.length >= BATCH_SIZE) await ctx.scheduler.runAfter(0, internal.background.removeRemains, { contactId });
    return null;
  },
});
