/** What an app's own screens do with workflows: watch, cancel, restart, clean up, list, send events. */
import { vEventId, vResultValidator, vWorkflowId, type WorkflowId } from "@convex-dev/workflow";
import { v } from "convex/values";
import type { FunctionReference } from "convex/server";
import { makeFunctionReference } from "convex/server";
import { internal } from "./_generated/api";
import { internalMutation, mutation, query } from "./_generated/server";
import { workflow } from "./workflow";

/** Starts a workflow by its name, with `onComplete` told in the table `completions`. */
export const start = mutation({
  args: { name: v.string(), args: v.any(), context: v.optional(v.any()), startAsync: v.optional(v.boolean()) },
  handler: async (ctx, { name, args, context, startAsync }): Promise<WorkflowId> => {
    const reference = makeFunctionReference<"mutation">(name) as unknown as FunctionReference<"mutation", "internal">;
    return await workflow.start(ctx, reference, args, { onComplete: internal.manage.completed, context: context ?? null, ...(startAsync === undefined ? {} : { startAsync }) });
  },
});

export const completed = internalMutation({
  args: { workflowId: vWorkflowId, result: vResultValidator, context: v.any() },
  handler: async (ctx, args) => void (await ctx.db.insert("completions", args)),
});

export const completionsOf = query({
  args: { workflowId: vWorkflowId },
  handler: async (ctx, { workflowId }) => await ctx.db.query("completions").withIndex("by_workflow", (q) => q.eq("workflowId", workflowId)).collect(),
});

export const status = query({ args: { workflowId: vWorkflowId }, handler: async (ctx, { workflowId }) => await workflow.status(ctx, workflowId) });
export const steps = query({ args: { workflowId: vWorkflowId }, handler: async (ctx, { workflowId }) => (await workflow.listSteps(ctx, workflowId)).page });
export const cancel = mutation({ args: { workflowId: vWorkflowId }, handler: async (ctx, { workflowId }) => await workflow.cancel(ctx, workflowId) });
export const cleanup = mutation({ args: { workflowId: vWorkflowId }, handler: async (ctx, { workflowId }) => await workflow.cleanup(ctx, workflowId) });

export const restart = mutation({
  args: { workflowId: vWorkflowId, from: v.optional(v.union(v.number(), v.string())), startAsync: v.optional(v.boolean()) },
  handler: async (ctx, { workflowId, ...options }) => await workflow.restart(ctx, workflowId, options),
});

export const restartFromFlaky = mutation({
  args: { workflowId: vWorkflowId },
  handler: async (ctx, { workflowId }) => await workflow.restart(ctx, workflowId, { from: internal.steps.flaky }),
});

export const list = query({
  args: { name: v.optional(v.string()), order: v.union(v.literal("asc"), v.literal("desc")), numItems: v.number(), cursor: v.union(v.string(), v.null()) },
  handler: async (ctx, { name, order, ...paginationOpts }) =>
    name === undefined ? await workflow.list(ctx, { order, paginationOpts }) : await workflow.listByName(ctx, name, { order, paginationOpts }),
});

export const send = mutation({
  args: { workflowId: vWorkflowId, name: v.string(), value: v.optional(v.any()) },
  handler: async (ctx, { workflowId, name, value }) => await workflow.sendEvent(ctx, { workflowId, name, ...(value === undefined ? {} : { value }) }),
});

export const sendById = mutation({
  args: { eventId: vEventId(), value: v.optional(v.any()) },
  handler: async (ctx, { eventId, value }) => await workflow.sendEvent(ctx, { id: eventId, ...(value === undefined ? {} : { value }) }),
});

export const sendError = mutation({
  args: { workflowId: vWorkflowId, name: v.string(), error: v.string() },
  handler: async (ctx, args) => await workflow.sendEvent(ctx, args),
});

/** What a function that is no workflow finds. */
export const globals = mutation({ args: {}, handler: async () => [Date.now(), typeof process, typeof crypto, crypto.randomUUID()] });
