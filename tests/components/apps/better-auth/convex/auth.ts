import { createClient, type AuthFunctions, type GenericCtx } from "@convex-dev/better-auth";
import { convex, crossDomain } from "@convex-dev/better-auth/plugins";
import { betterAuth } from "better-auth/minimal";
import { ConvexError, v } from "convex/values";
import authConfig from "./auth.config.js";
import { components, internal } from "./_generated/api.js";
import type { DataModel } from "./_generated/dataModel.js";
import { action, internalAction, mutation, query } from "./_generated/server.js";

const siteUrl = process.env["SITE_URL"]!;
const authFunctions: AuthFunctions = internal.auth as never;

export const authComponent = createClient<DataModel>(components.betterAuth, {
  authFunctions,
  triggers: {
    user: {
      onCreate: async (ctx, user) => {
        if (user.name === "refused") throw new ConvexError("this name is refused");
        await ctx.db.insert("profiles", { authId: user._id, name: user.name });
      },
      onUpdate: async (ctx, user) => {
        const profile = await ctx.db.query("profiles").withIndex("by_authId", (q) => q.eq("authId", user._id)).unique();
        if (profile !== null) await ctx.db.patch(profile._id, { name: user.name });
      },
      onDelete: async (ctx, user) => {
        const profile = await ctx.db.query("profiles").withIndex("by_authId", (q) => q.eq("authId", user._id)).unique();
        if (profile !== null) await ctx.db.delete(profile._id);
      },
    },
  },
});

export const { onCreate, onUpdate, onDelete } = authComponent.triggersApi();
export const { getAuthUser } = authComponent.clientApi();

export const createAuth = (ctx: GenericCtx<DataModel>) =>
  betterAuth({
    trustedOrigins: [siteUrl],
    database: authComponent.adapter(ctx),
    emailAndPassword: { enabled: true, requireEmailVerification: false },
    user: { deleteUser: { enabled: true } },
    rateLimit: { enabled: false },
    plugins: [crossDomain({ siteUrl }), convex({ authConfig, ...(process.env["JWKS"] === undefined ? {} : { jwks: process.env["JWKS"] }) })],
  });

export const identity = query({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });
export const user = query({ args: {}, handler: async (ctx) => (await authComponent.safeGetAuthUser(ctx)) ?? null });
export const userById = query({ args: { id: v.string() }, handler: async (ctx, { id }) => (await authComponent.getAnyUserById(ctx, id))?.email ?? null });
export const sessions = query({
  args: {},
  handler: async (ctx) => {
    const { auth, headers } = await authComponent.getAuth(createAuth, ctx);
    return (await auth.api.listSessions({ headers })).length;
  },
});
export const changePassword = mutation({
  args: { currentPassword: v.string(), newPassword: v.string() },
  handler: async (ctx, body) => {
    const { auth, headers } = await authComponent.getAuth(createAuth, ctx);
    await auth.api.changePassword({ body, headers });
  },
});
export const rename = action({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const { auth, headers } = await authComponent.getAuth(createAuth, ctx);
    await auth.api.updateUser({ body: { name }, headers });
  },
});
/** Static keys, as the documentation makes them: `npx convex run auth:getLatestJwks`. */
export const getLatestJwks = internalAction({ args: {}, handler: async (ctx) => await createAuth(ctx).api.getLatestJwks() });
export const rotateKeys = internalAction({ args: {}, handler: async (ctx) => await createAuth(ctx).api.rotateKeys() });

export const profiles = query({ args: {}, handler: async (ctx) => (await ctx.db.query("profiles").collect()).map(({ name }) => name).sort() });
export const write = mutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const { _id } = await authComponent.getAuthUser(ctx);
    await ctx.db.insert("notes", { owner: _id, text });
  },
});
export const notes = query({
  args: {},
  handler: async (ctx) => {
    const { _id } = await authComponent.getAuthUser(ctx);
    return (await ctx.db.query("notes").withIndex("by_owner", (q) => q.eq("owner", _id)).collect()).map(({ text }) => text);
  },
});
