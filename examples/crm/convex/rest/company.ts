/** What the REST interface tells of the company itself: who is asking, its keys, its figures, its audit. */
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../_generated/server";
import { createApiKey, keysOf, removeApiKey, requireApiKey, revokeApiKey, updateApiKey } from "../model/apiKeys";
import { getKeyContext, requirePermission } from "../model/auth";
import { contactsInReach } from "../model/contacts";
import { countDeals } from "../model/deals";
import { COUNTED_MAX } from "../model/limits";
import { permission } from "../model/permissions";
import { tasksInReach } from "../model/tasks";
import { keyArgument, pageArguments, viewOfKey, viewOfPage } from "./views";

const oneKey = { ...keyArgument, id: v.string() };

/** The key that asks, and its company. */
export const me = internalQuery({
  args: keyArgument,
  handler: async (ctx, { keyId }) => {
    const auth = await getKeyContext(ctx, keyId);
    const company = await ctx.db.get("companies", auth.companyId);
    return { company: { id: auth.companyId, name: company?.name ?? "" }, key: viewOfKey(await requireApiKey(ctx, auth, keyId)) };
  },
});

export const stats = internalQuery({
  args: keyArgument,
  handler: async (ctx, { keyId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:read");
    requirePermission(auth, "deals:read");
    const contacts = await contactsInReach(ctx, auth).take(COUNTED_MAX);
    const openTasks = await tasksInReach(ctx, auth, false).take(COUNTED_MAX);
    return {
      contacts: contacts.length,
      leads: contacts.filter(({ status }) => status === "lead").length,
      customers: contacts.filter(({ status }) => status === "customer").length,
      openTasks: openTasks.length,
      stages: await countDeals(ctx, auth),
    };
  },
});

export const audit = internalQuery({
  args: pageArguments,
  handler: async (ctx, { keyId, limit, cursor }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "audit:read");
    const events = ctx.db.query("auditEvents").withIndex("by_company", (q) => q.eq("companyId", auth.companyId));
    return viewOfPage(await events.order("desc").paginate({ numItems: limit, cursor }));
  },
});

export const outbox = internalQuery({
  args: pageArguments,
  handler: async (ctx, { keyId, limit, cursor }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:read");
    const mails = ctx.db.query("outbox").withIndex("by_company", (q) => q.eq("companyId", auth.companyId));
    return viewOfPage(await mails.order("desc").paginate({ numItems: limit, cursor }));
  },
});

export const listKeys = internalQuery({
  args: keyArgument,
  handler: async (ctx, { keyId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "keys:read");
    return { data: (await keysOf(ctx, auth.companyId)).map(viewOfKey), nextCursor: null };
  },
});

export const getKey = internalQuery({
  args: oneKey,
  handler: async (ctx, { keyId, id }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "keys:read");
    return viewOfKey(await requireApiKey(ctx, auth, id));
  },
});

export const createKey = internalMutation({
  args: { ...keyArgument, name: v.string(), scopes: v.array(permission), ratePerMinute: v.number(), hash: v.string(), ending: v.string() },
  handler: async (ctx, { keyId, hash, ending, ...input }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "keys:write");
    const id = await createApiKey(ctx, auth, input, { hash, ending });
    return viewOfKey(await requireApiKey(ctx, auth, id));
  },
});

export const updateKey = internalMutation({
  args: { ...oneKey, changes: v.object({ name: v.optional(v.string()), scopes: v.optional(v.array(permission)), ratePerMinute: v.optional(v.number()) }) },
  handler: async (ctx, { keyId, id, changes }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "keys:write");
    await updateApiKey(ctx, auth, await requireApiKey(ctx, auth, id), changes);
    return viewOfKey(await requireApiKey(ctx, auth, id));
  },
});

export const revokeKey = internalMutation({
  args: oneKey,
  handler: async (ctx, { keyId, id }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "keys:write");
    await revokeApiKey(ctx, auth, await requireApiKey(ctx, auth, id));
    return viewOfKey(await requireApiKey(ctx, auth, id));
  },
});

export const removeKey = internalMutation({
  args: oneKey,
  handler: async (ctx, { keyId, id }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "keys:write");
    await removeApiKey(ctx, auth, await requireApiKey(ctx, auth, id));
    return { removed: id };
  },
});
