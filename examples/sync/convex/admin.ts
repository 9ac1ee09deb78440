/** For the operator's command line: `npx convex run admin:wipe`, `npx convex run admin:digest`. */
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalAction, internalMutation, internalQuery } from "./_generated/server";
import { canonical } from "./model/canonical";
import { DIGEST_PAGE, LENT_MAX } from "./model/limits";
import { wipe as wipeTables, wipeBatch } from "./model/wiping";

export const wipe = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await wipeTables(ctx);
    return null;
  },
});

export const wipeRest = internalMutation({
  args: { before: v.number() },
  returns: v.null(),
  handler: async (ctx, { before }) => {
    if (await wipeBatch(ctx, before)) await ctx.scheduler.runAfter(0, internal.admin.wipeRest, { before });
    return null;
  },
});

/** SHA-256 over all payloads, by key: equal for equal states, however and whenever they were reached. */
export const digest = internalAction({
  args: {},
  returns: v.object({ subjects: v.number(), digest: v.string() }),
  handler: async (ctx) => {
    const digests: string[] = [];
    let cursor: string | null = null;
    for (let isDone = false; !isDone; ) {
      const page: { texts: string[]; isDone: boolean; continueCursor: string } = await ctx.runQuery(internal.admin.page, { paginationOpts: { cursor, numItems: DIGEST_PAGE } });
      for (const text of page.texts) digests.push(await sha256(text));
      ({ isDone, continueCursor: cursor } = page);
    }
    return { subjects: digests.length, digest: await sha256(digests.join("\n")) };
  },
});

export const page = internalQuery({
  args: { paginationOpts: paginationOptsValidator },
  returns: v.object({ texts: v.array(v.string()), isDone: v.boolean(), continueCursor: v.string() }),
  handler: async (ctx, { paginationOpts }) => {
    const { page, isDone, continueCursor } = await ctx.db.query("subjects").withIndex("by_key").paginate(paginationOpts);
    return { texts: page.map(({ key, payload }) => canonical([key, payload])), isDone, continueCursor };
  },
});

/** How many places of the pool are lent in the stead of lost workers. */
export const lostCount = internalQuery({
  args: {},
  returns: v.number(),
  handler: async (ctx) => (await ctx.db.query("lostWork").take(LENT_MAX)).length,
});

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
