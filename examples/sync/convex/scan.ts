/**
 * What the cron does: whoever left is taken out, lost workers are noticed, and what is due is sent to the pool. One transaction
 * does a bounded part of it; as long as there is more to do, another follows at once.
 */
import { v } from "convex/values";
import type { Id } from "./_generated/dataModel";
import { internal } from "./_generated/api";
import { internalMutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { dispatch } from "./model/dispatch";
import { REMOVED_AT_ONCE, SCANNED_AT_ONCE, SENT_AT_ONCE } from "./model/limits";
import { lendPlaces, takeBackPlaces } from "./model/pool";
import { isHot } from "./model/syncs";
import type { Sync } from "./model/syncs";
import { timing } from "./model/timing";

export const run = internalMutation({
  args: {},
  returns: v.object({ left: v.number(), due: v.number(), sent: v.number() }),
  handler: async (ctx) => {
    const left = await removeAbsent(ctx);
    await takeBackPlaces(ctx);
    const due = await dueSyncs(ctx);
    await giveUp(
      ctx,
      due.filter(({ phase }) => phase !== "idle"),
    );
    const [hot, cold] = [due.filter(isHot), due.filter((sync) => !isHot(sync))];
    for (const { _id } of cold) await ctx.db.patch("syncs", _id, { dueAt: null });
    const batch = hot.slice(0, SENT_AT_ONCE);
    const sent = await dispatch(ctx, batch);
    // With no tokens left there is nothing to send before the next scan.
    const isMoreDue = sent === batch.length && (hot.length > batch.length || due.length === SCANNED_AT_ONCE);
    if (isMoreDue || left === REMOVED_AT_ONCE) await ctx.scheduler.runAfter(0, internal.scan.run);
    return { left, due: due.length, sent };
  },
});

/** Those without a heartbeat for too long. A subject that nobody looks at any more is cold. */
async function removeAbsent(ctx: MutationCtx): Promise<number> {
  const absent = await ctx.db
    .query("presence")
    .withIndex("by_time", (q) => q.lte("seenAt", Date.now() - timing().coldAfterMs))
    .take(REMOVED_AT_ONCE);
  const leftBySync = new Map<Id<"syncs">, number>();
  for (const { _id, syncId } of absent) {
    await ctx.db.delete("presence", _id);
    leftBySync.set(syncId, (leftBySync.get(syncId) ?? 0) + 1);
  }
  for (const [syncId, left] of leftBySync) {
    const sync = await ctx.db.get("syncs", syncId);
    if (sync !== null) await removeWatchers(ctx, sync, left);
  }
  return absent.length;
}

async function removeWatchers(ctx: MutationCtx, sync: Sync, left: number): Promise<void> {
  const watchers = Math.max(0, sync.watchers - left);
  const isColdNow = watchers === 0 && sync.phase === "idle";
  await ctx.db.patch("syncs", sync._id, isColdNow ? { watchers, dueAt: null } : { watchers });
}

/** Longest due first. */
async function dueSyncs(ctx: MutationCtx): Promise<Sync[]> {
  return await ctx.db
    .query("syncs")
    .withIndex("by_due_time", (q) => q.gt("dueAt", null).lte("dueAt", Date.now()))
    .take(SCANNED_AT_ONCE);
}

/** The lease is over, so there is no worker any more: it ended with the server. Or the token lapsed before one began, and none will. */
async function giveUp(ctx: MutationCtx, syncs: readonly Sync[]): Promise<void> {
  await lendPlaces(
    ctx,
    syncs.flatMap(({ workId }) => workId ?? []),
  );
  for (const { _id } of syncs) await ctx.db.patch("syncs", _id, { phase: "idle", workId: null });
}
