/** The mirrored payloads: found by key, and written only when they changed. */
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { canonical } from "./canonical";
import type { Payload } from "./payload";

export async function findSubject(ctx: QueryCtx, key: string): Promise<Doc<"subjects"> | null> {
  return await ctx.db
    .query("subjects")
    .withIndex("by_key", (q) => q.eq("key", key))
    .unique();
}

/** @returns whether anything was written: an equal payload is not, and so wakes nobody who watches. */
export async function storePayload(ctx: MutationCtx, key: string, payload: Payload): Promise<boolean> {
  const stored = await findSubject(ctx, key);
  if (stored === null) {
    await ctx.db.insert("subjects", { key, payload });
    return true;
  }
  if (canonical(stored.payload) === canonical(payload)) return false;
  await ctx.db.patch("subjects", stored._id, { payload });
  return true;
}

export async function removePayload(ctx: MutationCtx, key: string): Promise<boolean> {
  const stored = await findSubject(ctx, key);
  if (stored === null) return false;
  await ctx.db.delete("subjects", stored._id);
  return true;
}
