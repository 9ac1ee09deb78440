/** The people of a company and their teams. A company always has an owner. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { recordAudit } from "./auth";
import type { AuthContext } from "./auth";
import { crmError } from "./errors";
import { BATCH_SIZE, MEMBERS_MAX, TEAMS_MAX } from "./limits";
import { handOver } from "./ownership";
import type { Role } from "./permissions";
import { emailFrom, nameFrom } from "./text";

export interface MemberInput {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly teamId: Id<"teams"> | null;
}

export async function membersOf(ctx: QueryCtx, companyId: Id<"companies">): Promise<Doc<"members">[]> {
  return await ctx.db
    .query("members")
    .withIndex("by_company", (q) => q.eq("companyId", companyId))
    .take(MEMBERS_MAX);
}

export async function teamsOf(ctx: QueryCtx, companyId: Id<"companies">): Promise<Doc<"teams">[]> {
  return await ctx.db
    .query("teams")
    .withIndex("by_company", (q) => q.eq("companyId", companyId))
    .take(TEAMS_MAX);
}

export async function requireMemberOf(ctx: QueryCtx, { companyId }: Pick<AuthContext, "companyId">, id: string): Promise<Doc<"members">> {
  const memberId = ctx.db.normalizeId("members", id);
  const member = memberId === null ? null : await ctx.db.get("members", memberId);
  if (member?.companyId !== companyId) throw crmError("NOT_FOUND", "There is no such member in this company.");
  return member;
}

export async function requireTeam(ctx: QueryCtx, { companyId }: Pick<AuthContext, "companyId">, id: string): Promise<Doc<"teams">> {
  const teamId = ctx.db.normalizeId("teams", id);
  const team = teamId === null ? null : await ctx.db.get("teams", teamId);
  if (team?.companyId !== companyId) throw crmError("NOT_FOUND", "There is no such team in this company.");
  return team;
}

/** Whoever signs in with this address later is the member. */
export async function inviteMember(ctx: MutationCtx, auth: AuthContext, { name, email, role, teamId }: MemberInput): Promise<Id<"members">> {
  const { companyId } = auth;
  const address = emailFrom(email);
  const members = await membersOf(ctx, companyId);
  if (members.length >= MEMBERS_MAX) throw crmError("LIMIT_REACHED", `A company has ${MEMBERS_MAX} members at most. Remove one first.`);
  if (members.some((member) => member.email === address)) throw crmError("CONFLICT", `${address} is a member already. Change that member's role instead.`);
  if (teamId !== null) await requireTeam(ctx, auth, teamId);
  await recordAudit(ctx, auth, "member.invited", `${address} as ${role}`);
  return await ctx.db.insert("members", { companyId, userId: null, name: nameFrom(name), email: address, role, teamId });
}

/** Records follow a member into another team. */
export async function updateMember(ctx: MutationCtx, auth: AuthContext, member: Doc<"members">, changes: Partial<Pick<MemberInput, "role" | "teamId">>): Promise<void> {
  const { role, teamId } = changes;
  if (role !== undefined && role !== member.role) {
    if (member.role === "owner") await requireAnotherOwner(ctx, member);
    await recordAudit(ctx, auth, "member.role", `${member.name}: ${member.role} → ${role}`);
  }
  if (teamId !== undefined && teamId !== null) await requireTeam(ctx, auth, teamId);
  await ctx.db.patch("members", member._id, { ...(role === undefined ? {} : { role }), ...(teamId === undefined ? {} : { teamId }) });
  if (teamId !== undefined && teamId !== member.teamId) await handOver(ctx, member._id, member._id);
}

/** What was theirs goes to `heirId`. */
export async function removeMember(ctx: MutationCtx, auth: AuthContext, member: Doc<"members">, heirId: Id<"members">): Promise<void> {
  if (member.role === "owner") await requireAnotherOwner(ctx, member);
  await ctx.db.delete("members", member._id);
  await handOver(ctx, member._id, heirId);
  await recordAudit(ctx, auth, "member.removed", member.name);
}

export async function createTeam(ctx: MutationCtx, auth: AuthContext, name: string): Promise<Id<"teams">> {
  const { companyId } = auth;
  const teamName = nameFrom(name);
  const teams = await teamsOf(ctx, companyId);
  if (teams.length >= TEAMS_MAX) throw crmError("LIMIT_REACHED", `A company has ${TEAMS_MAX} teams at most. Remove one first.`);
  requireUnusedName(teams, teamName);
  await recordAudit(ctx, auth, "team.created", teamName);
  return await ctx.db.insert("teams", { companyId, name: teamName });
}

export async function renameTeam(ctx: MutationCtx, auth: AuthContext, team: Doc<"teams">, name: string): Promise<void> {
  const teamName = nameFrom(name);
  requireUnusedName((await teamsOf(ctx, auth.companyId)).filter(({ _id }) => _id !== team._id), teamName);
  await ctx.db.patch("teams", team._id, { name: teamName });
}

/** Its members are in no team then. */
export async function removeTeam(ctx: MutationCtx, auth: AuthContext, team: Doc<"teams">): Promise<void> {
  const members = ctx.db.query("members").withIndex("by_team", (q) => q.eq("teamId", team._id));
  for (const { _id } of await members.take(BATCH_SIZE)) {
    await ctx.db.patch("members", _id, { teamId: null });
    await handOver(ctx, _id, _id);
  }
  await ctx.db.delete("teams", team._id);
  await recordAudit(ctx, auth, "team.removed", team.name);
}

function requireUnusedName(teams: readonly Doc<"teams">[], name: string): void {
  if (teams.some((team) => team.name.toLowerCase() === name.toLowerCase())) throw crmError("CONFLICT", `There is a team "${name}" already. Choose another name.`);
}

async function requireAnotherOwner(ctx: QueryCtx, { _id, companyId }: Doc<"members">): Promise<void> {
  const owners = ctx.db.query("members").withIndex("by_company_and_role", (q) => q.eq("companyId", companyId).eq("role", "owner"));
  const others = (await owners.take(2)).filter((owner) => owner._id !== _id);
  if (others.length === 0) throw crmError("CONFLICT", "A company must have an owner. Make somebody else an owner first.");
}
