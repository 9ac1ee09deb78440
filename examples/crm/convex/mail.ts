/**
 * Sending mail. An action may be run again after a crash, so that the mail itself is written by a mutation that knows its
 * sequence and step: however often it is asked to, it sends once. A real app would call its mail service here, with that
 * pair as the idempotency key.
 */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalAction, internalMutation } from "./_generated/server";
import { FOLLOW_UP_MAILS } from "./model/followUp";
import { noteStep } from "./model/sequences";

export const send = internalAction({
  args: { sequenceId: v.id("sequences"), step: v.number() },
  returns: v.null(),
  handler: async (ctx, { sequenceId, step }) => {
    await ctx.runMutation(internal.mail.deliver, { sequenceId, step });
    return null;
  },
});

export const deliver = internalMutation({
  args: { sequenceId: v.id("sequences"), step: v.number() },
  returns: v.null(),
  handler: async (ctx, { sequenceId, step }) => {
    const sent = await ctx.db
      .query("outbox")
      .withIndex("by_sequence_and_step", (q) => q.eq("sequenceId", sequenceId).eq("step", step))
      .unique();
    const sequence = await ctx.db.get("sequences", sequenceId);
    const contact = sequence && (await ctx.db.get("contacts", sequence.contactId));
    const mail = FOLLOW_UP_MAILS[step];
    if (sent !== null || mail === undefined || sequence?.status !== "running" || !contact?.email) return null;
    const { companyId, contactId } = sequence;
    const subject = mail.subject.replace("{name}", contact.fullName);
    await ctx.db.insert("outbox", { companyId, contactId, sequenceId, step, to: contact.email, subject, body: mail.body.replace("{name}", contact.fullName) });
    await noteStep(ctx, sequence, step, `Sent “${subject}”`);
    return null;
  },
});
