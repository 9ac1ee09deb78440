/** The person who is signed in: which companies they are in, which one they look at, and what they may do there. */
import { v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel";
import { mutation, query } from "./_generated/server";
import type { MutationCtx, QueryCtx } from "./_generated/server";
import { findMember, findUser, recordAudit, requireUser } from "./model/auth";
import { crmError } from "./model/errors";
import { COMPANIES_MAX } from "./model/limits";
import { permission, permissionsOf, role } from "./model/permissions";
import { nameFrom } from "./model/text";

const company = v.object({ _id: v.id("companies"), name: v.string() });

/** Null until `enter` has run. Everything that the page shows or hides by role follows from it. */
export const me = query({
  args: {},
  returns: v.union(
    v.null(),
    v.object({
      name: v.string(),
      email: v.union(v.string(), v.null()),
      companies: v.array(company),
      membership: v.union(
        v.null(),
        v.object({ memberId: v.id("members"), company, role, teamId: v.union(v.id("teams"), v.null()), permissions: v.array(permission) }),
      ),
    }),
  ),
  handler: async (ctx) => {
    const user = await findUser(ctx);
    if (user === null) return null;
    const member = await findMember(ctx, user);
    return {
      name: user.name,
      email: user.email,
      companies: await companiesOf(ctx, user._id),
      membership: member && {
        memberId: member._id,
        company: await companyOf(ctx, member.companyId),
        role: member.role,
        teamId: member.teamId,
        permissions: [...permissionsOf(member.role)],
      },
    };
  },
});

/** To be called after each sign-in: notes who this is, and takes up the invitations to their address. */
export const enter = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    if (identity === null) throw crmError("NOT_SIGNED_IN", "You are not signed in. Sign in first.");
    const email = identity.emailVerified === true && identity.email !== undefined ? identity.email.toLowerCase() : null;
    const fields = { name: identity.name ?? email ?? "Somebody", email };
    const known = await findUser(ctx);
    const userId = known?._id ?? (await ctx.db.insert("users", { tokenIdentifier: identity.tokenIdentifier, ...fields, activeCompanyId: null }));
    if (known !== null) await ctx.db.patch("users", userId, fields);
    const joined = email === null ? [] : await acceptInvitations(ctx, userId, email);
    const companyId = known?.activeCompanyId ?? joined[0] ?? null;
    await ctx.db.patch("users", userId, { activeCompanyId: companyId });
    return null;
  },
});

export const createCompany = mutation({
  args: { name: v.string() },
  returns: v.id("companies"),
  handler: async (ctx, { name }) => {
    const user = await requireUser(ctx);
    if (user.email === null) throw crmError("NOT_ALLOWED", "Your account has no verified e-mail address. Verify it with your issuer, then sign in again.");
    if ((await membershipsOf(ctx, user._id)).length >= COMPANIES_MAX) throw crmError("LIMIT_REACHED", `You may be in ${COMPANIES_MAX} companies at most.`);
    const companyId = await ctx.db.insert("companies", { name: nameFrom(name) });
    const memberId = await ctx.db.insert("members", { companyId, userId: user._id, name: user.name, email: user.email, role: "owner", teamId: null });
    await ctx.db.patch("users", user._id, { activeCompanyId: companyId });
    await recordAudit(ctx, { companyId, actor: { kind: "member", name: user.name, memberId } }, "company.created", name);
    return companyId;
  },
});

/** Every query of this person runs again, in the other company; the page asks for nothing. */
export const switchCompany = mutation({
  args: { companyId: v.id("companies") },
  returns: v.null(),
  handler: async (ctx, { companyId }) => {
    const user = await requireUser(ctx);
    if ((await findMember(ctx, { ...user, activeCompanyId: companyId })) === null) throw crmError("NOT_FOUND", "You are not a member of this company.");
    await ctx.db.patch("users", user._id, { activeCompanyId: companyId });
    return null;
  },
});

async function acceptInvitations(ctx: MutationCtx, userId: Id<"users">, email: string): Promise<Id<"companies">[]> {
  const invitations = ctx.db.query("members").withIndex("by_email_and_user", (q) => q.eq("email", email).eq("userId", null));
  const accepted = await invitations.take(COMPANIES_MAX);
  for (const { _id } of accepted) await ctx.db.patch("members", _id, { userId });
  return accepted.map(({ companyId }) => companyId);
}

async function membershipsOf(ctx: QueryCtx, userId: Id<"users">): Promise<Doc<"members">[]> {
  return await ctx.db
    .query("members")
    .withIndex("by_user_and_company", (q) => q.eq("userId", userId))
    .take(COMPANIES_MAX);
}

async function companiesOf(ctx: QueryCtx, userId: Id<"users">): Promise<{ _id: Id<"companies">; name: string }[]> {
  const memberships = await membershipsOf(ctx, userId);
  return await Promise.all(memberships.map(({ companyId }) => companyOf(ctx, companyId)));
}

async function companyOf(ctx: QueryCtx, companyId: Id<"companies">): Promise<{ _id: Id<"companies">; name: string }> {
  const found = await ctx.db.get("companies", companyId);
  return { _id: companyId, name: found?.name ?? "Company" };
}
