/** Deals, for people: the board by stage, and what can be done with a card. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { getAuthContext, requirePermission } from "./model/auth";
import { requireContact } from "./model/contacts";
import { countDeals, createDeal, dealsInReach, removeDeal, requireDeal, updateDeal } from "./model/deals";
import { LISTED_MAX } from "./model/limits";
import { STAGES } from "./model/stages";
import { stage } from "./schema";

/** The newest deals of each stage, with their contacts' names. */
export const board = query({
  args: {},
  handler: async (ctx) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "deals:read");
    return await Promise.all(
      STAGES.map(async (stage) => {
        const deals = await dealsInReach(ctx, auth, stage).take(LISTED_MAX);
        const cards = deals.map(async (deal) => ({ ...deal, contactName: (await ctx.db.get("contacts", deal.contactId))?.fullName ?? "Removed contact" }));
        return { stage, deals: await Promise.all(cards) };
      }),
    );
  },
});

/** How many deals each stage has in all, and what they are worth. */
export const figures = query({
  args: {},
  handler: async (ctx) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "deals:read");
    return await countDeals(ctx, auth);
  },
});

export const ofContact = query({
  args: { contactId: v.id("contacts") },
  handler: async (ctx, { contactId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "deals:read");
    await requireContact(ctx, auth, contactId);
    const deals = ctx.db.query("deals").withIndex("by_contact", (q) => q.eq("contactId", contactId));
    return await deals.order("desc").take(LISTED_MAX);
  },
});

export const create = mutation({
  args: { contactId: v.id("contacts"), title: v.string(), valueCents: v.number(), stage },
  returns: v.id("deals"),
  handler: async (ctx, { contactId, ...input }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "deals:write");
    return await createDeal(ctx, auth, await requireContact(ctx, auth, contactId), { ...input, ownerId: null });
  },
});

export const update = mutation({
  args: { dealId: v.id("deals"), changes: v.object({ title: v.optional(v.string()), valueCents: v.optional(v.number()), stage: v.optional(stage), ownerId: v.optional(v.id("members")) }) },
  returns: v.null(),
  handler: async (ctx, { dealId, changes }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "deals:write");
    await updateDeal(ctx, auth, await requireDeal(ctx, auth, dealId), changes);
    return null;
  },
});

export const remove = mutation({
  args: { dealId: v.id("deals") },
  returns: v.null(),
  handler: async (ctx, { dealId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "deals:write");
    await removeDeal(ctx, auth, await requireDeal(ctx, auth, dealId));
    return null;
  },
});
