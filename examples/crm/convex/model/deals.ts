/** Deals: which of them the caller can reach, by stage, and what changes with them. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { isInReach, recordAudit } from "./auth";
import type { AuthContext } from "./auth";
import { crmError } from "./errors";
import { COUNTED_MAX } from "./limits";
import { ownershipFor } from "./ownership";
import { STAGE_NAMES, STAGES } from "./stages";
import type { Stage } from "./stages";
import { titleFrom, valueCentsFrom } from "./text";
import { recordActivity } from "./timeline";

export interface DealInput {
  readonly title: string;
  readonly valueCents: number;
  readonly stage: Stage;
  readonly ownerId: Id<"members"> | null;
}

/** The deals of a stage, or of all, that are in reach, newest first. */
export function dealsInReach(ctx: QueryCtx, { companyId, reach }: AuthContext, stage: Stage | null) {
  const deals = ctx.db.query("deals");
  switch (reach.kind) {
    case "company":
      if (stage === null) return deals.withIndex("by_company", (q) => q.eq("companyId", companyId)).order("desc");
      return deals.withIndex("by_company_and_stage", (q) => q.eq("companyId", companyId).eq("stage", stage)).order("desc");
    case "team":
      return deals
        .withIndex("by_team_and_stage", (q) => {
          const ofTeam = q.eq("companyId", companyId).eq("teamId", reach.teamId);
          return stage === null ? ofTeam : ofTeam.eq("stage", stage);
        })
        .order("desc");
    case "own":
      return deals
        .withIndex("by_owner_and_stage", (q) => {
          const own = q.eq("ownerId", reach.memberId);
          return stage === null ? own : own.eq("stage", stage);
        })
        .order("desc");
  }
}

export interface StageFigures {
  readonly stage: Stage;
  readonly count: number;
  readonly valueCents: number;
}

/** How many deals each stage has and what they are worth. */
export async function countDeals(ctx: QueryCtx, auth: AuthContext): Promise<StageFigures[]> {
  const figures = new Map(STAGES.map((stage) => [stage, { stage, count: 0, valueCents: 0 }]));
  for (const { stage, valueCents } of await dealsInReach(ctx, auth, null).take(COUNTED_MAX)) {
    const row = figures.get(stage)!;
    row.count += 1;
    row.valueCents += valueCents;
  }
  return [...figures.values()];
}

export async function requireDeal(ctx: QueryCtx, auth: AuthContext, id: string): Promise<Doc<"deals">> {
  const dealId = ctx.db.normalizeId("deals", id);
  const deal = dealId === null ? null : await ctx.db.get("deals", dealId);
  if (deal === null || !isInReach(auth, deal)) throw crmError("NOT_FOUND", "There is no such deal, or it is not one of yours. Look it up on the board.");
  return deal;
}

/** @param contact one that the caller can reach */
export async function createDeal(ctx: MutationCtx, auth: AuthContext, contact: Doc<"contacts">, input: DealInput): Promise<Id<"deals">> {
  const { stage } = input;
  const fields = { title: titleFrom(input.title), valueCents: valueCentsFrom(input.valueCents), stage, closedAt: closingTime(stage) };
  const dealId = await ctx.db.insert("deals", { ...(await ownershipFor(ctx, auth, input.ownerId ?? contact.ownerId)), contactId: contact._id, ...fields });
  await recordActivity(ctx, auth, contact._id, "deal", `Opened the deal “${fields.title}”`);
  return dealId;
}

/** A won deal makes its contact a customer, in the same transaction. */
export async function updateDeal(ctx: MutationCtx, auth: AuthContext, deal: Doc<"deals">, changes: Partial<DealInput>): Promise<void> {
  const { title, valueCents, stage, ownerId } = changes;
  const fields: Partial<Doc<"deals">> = {};
  if (title !== undefined) fields.title = titleFrom(title);
  if (valueCents !== undefined) fields.valueCents = valueCentsFrom(valueCents);
  if (stage !== undefined && stage !== deal.stage) {
    fields.stage = stage;
    fields.closedAt = closingTime(stage);
    await recordActivity(ctx, auth, deal.contactId, "deal", `Moved the deal “${deal.title}” to ${STAGE_NAMES[stage]}`);
    const contact = stage === "won" ? await ctx.db.get("contacts", deal.contactId) : null;
    if (contact !== null) await ctx.db.patch("contacts", contact._id, { status: "customer" });
  }
  const ownership = ownerId === undefined ? {} : await ownershipFor(ctx, auth, ownerId);
  await ctx.db.patch("deals", deal._id, { ...fields, ...ownership });
}

export async function removeDeal(ctx: MutationCtx, auth: AuthContext, deal: Doc<"deals">): Promise<void> {
  await ctx.db.delete("deals", deal._id);
  await recordAudit(ctx, auth, "deal.removed", deal.title);
}

function closingTime(stage: Stage): number | null {
  return stage === "won" || stage === "lost" ? Date.now() : null;
}
