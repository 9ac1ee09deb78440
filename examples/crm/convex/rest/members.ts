/** What the REST interface does with members and teams. */
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../_generated/server";
import { getKeyContext, requirePermission } from "../model/auth";
import { createTeam, inviteMember, membersOf, removeMember, removeTeam, renameTeam, requireMemberOf, requireTeam, teamsOf, updateMember } from "../model/members";
import { role } from "../model/permissions";
import { keyArgument, viewOf } from "./views";

const optionalText = v.union(v.string(), v.null());

export const list = internalQuery({
  args: keyArgument,
  handler: async (ctx, { keyId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "members:read");
    return { data: (await membersOf(ctx, auth.companyId)).map((member) => viewOf(member)), nextCursor: null };
  },
});

export const get = internalQuery({
  args: { ...keyArgument, memberId: v.string() },
  handler: async (ctx, { keyId, memberId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "members:read");
    return viewOf(await requireMemberOf(ctx, auth, memberId));
  },
});

export const invite = internalMutation({
  args: { ...keyArgument, name: v.string(), email: v.string(), role, teamId: optionalText },
  handler: async (ctx, { keyId, teamId, ...input }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "members:write");
    const team = teamId === null ? null : await requireTeam(ctx, auth, teamId);
    const memberId = await inviteMember(ctx, auth, { ...input, teamId: team?._id ?? null });
    return viewOf(await requireMemberOf(ctx, auth, memberId));
  },
});

export const update = internalMutation({
  args: { ...keyArgument, memberId: v.string(), changes: v.object({ role: v.optional(role), teamId: v.optional(optionalText) }) },
  handler: async (ctx, { keyId, memberId, changes: { role, teamId } }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "members:write");
    const team = teamId === undefined ? {} : { teamId: teamId === null ? null : (await requireTeam(ctx, auth, teamId))._id };
    await updateMember(ctx, auth, await requireMemberOf(ctx, auth, memberId), { ...(role === undefined ? {} : { role }), ...team });
    return viewOf(await requireMemberOf(ctx, auth, memberId));
  },
});

export const remove = internalMutation({
  args: { ...keyArgument, memberId: v.string(), heirId: v.string() },
  handler: async (ctx, { keyId, memberId, heirId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "members:write");
    const heir = await requireMemberOf(ctx, auth, heirId);
    await removeMember(ctx, auth, await requireMemberOf(ctx, auth, memberId), heir._id);
    return { removed: memberId };
  },
});

export const listTeams = internalQuery({
  args: keyArgument,
  handler: async (ctx, { keyId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "teams:read");
    return { data: (await teamsOf(ctx, auth.companyId)).map((team) => viewOf(team)), nextCursor: null };
  },
});

export const getTeam = internalQuery({
  args: { ...keyArgument, teamId: v.string() },
  handler: async (ctx, { keyId, teamId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "teams:read");
    return viewOf(await requireTeam(ctx, auth, teamId));
  },
});

export const listTeamMembers = internalQuery({
  args: { ...keyArgument, teamId: v.string() },
  handler: async (ctx, { keyId, teamId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "members:read");
    const team = await requireTeam(ctx, auth, teamId);
    const members = (await membersOf(ctx, auth.companyId)).filter((member) => member.teamId === team._id);
    return { data: members.map((member) => viewOf(member)), nextCursor: null };
  },
});

export const createOneTeam = internalMutation({
  args: { ...keyArgument, name: v.string() },
  handler: async (ctx, { keyId, name }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "teams:write");
    return viewOf(await requireTeam(ctx, auth, await createTeam(ctx, auth, name)));
  },
});

export const updateTeam = internalMutation({
  args: { ...keyArgument, teamId: v.string(), name: v.string() },
  handler: async (ctx, { keyId, teamId, name }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "teams:write");
    await renameTeam(ctx, auth, await requireTeam(ctx, auth, teamId), name);
    return viewOf(await requireTeam(ctx, auth, teamId));
  },
});

export const removeOneTeam = internalMutation({
  args: { ...keyArgument, teamId: v.string() },
  handler: async (ctx, { keyId, teamId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "teams:write");
    await removeTeam(ctx, auth, await requireTeam(ctx, auth, teamId));
    return { removed: teamId };
  },
});
