/** What the REST interface does with follow-up sequences: it shows the steps of the workflow too. */
import { listSteps } from "@convex-dev/workflow";
import type { WorkflowId } from "@convex-dev/workflow";
import { v } from "convex/values";
import { components } from "../_generated/api";
import type { Doc } from "../_generated/dataModel";
import { internalMutation, internalQuery } from "../_generated/server";
import type { QueryCtx } from "../_generated/server";
import { getKeyContext, requirePermission } from "../model/auth";
import { requireContact } from "../model/contacts";
import { crmError } from "../model/errors";
import { sequenceOf } from "../model/sequences";
import { startSequence, stopSequence } from "../sequences";
import { keyArgument, viewOf } from "./views";
import type { View } from "./views";

interface StepView {
  name: string;
  startedAt: number;
  /** Null while it is under way, or waits. */
  completedAt: number | null;
  result: "success" | "failed" | "canceled" | null;
}

type SequenceView = View<Doc<"sequences">> & { steps: StepView[] };

const ofContact = { ...keyArgument, contactId: v.string() };

export const get = internalQuery({
  args: ofContact,
  handler: async (ctx, { keyId, contactId }): Promise<SequenceView> => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:read");
    return await viewOfSequence(ctx, await requireContact(ctx, auth, contactId));
  },
});

export const start = internalMutation({
  args: ofContact,
  handler: async (ctx, { keyId, contactId }): Promise<SequenceView> => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:write");
    const contact = await requireContact(ctx, auth, contactId);
    await startSequence(ctx, auth, contact);
    return await viewOfSequence(ctx, contact);
  },
});

export const stop = internalMutation({
  args: ofContact,
  handler: async (ctx, { keyId, contactId }): Promise<SequenceView> => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:write");
    const contact = await requireContact(ctx, auth, contactId);
    await stopSequence(ctx, auth, contact);
    return await viewOfSequence(ctx, contact);
  },
});

async function viewOfSequence(ctx: QueryCtx, { _id }: Doc<"contacts">): Promise<SequenceView> {
  const sequence = await sequenceOf(ctx, _id);
  if (sequence === null) throw crmError("NOT_FOUND", "This contact has had no follow-up. Start one with POST.");
  return { ...viewOf(sequence), steps: sequence.workflowId === null ? [] : await stepsOf(ctx, sequence.workflowId as WorkflowId) };
}

async function stepsOf(ctx: QueryCtx, workflowId: WorkflowId): Promise<StepView[]> {
  const { page } = await listSteps(ctx, components.workflow, workflowId);
  return page.map(({ name, startedAt, completedAt = null, runResult }) => ({ name, startedAt, completedAt, result: runResult?.kind ?? null }));
}
