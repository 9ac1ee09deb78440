/** Tokens that the deployment signs, and those that only Convex Cloud has. */
import { getServiceToken, getServiceUrl } from "convex/server";
import { v } from "convex/values";
import { components, internal } from "./_generated/api";
import { action, internalMutation, mutation, query } from "./_generated/server";

export const sign = mutation({
  args: { claims: v.optional(v.any()), expiresInSeconds: v.optional(v.any()) },
  handler: async (ctx, { claims, expiresInSeconds }) => await ctx.auth.signJwt({ ...(claims === undefined ? {} : { claims }), expiresInSeconds }),
});
/** The token is worth nothing where the mutation that made it failed, but it was made: whoever throws must not hand it out. */
export const signOdd = mutation({
  args: { how: v.string() },
  handler: async (ctx, { how }) => {
    const claims: Record<string, unknown> = { date: new Date(0), bigint: 1n, cycle: undefined };
    if (how === "cycle") claims["cycle"] = claims;
    if (how !== "bigint") delete claims["bigint"];
    return await ctx.auth.signJwt({ claims: claims as never, expiresInSeconds: 1.9 });
  },
});
export const signBelow = mutation({ args: {}, handler: async (ctx): Promise<string> => await ctx.runMutation(internal.tokens.inner, {}) });
export const inner = internalMutation({ args: {}, handler: async (ctx) => await ctx.auth.signJwt({ claims: { sub: "inner" }, expiresInSeconds: 60 }) });
export const signInComponent = mutation({ args: { sub: v.string() }, handler: async (ctx, args): Promise<string> => await ctx.runMutation(components.signer.tokens.sign, args) });
export const signSlowly = mutation({
  args: { rounds: v.number() },
  handler: async (ctx, { rounds }) => {
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum += Math.sqrt(i);
    return await ctx.auth.signJwt({ claims: { sub: "slow", sum }, expiresInSeconds: 60 });
  },
});
export const whoami = query({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.tokenIdentifier ?? null });

/** What a query has of it, and what it is told when it asks by the string syscall. */
export const inQuery = query({
  args: {},
  handler: async (ctx) => {
    const { asyncSyscall } = (globalThis as unknown as { Convex: { asyncSyscall(op: string, args: string): Promise<string> } }).Convex;
    return ["signJwt" in ctx.auth, await asyncSyscall("1.0/signJwt", '{"expiresInSeconds":60}').catch((error: Error) => error.message)];
  },
});

const attempt = (call: () => Promise<string>): Promise<string> => call().catch((error: Error) => error.message);
export const services = action({
  args: { service: v.string() },
  handler: async (_ctx, { service }) => [await attempt(() => getServiceToken(service as "ai-gateway")), await attempt(() => getServiceUrl(service as "ai-gateway"))],
});
export const servicesInQuery = query({ args: {}, handler: async () => await attempt(() => getServiceToken("ai-gateway")) });
