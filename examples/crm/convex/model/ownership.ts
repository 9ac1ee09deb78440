/** Whom a new record belongs to, and records that go from one owner to another. */
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import type { AuthContext } from "./auth";
import { crmError } from "./errors";

export interface Ownership {
  readonly companyId: Id<"companies">;
  readonly ownerId: Id<"members">;
  readonly teamId: Id<"teams"> | null;
}

/** @param ownerId null: the caller; for a program, an owner of the company. */
export async function ownershipFor(ctx: QueryCtx, { companyId, actor, reach }: Pick<AuthContext, "companyId" | "actor" | "reach">, ownerId: Id<"members"> | null): Promise<Ownership> {
  const id = ownerId ?? actor.memberId;
  const member = id === null ? await firstOwner(ctx, companyId) : await ctx.db.get("members", id);
  const isReachable = reach.kind === "company" || (reach.kind === "team" && member?.teamId === reach.teamId) || member?._id === actor.memberId;
  if (member?.companyId !== companyId || !isReachable) throw crmError("NOT_FOUND", "There is no such member to whom you could give this. Choose one of your team.");
  return { companyId, ownerId: member._id, teamId: member.teamId };
}

async function firstOwner(ctx: QueryCtx, companyId: Id<"companies">): Promise<Doc<"members"> | null> {
  return await ctx.db
    .query("members")
    .withIndex("by_company_and_role", (q) => q.eq("companyId", companyId).eq("role", "owner"))
    .first();
}

/** Gives the records of one member to another, or to the same one in another team. */
export async function handOver(ctx: MutationCtx, from: Id<"members">, to: Id<"members">): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.background.handOver, { from, to });
}
