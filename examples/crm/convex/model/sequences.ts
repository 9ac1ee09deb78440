/** Follow-up sequences as people see them: one at a time for each contact, its steps, when the next is due. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { STEPS, WAIT_MS } from "./followUp";
import { recordActivity } from "./timeline";

const ACTOR = { kind: "system", name: "Follow-up", memberId: null } as const;

/** The newest one of a contact. */
export async function sequenceOf(ctx: QueryCtx, contactId: Id<"contacts">): Promise<Doc<"sequences"> | null> {
  return await ctx.db
    .query("sequences")
    .withIndex("by_contact", (q) => q.eq("contactId", contactId))
    .order("desc")
    .first();
}

/** In the transaction of what the step does. */
export async function noteStep(ctx: MutationCtx, sequence: Doc<"sequences">, step: number, text: string): Promise<void> {
  const waitMs = WAIT_MS[step];
  await ctx.db.patch("sequences", sequence._id, { stepsDone: step, nextAt: step === STEPS || waitMs === undefined ? null : Date.now() + waitMs });
  await recordActivity(ctx, { companyId: sequence.companyId, actor: ACTOR }, sequence.contactId, "sequence", text);
}
