/** The company's inbox of leads from web forms (`POST /v1/webhooks/leads/<company>`): its secret, and what comes in. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { action, internalMutation, internalQuery, query } from "./_generated/server";
import { randomHexadecimal } from "./model/apiKeys";
import { getAuthContext, recordAudit, requirePermission } from "./model/auth";
import type { AuthContext } from "./model/auth";
import { createContact, findContactByEmail } from "./model/contacts";
import { BATCH_SIZE, WEBHOOK_AGE_MS_MAX } from "./model/limits";
import { PERMISSIONS } from "./model/permissions";
import { recordActivity } from "./model/timeline";

/** Whether there is a secret. */
export const isOpen = query({
  args: {},
  returns: v.boolean(),
  handler: async (ctx) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "keys:read");
    const inbox = await ctx.db.query("inboxes").withIndex("by_company", (q) => q.eq("companyId", auth.companyId)).unique();
    return inbox !== null;
  },
});

/** A new secret in place of the one before. @returns the secret, which nobody can ask for again */
export const rotateSecret = action({
  args: {},
  returns: v.string(),
  handler: async (ctx): Promise<string> => {
    const secret = randomHexadecimal(32);
    await ctx.runMutation(internal.inbox.storeSecret, { secret });
    return secret;
  },
});

export const storeSecret = internalMutation({
  args: { secret: v.string() },
  returns: v.null(),
  handler: async (ctx, { secret }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "keys:write");
    const { companyId } = auth;
    const inbox = await ctx.db.query("inboxes").withIndex("by_company", (q) => q.eq("companyId", companyId)).unique();
    if (inbox === null) await ctx.db.insert("inboxes", { companyId, secret });
    else await ctx.db.patch("inboxes", inbox._id, { secret });
    await recordAudit(ctx, auth, "inbox.secret", "A new signing secret");
    return null;
  },
});

/** For the webhook: null where the company has no inbox, or is none. */
export const secretOf = internalQuery({
  args: { company: v.string() },
  returns: v.union(v.null(), v.object({ companyId: v.id("companies"), secret: v.string() })),
  handler: async (ctx, { company }) => {
    const companyId = ctx.db.normalizeId("companies", company);
    if (companyId === null) return null;
    const inbox = await ctx.db.query("inboxes").withIndex("by_company", (q) => q.eq("companyId", companyId)).unique();
    return inbox && { companyId, secret: inbox.secret };
  },
});

/** Takes a lead whose signature was verified. A delivery that was taken before changes nothing and says the same contact. */
export const takeLead = internalMutation({
  args: { companyId: v.id("companies"), deliveryId: v.string(), fullName: v.string(), email: v.string(), organisation: v.union(v.string(), v.null()), message: v.union(v.string(), v.null()) },
  returns: v.object({ contactId: v.id("contacts"), result: v.union(v.literal("created"), v.literal("updated"), v.literal("duplicate")) }),
  handler: async (ctx, { companyId, deliveryId, fullName, email, organisation, message }) => {
    const before = await ctx.db
      .query("deliveries")
      .withIndex("by_company_and_delivery", (q) => q.eq("companyId", companyId).eq("deliveryId", deliveryId))
      .unique();
    if (before !== null) return { contactId: before.contactId, result: "duplicate" as const };
    const auth = webhookContext(companyId);
    const known = await findContactByEmail(ctx, companyId, email);
    const contactId = known?._id ?? (await createContact(ctx, auth, { fullName, email, phone: null, organisation, status: "lead", ownerId: null }));
    if (message !== null && message.trim() !== "") await recordActivity(ctx, auth, contactId, "email", message);
    await ctx.db.insert("deliveries", { companyId, deliveryId, contactId });
    return { contactId, result: known === null ? ("created" as const) : ("updated" as const) };
  },
});

/** By the clock: what is older than any signature that would still be taken. */
export const forgetDeliveries = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const before = Date.now() - 2 * WEBHOOK_AGE_MS_MAX;
    const old = await ctx.db.query("deliveries").withIndex("by_creation_time", (q) => q.lt("_creationTime", before)).take(BATCH_SIZE);
    for (const { _id } of old) await ctx.db.delete("deliveries", _id);
    if (old.length === BATCH_SIZE) await ctx.scheduler.runAfter(0, internal.inbox.forgetDeliveries);
    return null;
  },
});

/** What comes by webhook belongs to the company's owner until somebody takes it. */
function webhookContext(companyId: Id<"companies">): AuthContext {
  return { companyId, actor: { kind: "webhook", name: "Web form", memberId: null }, permissions: PERMISSIONS, reach: { kind: "company" } };
}
