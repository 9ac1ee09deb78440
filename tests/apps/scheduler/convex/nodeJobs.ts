"use node";
/** Scheduled actions of Node. */
import { arch } from "node:os";
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalAction } from "./_generated/server";

export const schedules = internalAction({
  args: { name: v.string() },
  handler: async (ctx, { name }) => void (await ctx.scheduler.runAfter(0, internal.jobs.record, { name, note: arch() })),
});
