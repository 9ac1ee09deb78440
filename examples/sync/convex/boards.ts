/** Which boards there are, from the catalogue: a new one can be looked at, one that is gone is forgotten. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { boardKey, CATALOGUE } from "./model/keys";
import { BOARDS_MAX, BOARDS_CHANGED_AT_ONCE } from "./model/limits";
import { findSubject, removePayload } from "./model/subjects";
import { createSync } from "./model/syncs";
import type { Sync } from "./model/syncs";

/** Makes the engine know the boards that the catalogue lists, and no others. One transaction does a bounded part; another follows. */
export const match = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const missing = new Set(await listedKeys(ctx));
    const surplus = (await knownBoards(ctx)).filter(({ key }) => !missing.delete(key));
    const [added, removed] = [[...missing].slice(0, BOARDS_CHANGED_AT_ONCE), surplus.slice(0, BOARDS_CHANGED_AT_ONCE)];
    for (const key of added) await createSync(ctx, key);
    for (const { _id, key } of removed) {
      await ctx.db.delete("syncs", _id);
      await removePayload(ctx, key);
    }
    if (missing.size > added.length || surplus.length > removed.length) await ctx.scheduler.runAfter(0, internal.boards.match);
    return null;
  },
});

async function listedKeys(ctx: MutationCtx): Promise<string[]> {
  const payload = (await findSubject(ctx, CATALOGUE))?.payload;
  return payload?.kind === "catalogue" ? payload.boards.map(({ id }) => boardKey(id)) : [];
}

/** Twice as many as there may be: all of them may have been exchanged for others. */
async function knownBoards(ctx: MutationCtx): Promise<Sync[]> {
  return await ctx.db
    .query("syncs")
    .withIndex("by_key", (q) => q.gte("key", boardKey("")).lt("key", boardKey("\uffff")))
    .take(2 * BOARDS_MAX);
}
