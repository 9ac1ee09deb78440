/**
 * The follow-up of a new lead, as a durable workflow: a mail, three days, another mail, four days, a task to call them. It
 * waits in the database, so that restarts and deploys in between are nothing to it.
 */
import { cancel, start as startWorkflow, vWorkflowId, WorkflowManager } from "@convex-dev/workflow";
import type { WorkflowId } from "@convex-dev/workflow";
import { vResultValidator } from "@convex-dev/workpool";
import { v } from "convex/values";
import { components, internal } from "./_generated/api";
import type { Doc, Id } from "./_generated/dataModel";
import { internalMutation, internalQuery, mutation, query } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { getAuthContext, requirePermission } from "./model/auth";
import type { AuthContext } from "./model/auth";
import { requireContact } from "./model/contacts";
import { crmError } from "./model/errors";
import { CALL_STEP, WAIT_MS } from "./model/followUp";
import { noteStep, sequenceOf } from "./model/sequences";
import { recordActivity } from "./model/timeline";

const workflow = new WorkflowManager(components.workflow, { workpoolOptions: { retryActionsByDefault: true } });

export const followUp = workflow
  .define({ args: { sequenceId: v.id("sequences") } })
  .handler(async (step, { sequenceId }): Promise<void> => {
    await step.runAction(internal.mail.send, { sequenceId, step: 1 });
    await step.sleep(WAIT_MS[1]!);
    if (!(await step.runQuery(internal.sequences.isWanted, { sequenceId }))) return;
    await step.runAction(internal.mail.send, { sequenceId, step: 2 });
    await step.sleep(WAIT_MS[2]!);
    if (!(await step.runQuery(internal.sequences.isWanted, { sequenceId }))) return;
    await step.runMutation(internal.sequences.askForCall, { sequenceId });
  });

/** The newest sequence of a contact, null where there was none. */
export const ofContact = query({
  args: { contactId: v.id("contacts") },
  handler: async (ctx, { contactId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:read");
    await requireContact(ctx, auth, contactId);
    return await sequenceOf(ctx, contactId);
  },
});

export const start = mutation({
  args: { contactId: v.id("contacts") },
  returns: v.id("sequences"),
  handler: async (ctx, { contactId }): Promise<Id<"sequences">> => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:write");
    return await startSequence(ctx, auth, await requireContact(ctx, auth, contactId));
  },
});

export const stop = mutation({
  args: { contactId: v.id("contacts") },
  returns: v.null(),
  handler: async (ctx, { contactId }): Promise<null> => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:write");
    await stopSequence(ctx, auth, await requireContact(ctx, auth, contactId));
    return null;
  },
});

export async function startSequence(ctx: MutationCtx, auth: AuthContext, contact: Doc<"contacts">): Promise<Id<"sequences">> {
  const { _id: contactId, companyId } = contact;
  if (contact.email === null) throw crmError("INVALID", "This contact has no e-mail address to write to. Add one first.");
  if ((await sequenceOf(ctx, contactId))?.status === "running") throw crmError("CONFLICT", "A follow-up is running for this contact already. Stop it first.");
  const sequenceId = await ctx.db.insert("sequences", { companyId, contactId, workflowId: null, status: "running", stepsDone: 0, nextAt: Date.now() });
  const workflowId = await startWorkflow(ctx, internal.sequences.followUp, { sequenceId }, { onComplete: internal.sequences.ended, context: sequenceId });
  await ctx.db.patch("sequences", sequenceId, { workflowId });
  await recordActivity(ctx, auth, contactId, "sequence", "Started the follow-up");
  return sequenceId;
}

export async function stopSequence(ctx: MutationCtx, auth: AuthContext, contact: Doc<"contacts">): Promise<void> {
  const sequence = await sequenceOf(ctx, contact._id);
  if (sequence?.status !== "running" || sequence.workflowId === null) throw crmError("CONFLICT", "No follow-up is running for this contact.");
  await ctx.db.patch("sequences", sequence._id, { status: "stopped", nextAt: null });
  await cancel(ctx, components.workflow, sequence.workflowId as WorkflowId);
  await recordActivity(ctx, auth, contact._id, "sequence", "Stopped the follow-up");
}

/** Nobody writes on to those who have become customers, or are lost, or gone. */
export const isWanted = internalQuery({
  args: { sequenceId: v.id("sequences") },
  returns: v.boolean(),
  handler: async (ctx, { sequenceId }) => {
    const sequence = await ctx.db.get("sequences", sequenceId);
    const contact = sequence && (await ctx.db.get("contacts", sequence.contactId));
    return sequence?.status === "running" && contact?.status === "lead";
  },
});

/** The last step: a person takes over. */
export const askForCall = internalMutation({
  args: { sequenceId: v.id("sequences") },
  returns: v.null(),
  handler: async (ctx, { sequenceId }) => {
    const sequence = await ctx.db.get("sequences", sequenceId);
    const contact = sequence && (await ctx.db.get("contacts", sequence.contactId));
    if (!sequence || !contact) return null;
    const { companyId, ownerId, teamId, _id: contactId } = contact;
    await ctx.db.insert("tasks", { companyId, ownerId, teamId, contactId, title: `Call ${contact.fullName}`, dueAt: Date.now(), isDone: false });
    await noteStep(ctx, sequence, CALL_STEP, "Asked for a call");
    return null;
  },
});

/** Told by the workflow, once. */
export const ended = internalMutation({
  args: { workflowId: vWorkflowId, result: vResultValidator, context: v.id("sequences") },
  returns: v.null(),
  handler: async (ctx, { result, context: sequenceId }) => {
    const sequence = await ctx.db.get("sequences", sequenceId);
    if (sequence?.status !== "running") return null;
    await ctx.db.patch("sequences", sequenceId, { status: result.kind === "success" ? "finished" : "failed", nextAt: null });
    if (result.kind === "failed") console.error(`The follow-up ${sequenceId} failed: ${result.error}`);
    return null;
  },
});
