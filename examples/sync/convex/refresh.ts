/**
 * One refresh: an action, which asks the source, between two mutations, which hold the state.
 *
 *     begin ── is my ticket the newest? does somebody look? is the token still good? ──▶ fetch ──▶ finish
 *
 * Of a subject there is one refresh at a time: `begin` lets one worker through per ticket, a ticket is followed by another
 * only after `finish` or when its lease is over, and a worker gives up long before that.
 */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalAction, internalMutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { CATALOGUE } from "./model/keys";
import { FAILURE_BACKOFF_MAX, PROBLEM_LENGTH_MAX } from "./model/limits";
import { outcome } from "./model/outcome";
import type { Outcome } from "./model/outcome";
import { fetchSubject } from "./model/source";
import { removePayload, storePayload } from "./model/subjects";
import { isHot, isWatched } from "./model/syncs";
import type { Sync } from "./model/syncs";
import { timing } from "./model/timing";

const work = { syncId: v.id("syncs"), ticket: v.number() };

/** The worker. */
export const run = internalAction({
  args: work,
  returns: v.null(),
  handler: async (ctx, args) => {
    const key = await ctx.runMutation(internal.refresh.begin, args);
    if (key === null) return null;
    await ctx.runMutation(internal.refresh.finish, { ...args, outcome: await fetchSubject(key) });
    return null;
  },
});

/** @returns the key to fetch; null when there is nothing to do any more. */
export const begin = internalMutation({
  args: work,
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { syncId, ticket }) => {
    const sync = await ctx.db.get("syncs", syncId);
    if (sync === null || sync.ticket !== ticket || sync.phase !== "queued") return null;
    const now = Date.now();
    // The token lapsed while the work waited for its turn: the scan takes another.
    if (sync.dueAt === null || now > sync.dueAt) return null;
    if (!(await isWatched(ctx, syncId))) {
      await ctx.db.patch("syncs", syncId, { phase: "idle", dueAt: null });
      return null;
    }
    await ctx.db.patch("syncs", syncId, { phase: "running", dueAt: now + timing().leaseMs, counts: { ...sync.counts, fetches: sync.counts.fetches + 1 } });
    return sync.key;
  },
});

export const finish = internalMutation({
  args: { ...work, outcome },
  returns: v.null(),
  handler: async (ctx, { syncId, ticket, outcome }) => {
    const sync = await ctx.db.get("syncs", syncId);
    if (sync === null || sync.ticket !== ticket || sync.phase !== "running") return null;
    if (outcome.kind === "failed") await noteFailure(ctx, sync, outcome.problem);
    else await noteSuccess(ctx, sync, await apply(ctx, sync.key, outcome));
    return null;
  },
});

/** @returns whether it changed anything */
async function apply(ctx: MutationCtx, key: string, outcome: Exclude<Outcome, { kind: "failed" }>): Promise<boolean> {
  if (outcome.kind === "gone") return await removePayload(ctx, key);
  const isChanged = await storePayload(ctx, key, outcome.payload);
  if (isChanged && key === CATALOGUE) await ctx.scheduler.runAfter(0, internal.boards.match);
  return isChanged;
}

async function noteSuccess(ctx: MutationCtx, sync: Sync, isChanged: boolean): Promise<void> {
  const { counts } = sync;
  const now = Date.now();
  await ctx.db.patch("syncs", sync._id, {
    phase: "idle",
    dueAt: isHot(sync) ? now + timing().refreshMs : null,
    syncedAt: now,
    problem: null,
    failuresInRow: 0,
    ...(isChanged ? { changedAt: now, counts: { ...counts, changed: counts.changed + 1 } } : { counts: { ...counts, unchanged: counts.unchanged + 1 } }),
  });
}

async function noteFailure(ctx: MutationCtx, sync: Sync, problem: string): Promise<void> {
  const { counts, failuresInRow } = sync;
  const waitMs = timing().refreshMs * Math.min(2 ** failuresInRow, FAILURE_BACKOFF_MAX);
  await ctx.db.patch("syncs", sync._id, {
    phase: "idle",
    dueAt: isHot(sync) ? Date.now() + waitMs : null,
    problem: problem.slice(0, PROBLEM_LENGTH_MAX),
    failuresInRow: failuresInRow + 1,
    counts: { ...counts, failed: counts.failed + 1 },
  });
}
