/** The teams of the company, for people. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { getAuthContext, requirePermission } from "./model/auth";
import { createTeam, removeTeam, renameTeam, requireTeam, teamsOf } from "./model/members";

export const list = query({
  args: {},
  handler: async (ctx) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "teams:read");
    return await teamsOf(ctx, auth.companyId);
  },
});

export const create = mutation({
  args: { name: v.string() },
  returns: v.id("teams"),
  handler: async (ctx, { name }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "teams:write");
    return await createTeam(ctx, auth, name);
  },
});

export const rename = mutation({
  args: { teamId: v.id("teams"), name: v.string() },
  returns: v.null(),
  handler: async (ctx, { teamId, name }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "teams:write");
    await renameTeam(ctx, auth, await requireTeam(ctx, auth, teamId), name);
    return null;
  },
});

export const remove = mutation({
  args: { teamId: v.id("teams") },
  returns: v.null(),
  handler: async (ctx, { teamId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "teams:write");
    await removeTeam(ctx, auth, await requireTeam(ctx, auth, teamId));
    return null;
  },
});
