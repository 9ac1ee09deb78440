import { log } from "convex/server";
import { v } from "convex/values";
import { api } from "./_generated/api";
import { action, mutation, query, type QueryCtx } from "./_generated/server";

const entry = (action: string) => ({ action, from: { ip: log.vars.ip, agent: log.vars.userAgent }, request: log.vars.requestId, at: log.vars.now, by: log.vars.convexActor, list: [1, null, "x"] });

export const write = mutation({
  args: { name: v.string(), fails: v.optional(v.boolean()) },
  handler: async (_ctx, { name, fails }) => {
    console.log("auditing", name);
    await log.audit(entry(name));
    if (fails) throw new Error("not today");
  },
});

export const read = query({ args: { name: v.string() }, handler: async (_ctx, { name }) => await log.audit(entry(name)) });

const readInside = async (ctx: QueryCtx, name: string): Promise<null> => await ctx.runQuery(api.audits.read, { name }) as unknown as null;
export const nested = mutation({ args: { name: v.string() }, handler: async (ctx, { name }) => await readInside(ctx, name) });

export const act = action({ args: { name: v.string() }, handler: async (_ctx, { name }) => await log.audit(entry(name)) });

export const tooLarge = mutation({ args: {}, handler: async () => await log.audit({ text: "x".repeat(70_000) }) });

export const shout = mutation({
  args: { times: v.number() },
  handler: async (_ctx, { times }) => {
    for (let count = 0; count < times; count++) console.warn("shout", count);
  },
});
