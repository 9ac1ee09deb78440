/** Which boards there are, from the catalogue: a new one can be looked at, one that is gone is forgotten. */
import type { MutationCtx } from "../_generated/server";
import { boardKey } from "./keys";
import { BOARDS_MAX } from "./limits";
import type { Catalogue } from "./payload";
import { removePayload } from "./subjects";
import { createSync } from "./syncs";

export async function updateBoards(ctx: MutationCtx, { boards }: Catalogue): Promise<void> {
  const listed = new Set(boards.map(({ id }) => boardKey(id)));
  const known = await ctx.db
    .query("syncs")
    .withIndex("by_key", (q) => q.gte("key", boardKey("")).lt("key", boardKey("\uffff")))
    .take(BOARDS_MAX);
  for (const { _id, key } of known) {
    if (listed.delete(key)) continue;
    await ctx.db.delete("syncs", _id);
    await removePayload(ctx, key);
  }
  for (const key of listed) await createSync(ctx, key);
}
