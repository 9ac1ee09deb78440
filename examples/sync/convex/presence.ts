/** Who looks at what. Somebody is there until their heartbeats stop for a minute (`scan.ts`). */
import { v } from "convex/values";
import { mutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { dispatch } from "./model/dispatch";
import { whiteboardError } from "./model/errors";
import { CATALOGUE } from "./model/keys";
import { KEYS_PER_HEARTBEAT_MAX } from "./model/limits";
import { createSync, findSync } from "./model/syncs";
import type { Sync } from "./model/syncs";
import { requireViewer } from "./model/viewer";

/**
 * "I look at these subjects." The first look at a cold one has it fetched at once, without waiting for the scan; each
 * further one writes a time that no query reads.
 *
 * @returns the keys that the engine does not know, or not yet: the catalogue may be on its way.
 */
export const heartbeat = mutation({
  args: { keys: v.array(v.string()) },
  returns: v.object({ unknown: v.array(v.string()) }),
  handler: async (ctx, { keys }) => {
    const { userId } = await requireViewer(ctx);
    if (keys.length > KEYS_PER_HEARTBEAT_MAX) throw whiteboardError("BAD_KEYS", `A heartbeat names at most ${KEYS_PER_HEARTBEAT_MAX} subjects.`);
    const unknown: string[] = [];
    const woken: Sync[] = [];
    for (const key of new Set(keys)) {
      const sync = (await findSync(ctx, key)) ?? (key === CATALOGUE ? await createSync(ctx, key) : null);
      if (sync === null) unknown.push(key);
      else if (await markSeen(ctx, sync, userId)) woken.push(sync);
    }
    await dispatch(ctx, woken);
    return { unknown };
  },
});

/** @returns whether the subject was cold; it is due then. */
async function markSeen(ctx: MutationCtx, sync: Sync, userId: string): Promise<boolean> {
  const now = Date.now();
  const row = await ctx.db
    .query("presence")
    .withIndex("by_sync_and_user", (q) => q.eq("syncId", sync._id).eq("userId", userId))
    .unique();
  if (row === null) {
    await ctx.db.insert("presence", { syncId: sync._id, userId, seenAt: now });
    await ctx.db.patch("syncs", sync._id, { watchers: sync.watchers + 1 });
  } else {
    await ctx.db.patch("presence", row._id, { seenAt: now });
  }
  const wasCold = sync.phase === "idle" && sync.dueAt === null;
  if (wasCold) await ctx.db.patch("syncs", sync._id, { dueAt: now });
  return wasCold;
}
