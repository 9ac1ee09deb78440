/** Functions that know whose tab is asking: `ctx.user`, by the id that the page keeps. */
import { customMutation, customQuery } from "convex-helpers/server/customFunctions";
import { SessionIdArg, type SessionId } from "convex-helpers/server/sessions";
import { mutation, query, type QueryCtx } from "../_generated/server";

const userOf = async (ctx: QueryCtx, sessionId: SessionId) =>
  await ctx.db
    .query("users")
    .withIndex("by_session", (q) => q.eq("sessionId", sessionId))
    .unique();

export const queryWithSession = customQuery(query, {
  args: SessionIdArg,
  input: async (ctx, { sessionId }) => ({ ctx: { ...ctx, sessionId, user: await userOf(ctx, sessionId) }, args: {} }),
});

export const mutationWithSession = customMutation(mutation, {
  args: SessionIdArg,
  input: async (ctx, { sessionId }) => ({ ctx: { ...ctx, sessionId, user: await userOf(ctx, sessionId) }, args: {} }),
});
