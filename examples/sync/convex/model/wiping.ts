/** Emptying the tables. The state of the engine goes at once, so that whoever looks starts anew; payloads follow in batches. */
import { internal } from "../_generated/api";
import type { MutationCtx } from "../_generated/server";
import { CATALOGUE } from "./keys";
import { BOARDS_MAX, WIPED_AT_ONCE } from "./limits";
import { removePayload } from "./subjects";

export async function wipe(ctx: MutationCtx): Promise<void> {
  const syncs = await ctx.db.query("syncs").take(2 * BOARDS_MAX + 1);
  for (const { _id } of syncs) await ctx.db.delete("syncs", _id);
  // The boards are made anew from it, so it must be found changed.
  await removePayload(ctx, CATALOGUE);
  await ctx.scheduler.runAfter(0, internal.admin.wipeRest, { before: Date.now() });
}

/** What was written before `before`. @returns whether there may be more */
export async function wipeBatch(ctx: MutationCtx, before: number): Promise<boolean> {
  let isMore = false;
  for (const table of ["presence", "subjects"] as const) {
    const rows = await ctx.db
      .query(table)
      .withIndex("by_creation_time", (q) => q.lte("_creationTime", before))
      .take(WIPED_AT_ONCE);
    for (const { _id } of rows) await ctx.db.delete(_id);
    isMore ||= rows.length === WIPED_AT_ONCE;
  }
  return isMore;
}
