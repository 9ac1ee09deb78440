/** The people of the company, for people. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { getAuthContext, requirePermission } from "./model/auth";
import { crmError } from "./model/errors";
import { inviteMember, membersOf, removeMember, requireMemberOf, updateMember } from "./model/members";
import { role } from "./model/permissions";

const team = v.union(v.id("teams"), v.null());

export const list = query({
  args: {},
  handler: async (ctx) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "members:read");
    return await membersOf(ctx, auth.companyId);
  },
});

export const invite = mutation({
  args: { name: v.string(), email: v.string(), role, teamId: team },
  returns: v.id("members"),
  handler: async (ctx, input) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "members:write");
    return await inviteMember(ctx, auth, input);
  },
});

/** What that person has on screen follows at once. */
export const setRole = mutation({
  args: { memberId: v.id("members"), role },
  returns: v.null(),
  handler: async (ctx, { memberId, role }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "members:write");
    await updateMember(ctx, auth, await requireMemberOf(ctx, auth, memberId), { role });
    return null;
  },
});

export const setTeam = mutation({
  args: { memberId: v.id("members"), teamId: team },
  returns: v.null(),
  handler: async (ctx, { memberId, teamId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "members:write");
    await updateMember(ctx, auth, await requireMemberOf(ctx, auth, memberId), { teamId });
    return null;
  },
});

/** Their records go to the caller. */
export const remove = mutation({
  args: { memberId: v.id("members") },
  returns: v.null(),
  handler: async (ctx, { memberId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "members:write");
    const heirId = auth.actor.memberId;
    if (heirId === null || heirId === memberId) throw crmError("CONFLICT", "You cannot remove yourself. Another owner can.");
    await removeMember(ctx, auth, await requireMemberOf(ctx, auth, memberId), heirId);
    return null;
  },
});
