/**
 * Who is calling. A token says who somebody is and in which role (`ctx.auth.getUserIdentity()`); their document in `users` is what other
 * documents refer to. Public functions begin here, so that what a person may do depends on the token and on nothing that a client says.
 */
import type { Auth, UserIdentity } from "convex/server";
import type { Doc } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { lmsError } from "./errors";

export type User = Doc<"users">;

export interface Claims {
  readonly tokenIdentifier: string;
  readonly name: string;
  readonly role: User["role"];
}

export async function requireClaims(ctx: { auth: Auth }): Promise<Claims> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw lmsError("NOT_SIGNED_IN", "You are not signed in. Sign in to go on.");
  return claimsOf(identity);
}

/** Null for visitors. */
export async function findUser(ctx: QueryCtx): Promise<User | null> {
  return (await ctx.auth.getUserIdentity()) === null ? null : await requireUser(ctx);
}

/** In the role of the token, which may have changed since `users:enter`. */
export async function requireUser(ctx: QueryCtx): Promise<User> {
  const { tokenIdentifier, role } = await requireClaims(ctx);
  const user = await userWith(ctx, tokenIdentifier);
  if (user === null) throw lmsError("NOT_REGISTERED", "You have not entered yet. Sign in again.");
  return { ...user, role };
}

export async function requireRole(ctx: QueryCtx, role: User["role"]): Promise<User> {
  const user = await requireUser(ctx);
  if (user.role !== role) throw lmsError("NOT_ALLOWED", `Only ${role}s may do this, and you are signed in as a ${user.role}.`);
  return user;
}

export async function userWith(ctx: QueryCtx, tokenIdentifier: string): Promise<User | null> {
  return await ctx.db
    .query("users")
    .withIndex("by_tokenIdentifier", (q) => q.eq("tokenIdentifier", tokenIdentifier))
    .unique();
}

function claimsOf({ tokenIdentifier, subject, name, role }: UserIdentity): Claims {
  if (role !== "teacher" && role !== "learner") throw lmsError("BAD_CLAIMS", 'Your token lacks the claim `role`, "teacher" or "learner". Sign in with another account.');
  return { tokenIdentifier, name: name ?? subject, role };
}
