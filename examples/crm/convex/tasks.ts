/** Tasks, for people. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel";
import { mutation, query } from "./_generated/server";
import type { QueryCtx } from "./_generated/server";
import { getAuthContext, requirePermission } from "./model/auth";
import { requireContact } from "./model/contacts";
import { LISTED_MAX } from "./model/limits";
import { createTask, requireTask, tasksInReach, updateTask } from "./model/tasks";

/** Open ones by when they are due, or the newest that are done; with their contacts' names. */
export const list = query({
  args: { isDone: v.boolean() },
  handler: async (ctx, { isDone }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "tasks:read");
    const tasks = await tasksInReach(ctx, auth, isDone).take(LISTED_MAX);
    return await Promise.all(tasks.map((task) => withContactName(ctx, task)));
  },
});

export const ofContact = query({
  args: { contactId: v.id("contacts") },
  handler: async (ctx, { contactId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "tasks:read");
    await requireContact(ctx, auth, contactId);
    const tasks = ctx.db.query("tasks").withIndex("by_contact", (q) => q.eq("contactId", contactId));
    return await tasks.order("desc").take(LISTED_MAX);
  },
});

export const create = mutation({
  args: { title: v.string(), contactId: v.union(v.id("contacts"), v.null()), dueAt: v.union(v.number(), v.null()) },
  returns: v.id("tasks"),
  handler: async (ctx, { title, contactId, dueAt }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "tasks:write");
    const contact = contactId === null ? null : await requireContact(ctx, auth, contactId);
    return await createTask(ctx, auth, contact, { title, dueAt, ownerId: null });
  },
});

export const update = mutation({
  args: { taskId: v.id("tasks"), changes: v.object({ title: v.optional(v.string()), dueAt: v.optional(v.union(v.number(), v.null())), isDone: v.optional(v.boolean()), ownerId: v.optional(v.id("members")) }) },
  returns: v.null(),
  handler: async (ctx, { taskId, changes }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "tasks:write");
    await updateTask(ctx, auth, await requireTask(ctx, auth, taskId), changes);
    return null;
  },
});

export const remove = mutation({
  args: { taskId: v.id("tasks") },
  returns: v.null(),
  handler: async (ctx, { taskId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "tasks:write");
    await ctx.db.delete("tasks", (await requireTask(ctx, auth, taskId))._id);
    return null;
  },
});

async function withContactName(ctx: QueryCtx, task: Doc<"tasks">): Promise<Doc<"tasks"> & { contactName: string | null }> {
  const contact = task.contactId === null ? null : await ctx.db.get("contacts", task.contactId);
  return { ...task, contactName: contact?.fullName ?? null };
}
