/** What people wish for, without signing in: a tab is a person. */
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { runSessionFunctions, SessionIdArg } from "convex-helpers/server/sessions";
import { api } from "./_generated/api";
import { action, query } from "./_generated/server";
import { mutationWithSession, queryWithSession } from "./lib/sessions";

export const list = query({
  args: {},
  handler: async (ctx) => {
    const wishes = await ctx.db.query("wishes").collect();
    return await Promise.all(wishes.map(async ({ author, ...wish }) => ({ author: (await ctx.db.get(author))!.name, ...wish })));
  },
});

export const send = mutationWithSession({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const author = ctx.user?._id ?? (await ctx.db.insert("users", { name: "Anonymous", sessionId: ctx.sessionId }));
    await ctx.db.insert("wishes", { text, author });
  },
});

export const name = queryWithSession({ args: {}, handler: async (ctx) => ctx.user?.name ?? null });

export const rename = mutationWithSession({
  args: { name: v.string() },
  handler: async (ctx, args) => {
    if (ctx.user === null) await ctx.db.insert("users", { name: args.name, sessionId: ctx.sessionId });
    else await ctx.db.patch(ctx.user._id, { name: args.name });
  },
});

export const mine = queryWithSession({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) =>
    await ctx.db
      .query("wishes")
      .filter((q) => q.eq(q.field("author"), ctx.user?._id))
      .order("desc")
      .paginate(paginationOpts),
});

/** Passes the session on to the functions that it calls. */
export const sendLoudly = action({
  args: { ...SessionIdArg, text: v.string() },
  handler: async (ctx, { sessionId, text }): Promise<string | null> => {
    const { runSessionMutation, runSessionQuery } = runSessionFunctions(ctx, sessionId);
    await runSessionMutation(api.wishes.send, { text: text.toUpperCase() });
    return await runSessionQuery(api.wishes.name);
  },
});
