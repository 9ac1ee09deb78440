/**
 * Removes visitors who said nothing for too long: a scheduled function for each board that anybody is on, which comes back when the next
 * visitor could be due, and ends with the last one.
 *
 *     first visitor ──▶ sweep ──▶ sweep ──▶ … ──▶ nobody is here: none until somebody comes
 */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import type { Doc, Id } from "./_generated/dataModel";
import { internalMutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { PRESENCE_MS, VISITORS_MAX } from "./model/limits";
import { depart } from "./model/visits";

/** Between two sweeps of a board on which somebody is always due soon. */
const SWEEP_MS_MIN = 1_000;

/** Called by whoever comes: a board is never swept twice at a time. */
export async function keepSweeping(ctx: MutationCtx, boardId: Id<"boards">): Promise<void> {
  if ((await findSweep(ctx, boardId)) !== null) return;
  await ctx.db.insert("sweeps", { boardId });
  await ctx.scheduler.runAfter(PRESENCE_MS, internal.sweeping.sweep, { boardId });
}

export const sweep = internalMutation({
  args: { boardId: v.id("boards") },
  returns: v.null(),
  handler: async (ctx, { boardId }) => {
    const now = Date.now();
    const silent = await ctx.db
      .query("presence")
      .withIndex("by_board_and_lastUpdated", (q) => q.eq("boardId", boardId).lte("lastUpdated", now - PRESENCE_MS))
      .take(VISITORS_MAX);
    for (const { user } of silent) await depart(ctx, { boardId, user });
    const next = await ctx.db
      .query("presence")
      .withIndex("by_board_and_lastUpdated", (q) => q.eq("boardId", boardId))
      .first();
    if (next !== null) await ctx.scheduler.runAfter(Math.max(SWEEP_MS_MIN, next.lastUpdated + PRESENCE_MS - now), internal.sweeping.sweep, { boardId });
    else await endSweeping(ctx, boardId);
    return null;
  },
});

async function endSweeping(ctx: MutationCtx, boardId: Id<"boards">): Promise<void> {
  const sweep = await findSweep(ctx, boardId);
  if (sweep !== null) await ctx.db.delete(sweep._id);
}

async function findSweep(ctx: MutationCtx, boardId: Id<"boards">): Promise<Doc<"sweeps"> | null> {
  return await ctx.db
    .query("sweeps")
    .withIndex("by_board", (q) => q.eq("boardId", boardId))
    .unique();
}
