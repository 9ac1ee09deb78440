/** Tasks: which of them the caller can reach, open or done, and what changes with them. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { isInReach } from "./auth";
import type { AuthContext } from "./auth";
import { crmError } from "./errors";
import { ownershipFor } from "./ownership";
import { timeFrom, titleFrom } from "./text";

export interface TaskInput {
  readonly title: string;
  readonly dueAt: number | null;
  readonly isDone: boolean;
  readonly ownerId: Id<"members"> | null;
}

/** Open ones in the order in which they are due, those without a time first; done ones the other way round. */
export function tasksInReach(ctx: QueryCtx, { companyId, reach }: AuthContext, isDone: boolean) {
  const tasks = ctx.db.query("tasks");
  const order = isDone ? "desc" : "asc";
  switch (reach.kind) {
    case "company":
      return tasks.withIndex("by_company_and_done", (q) => q.eq("companyId", companyId).eq("isDone", isDone)).order(order);
    case "team":
      return tasks.withIndex("by_team_and_done", (q) => q.eq("companyId", companyId).eq("teamId", reach.teamId).eq("isDone", isDone)).order(order);
    case "own":
      return tasks.withIndex("by_owner_and_done", (q) => q.eq("ownerId", reach.memberId).eq("isDone", isDone)).order(order);
  }
}

export async function requireTask(ctx: QueryCtx, auth: AuthContext, id: string): Promise<Doc<"tasks">> {
  const taskId = ctx.db.normalizeId("tasks", id);
  const task = taskId === null ? null : await ctx.db.get("tasks", taskId);
  if (task === null || !isInReach(auth, task)) throw crmError("NOT_FOUND", "There is no such task, or it is not one of yours. Look it up in the list.");
  return task;
}

/** @param contact one that the caller can reach, or none */
export async function createTask(ctx: MutationCtx, auth: AuthContext, contact: Doc<"contacts"> | null, input: Omit<TaskInput, "isDone">): Promise<Id<"tasks">> {
  const ownership = await ownershipFor(ctx, auth, input.ownerId);
  return await ctx.db.insert("tasks", { ...ownership, contactId: contact?._id ?? null, title: titleFrom(input.title), dueAt: timeFrom(input.dueAt), isDone: false });
}

export async function updateTask(ctx: MutationCtx, auth: AuthContext, task: Doc<"tasks">, changes: Partial<TaskInput>): Promise<void> {
  const { title, dueAt, isDone, ownerId } = changes;
  const fields: Partial<Doc<"tasks">> = {};
  if (title !== undefined) fields.title = titleFrom(title);
  if (dueAt !== undefined) fields.dueAt = timeFrom(dueAt);
  if (isDone !== undefined) fields.isDone = isDone;
  const ownership = ownerId === undefined ? {} : await ownershipFor(ctx, auth, ownerId);
  await ctx.db.patch("tasks", task._id, { ...fields, ...ownership });
}
