/** What the REST interface does with tasks. */
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../_generated/server";
import { getKeyContext, requirePermission } from "../model/auth";
import { requireContact } from "../model/contacts";
import { requireMemberOf } from "../model/members";
import { createTask, requireTask, tasksInReach, updateTask } from "../model/tasks";
import { keyArgument, pageArguments, viewOf, viewOfPage } from "./views";

const optionalText = v.union(v.string(), v.null());
const optionalTime = v.union(v.number(), v.null());

export const list = internalQuery({
  args: { ...pageArguments, isDone: v.boolean() },
  handler: async (ctx, { keyId, limit, cursor, isDone }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "tasks:read");
    return viewOfPage(await tasksInReach(ctx, auth, isDone).paginate({ numItems: limit, cursor }));
  },
});

export const ofContact = internalQuery({
  args: { ...pageArguments, contactId: v.string() },
  handler: async (ctx, { keyId, limit, cursor, contactId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "tasks:read");
    const { _id } = await requireContact(ctx, auth, contactId);
    const tasks = ctx.db.query("tasks").withIndex("by_contact", (q) => q.eq("contactId", _id));
    return viewOfPage(await tasks.order("desc").paginate({ numItems: limit, cursor }));
  },
});

export const get = internalQuery({
  args: { ...keyArgument, taskId: v.string() },
  handler: async (ctx, { keyId, taskId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "tasks:read");
    return viewOf(await requireTask(ctx, auth, taskId));
  },
});

export const create = internalMutation({
  args: { ...keyArgument, title: v.string(), contactId: optionalText, dueAt: optionalTime, ownerId: optionalText },
  handler: async (ctx, { keyId, title, contactId, dueAt, ownerId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "tasks:write");
    const contact = contactId === null ? null : await requireContact(ctx, auth, contactId);
    const owner = ownerId === null ? null : await requireMemberOf(ctx, auth, ownerId);
    const taskId = await createTask(ctx, auth, contact, { title, dueAt, ownerId: owner?._id ?? contact?.ownerId ?? null });
    return viewOf(await requireTask(ctx, auth, taskId));
  },
});

export const update = internalMutation({
  args: {
    ...keyArgument,
    taskId: v.string(),
    changes: v.object({ title: v.optional(v.string()), dueAt: v.optional(optionalTime), isDone: v.optional(v.boolean()), ownerId: v.optional(v.string()) }),
  },
  handler: async (ctx, { keyId, taskId, changes: { ownerId, ...changes } }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "tasks:write");
    const task = await requireTask(ctx, auth, taskId);
    const owner = ownerId === undefined ? {} : { ownerId: (await requireMemberOf(ctx, auth, ownerId))._id };
    await updateTask(ctx, auth, task, { ...changes, ...owner });
    return viewOf(await requireTask(ctx, auth, taskId));
  },
});

export const remove = internalMutation({
  args: { ...keyArgument, taskId: v.string() },
  handler: async (ctx, { keyId, taskId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "tasks:write");
    await ctx.db.delete("tasks", (await requireTask(ctx, auth, taskId))._id);
    return { removed: taskId };
  },
});
