/**
 * The state of one subject in the engine.
 *
 *             dispatch              begin               finish
 *     idle ─────────────▶ queued ─────────▶ running ─────────────▶ idle
 *      ▲                    │                  │
 *      ├─ nobody looks, or ─┘                  │
 *      │  the token lapsed                     │
 *      └── the lease is over: worker was lost ─┘
 *
 * `dueAt` is when the scan looks at it next. Idle: its next refresh, null while it is cold. Queued: when the token that was
 * taken for it lapses. Running: when its lease ends.
 */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { timing } from "./timing";

export type Sync = Doc<"syncs">;

export const isHot = ({ watchers }: Sync): boolean => watchers > 0;

export async function findSync(ctx: QueryCtx, key: string): Promise<Sync | null> {
  return await ctx.db
    .query("syncs")
    .withIndex("by_key", (q) => q.eq("key", key))
    .unique();
}

/** Cold: it is fetched when somebody looks. */
export async function createSync(ctx: MutationCtx, key: string): Promise<Sync> {
  const id = await ctx.db.insert("syncs", {
    key,
    phase: "idle",
    watchers: 0,
    dueAt: null,
    ticket: 0,
    workId: null,
    syncedAt: null,
    changedAt: null,
    problem: null,
    failuresInRow: 0,
    counts: { fetches: 0, unchanged: 0, changed: 0, failed: 0 },
  });
  return (await ctx.db.get("syncs", id))!;
}

/** Exact, where `watchers` may be behind by the time to the next scan. */
export async function isWatched(ctx: QueryCtx, syncId: Id<"syncs">): Promise<boolean> {
  const freshest = await ctx.db
    .query("presence")
    .withIndex("by_sync_and_time", (q) => q.eq("syncId", syncId).gt("seenAt", Date.now() - timing().coldAfterMs))
    .first();
  return freshest !== null;
}
