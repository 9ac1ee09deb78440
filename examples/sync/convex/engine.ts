/** How the engine does: what the page shows of its work. Watching it costs a run per refresh; watching a board does not. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import { mutation, query } from "./_generated/server";
import { BOARDS_MAX, WORKERS_MAX } from "./model/limits";
import { readBucket } from "./model/permits";
import { findSync } from "./model/syncs";
import type { Sync } from "./model/syncs";
import { wipe as wipeTables } from "./model/wiping";
import { requireOperator } from "./model/viewer";
import { counts, phase } from "./schema";

const syncState = v.object({
  key: v.string(),
  phase,
  watchers: v.number(),
  syncedAt: v.union(v.number(), v.null()),
  changedAt: v.union(v.number(), v.null()),
  problem: v.union(v.string(), v.null()),
  counts,
});

/** Of one subject; null when the engine does not know it. */
export const state = query({
  args: { key: v.string() },
  returns: v.union(syncState, v.null()),
  handler: async (ctx, { key }) => {
    const sync = await findSync(ctx, key);
    return sync === null ? null : shown(sync);
  },
});

/** Of all subjects, by key. */
export const states = query({
  args: {},
  returns: v.object({ workersMax: v.number(), subjects: v.array(syncState) }),
  handler: async (ctx) => {
    const syncs = await ctx.db
      .query("syncs")
      .withIndex("by_key")
      .take(BOARDS_MAX + 1);
    return { workersMax: WORKERS_MAX, subjects: syncs.map(shown) };
  },
});

function shown({ key, phase, watchers, syncedAt, changedAt, problem, counts }: Sync): Infer<typeof syncState> {
  return { key, phase, watchers, syncedAt, changedAt, problem, counts };
}

/** The token bucket, as it was at its last use: it fills by itself, so the page works out how full it is. */
export const bucket = query({
  args: {},
  returns: v.object({ tokens: v.number(), at: v.number(), capacity: v.number(), perMinute: v.number() }),
  handler: async (ctx) => await readBucket(ctx),
});

/** For operators. What is looked at is fetched again at once. */
export const wipe = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await requireOperator(ctx);
    await wipeTables(ctx);
    return null;
  },
});
