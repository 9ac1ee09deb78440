/** What the REST interface does with deals. */
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../_generated/server";
import { getKeyContext, recordAudit, requirePermission } from "../model/auth";
import { requireContact } from "../model/contacts";
import { countDeals, createDeal, dealsInReach, removeDeal, requireDeal, updateDeal } from "../model/deals";
import { EXPORTED_MAX } from "../model/limits";
import { requireMemberOf } from "../model/members";
import { stage } from "../schema";
import { keyArgument, pageArguments, viewOf, viewOfPage } from "./views";

export const list = internalQuery({
  args: { ...pageArguments, stage: v.union(stage, v.null()) },
  handler: async (ctx, { keyId, limit, cursor, stage }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "deals:read");
    return viewOfPage(await dealsInReach(ctx, auth, stage).paginate({ numItems: limit, cursor }));
  },
});

export const ofContact = internalQuery({
  args: { ...pageArguments, contactId: v.string() },
  handler: async (ctx, { keyId, limit, cursor, contactId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "deals:read");
    const { _id } = await requireContact(ctx, auth, contactId);
    const deals = ctx.db.query("deals").withIndex("by_contact", (q) => q.eq("contactId", _id));
    return viewOfPage(await deals.order("desc").paginate({ numItems: limit, cursor }));
  },
});

export const figures = internalQuery({
  args: keyArgument,
  handler: async (ctx, { keyId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "deals:read");
    return { stages: await countDeals(ctx, auth) };
  },
});

export const get = internalQuery({
  args: { ...keyArgument, dealId: v.string() },
  handler: async (ctx, { keyId, dealId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "deals:read");
    return viewOf(await requireDeal(ctx, auth, dealId));
  },
});

export const create = internalMutation({
  args: { ...keyArgument, contactId: v.string(), title: v.string(), valueCents: v.number(), stage, ownerId: v.union(v.string(), v.null()) },
  handler: async (ctx, { keyId, contactId, ownerId, ...input }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "deals:write");
    const contact = await requireContact(ctx, auth, contactId);
    const owner = ownerId === null ? null : await requireMemberOf(ctx, auth, ownerId);
    const dealId = await createDeal(ctx, auth, contact, { ...input, ownerId: owner?._id ?? null });
    return viewOf(await requireDeal(ctx, auth, dealId));
  },
});

export const update = internalMutation({
  args: {
    ...keyArgument,
    dealId: v.string(),
    changes: v.object({ title: v.optional(v.string()), valueCents: v.optional(v.number()), stage: v.optional(stage), ownerId: v.optional(v.string()) }),
  },
  handler: async (ctx, { keyId, dealId, changes: { ownerId, ...changes } }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "deals:write");
    const deal = await requireDeal(ctx, auth, dealId);
    const owner = ownerId === undefined ? {} : { ownerId: (await requireMemberOf(ctx, auth, ownerId))._id };
    await updateDeal(ctx, auth, deal, { ...changes, ...owner });
    return viewOf(await requireDeal(ctx, auth, dealId));
  },
});

export const remove = internalMutation({
  args: { ...keyArgument, dealId: v.string() },
  handler: async (ctx, { keyId, dealId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "deals:write");
    await removeDeal(ctx, auth, await requireDeal(ctx, auth, dealId));
    return { removed: dealId };
  },
});

/** A mutation, because it is audited. */
export const takeOut = internalMutation({
  args: { ...keyArgument, cursor: v.union(v.string(), v.null()) },
  handler: async (ctx, { keyId, cursor }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "export");
    requirePermission(auth, "deals:read");
    await recordAudit(ctx, auth, "deals.exported", cursor === null ? "From the beginning" : "Continued");
    return viewOfPage(await dealsInReach(ctx, auth, null).paginate({ numItems: EXPORTED_MAX, cursor }));
  },
});
