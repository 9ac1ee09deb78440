/**
 * Who is calling, and what they may do. Every public function begins with
 *
 *     const auth = await getAuthContext(ctx);
 *     requirePermission(auth, "contacts:read");
 *
 * and every function of the REST interface with `getKeyContext`. Both read the caller's own record, and only that: when
 * a role changes, what that person has on screen is run again, and nothing of anybody else.
 */
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import type { actorKind } from "../schema";
import { crmError } from "./errors";
import { permissionsOf } from "./permissions";
import type { Permission } from "./permissions";

/** How far permissions go. */
export type Reach = { readonly kind: "company" } | { readonly kind: "team"; readonly teamId: Id<"teams"> } | { readonly kind: "own"; readonly memberId: Id<"members"> };

export interface Actor {
  readonly kind: Infer<typeof actorKind>;
  readonly name: string;
  /** Null for programs. */
  readonly memberId: Id<"members"> | null;
}

export interface AuthContext {
  readonly companyId: Id<"companies">;
  readonly actor: Actor;
  readonly permissions: readonly Permission[];
  readonly reach: Reach;
}

/** What the person who is signed in may do in the company that they are looking at. */
export async function getAuthContext(ctx: QueryCtx): Promise<AuthContext> {
  const member = await requireMember(ctx);
  return {
    companyId: member.companyId,
    actor: { kind: "member", name: member.name, memberId: member._id },
    permissions: permissionsOf(member.role),
    reach: reachOf(member),
  };
}

/** What a key may do: its scopes, in all of its company. Revoking it ends that with the next function that it calls. */
export async function getKeyContext(ctx: QueryCtx, keyId: Id<"apiKeys">): Promise<AuthContext> {
  const key = await ctx.db.get("apiKeys", keyId);
  if (key === null || key.revokedAt !== null) throw crmError("UNAUTHORIZED", "This API key was revoked. Ask an owner of the company for another one.");
  return { companyId: key.companyId, actor: { kind: "key", name: key.name, memberId: null }, permissions: key.scopes, reach: { kind: "company" } };
}

export function hasPermission(auth: AuthContext, permission: Permission): boolean {
  return auth.permissions.includes(permission);
}

export function requirePermission(auth: AuthContext, permission: Permission): void {
  if (hasPermission(auth, permission)) return;
  const mend = auth.actor.kind === "key" ? "Use a key that has this scope." : "Ask an owner of the company.";
  throw crmError("NOT_ALLOWED", `This needs the permission "${permission}", which ${auth.actor.name} does not have. ${mend}`);
}

/** Where a record is out of reach, it is not told apart from one that is not there. */
export function isInReach({ companyId, reach }: AuthContext, record: { companyId: Id<"companies">; ownerId: Id<"members">; teamId: Id<"teams"> | null }): boolean {
  if (record.companyId !== companyId) return false;
  switch (reach.kind) {
    case "company":
      return true;
    case "team":
      return record.teamId === reach.teamId;
    case "own":
      return record.ownerId === reach.memberId;
  }
}

/** Null before the first sign-in has been noted (`account.enter`). */
export async function findUser(ctx: QueryCtx): Promise<Doc<"users"> | null> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw crmError("NOT_SIGNED_IN", "You are not signed in. Sign in first.");
  return await ctx.db
    .query("users")
    .withIndex("by_token", (q) => q.eq("tokenIdentifier", identity.tokenIdentifier))
    .unique();
}

export async function requireUser(ctx: QueryCtx): Promise<Doc<"users">> {
  const user = await findUser(ctx);
  if (user === null) throw crmError("NOT_SIGNED_IN", "Your account is new here. Sign in on the page first.");
  return user;
}

/** The person's record in the company that they are looking at. */
export async function findMember(ctx: QueryCtx, { _id, activeCompanyId }: Doc<"users">): Promise<Doc<"members"> | null> {
  if (activeCompanyId === null) return null;
  return await ctx.db
    .query("members")
    .withIndex("by_user_and_company", (q) => q.eq("userId", _id).eq("companyId", activeCompanyId))
    .unique();
}

async function requireMember(ctx: QueryCtx): Promise<Doc<"members">> {
  const member = await findMember(ctx, await requireUser(ctx));
  if (member === null) throw crmError("NO_COMPANY", "You are not a member of this company, or not any more. Choose another one, or ask its owner.");
  return member;
}

function reachOf({ _id, role, teamId }: Doc<"members">): Reach {
  if (role === "owner") return { kind: "company" };
  return role === "leader" && teamId !== null ? { kind: "team", teamId } : { kind: "own", memberId: _id };
}

/** Notes who did what, in the same transaction. */
export async function recordAudit(ctx: MutationCtx, { companyId, actor }: Pick<AuthContext, "companyId" | "actor">, action: string, target: string): Promise<void> {
  await ctx.db.insert("auditEvents", { companyId, actorKind: actor.kind, actorName: actor.name, action, target });
}
