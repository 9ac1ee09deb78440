/**
 * The tables. What is watched is apart from what changes with every heartbeat and with every refresh:
 *
 *     subjects   the payload, as the source has it      written when it changed, and only then
 *     syncs      when to fetch, and how it went         written by every refresh
 *     presence   who looks at what, and since when      written by every heartbeat
 *
 * So a heartbeat re-runs no query, and a refresh that finds nothing new none that shows a payload. All of it can be wiped:
 * the engine fetches it again.
 */
import { vWorkId } from "@convex-dev/workpool";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { payload } from "./model/payload";

export const phase = v.union(
  /** Waits for `dueAt`, or for somebody to look. */
  v.literal("idle"),
  /** Handed to the pool. */
  v.literal("queued"),
  /** A worker is fetching it. */
  v.literal("running"),
);

/** What is counted of one subject since its first look, or the last wipe. */
export const counts = v.object({
  fetches: v.number(),
  /** Refreshes that found the payload as it was: nothing was written. */
  unchanged: v.number(),
  changed: v.number(),
  failed: v.number(),
});

export default defineSchema({
  subjects: defineTable({ key: v.string(), payload }).index("by_key", ["key"]),

  syncs: defineTable({
    key: v.string(),
    phase,
    /** How many people look at it: the subject is hot while there are any. */
    watchers: v.number(),
    /** When the scan has to look at it again (`model/syncs.ts`). */
    dueAt: v.union(v.number(), v.null()),
    /** Counts up with each dispatch. A worker whose ticket is not this one any more has nothing to say. */
    ticket: v.number(),
    /** The pool's id of the work with that ticket. */
    workId: v.union(vWorkId, v.null()),
    syncedAt: v.union(v.number(), v.null()),
    changedAt: v.union(v.number(), v.null()),
    /** Why the last refresh failed. */
    problem: v.union(v.string(), v.null()),
    failuresInRow: v.number(),
    counts,
  })
    .index("by_key", ["key"])
    .index("by_due_time", ["dueAt"]),

  presence: defineTable({ syncId: v.id("syncs"), userId: v.string(), seenAt: v.number() })
    .index("by_sync_and_user", ["syncId", "userId"])
    .index("by_sync_and_time", ["syncId", "seenAt"])
    .index("by_time", ["seenAt"]),

  /** Work whose worker ended with the server, for as long as the pool still counts it as running. */
  lostWork: defineTable({ workId: vWorkId }),
});
