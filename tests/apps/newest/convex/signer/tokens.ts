import { mutation } from "./_generated/server";
import { v } from "convex/values";

export const sign = mutation({ args: { sub: v.string() }, handler: async (ctx, { sub }) => await ctx.auth.signJwt({ claims: { sub, aud: "newest" }, expiresInSeconds: 60 }) });
