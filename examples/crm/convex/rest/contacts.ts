/** What the REST interface does with contacts. */
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../_generated/server";
import { getKeyContext, recordAudit, requirePermission } from "../model/auth";
import { contactsInReach, createContact, removeContact, requireContact, searchContacts, updateContact } from "../model/contacts";
import { EXPORTED_MAX } from "../model/limits";
import { requireMemberOf } from "../model/members";
import { contactStatus } from "../schema";
import { keyArgument, pageArguments, viewOf, viewOfPage } from "./views";

const optionalText = v.union(v.string(), v.null());
const fields = { fullName: v.string(), email: optionalText, phone: optionalText, organisation: optionalText, status: contactStatus, ownerId: optionalText };

export const list = internalQuery({
  args: pageArguments,
  handler: async (ctx, { keyId, limit, cursor }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:read");
    return viewOfPage(await contactsInReach(ctx, auth).paginate({ numItems: limit, cursor }));
  },
});

export const search = internalQuery({
  args: { ...keyArgument, text: v.string() },
  handler: async (ctx, { keyId, text }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:read");
    return { data: (await searchContacts(ctx, auth, text)).map((contact) => viewOf(contact)) };
  },
});

export const get = internalQuery({
  args: { ...keyArgument, contactId: v.string() },
  handler: async (ctx, { keyId, contactId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:read");
    return viewOf(await requireContact(ctx, auth, contactId));
  },
});

export const create = internalMutation({
  args: { ...keyArgument, ...fields },
  handler: async (ctx, { keyId, ownerId, ...input }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:write");
    const owner = ownerId === null ? null : await requireMemberOf(ctx, auth, ownerId);
    const contactId = await createContact(ctx, auth, { ...input, ownerId: owner?._id ?? null });
    return viewOf(await requireContact(ctx, auth, contactId));
  },
});

export const update = internalMutation({
  args: {
    ...keyArgument,
    contactId: v.string(),
    changes: v.object({ fullName: v.optional(v.string()), email: v.optional(optionalText), phone: v.optional(optionalText), organisation: v.optional(optionalText), status: v.optional(contactStatus), ownerId: v.optional(v.string()) }),
  },
  handler: async (ctx, { keyId, contactId, changes: { ownerId, ...changes } }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:write");
    const contact = await requireContact(ctx, auth, contactId);
    const owner = ownerId === undefined ? {} : { ownerId: (await requireMemberOf(ctx, auth, ownerId))._id };
    await updateContact(ctx, auth, contact, { ...changes, ...owner });
    return viewOf(await requireContact(ctx, auth, contactId));
  },
});

export const remove = internalMutation({
  args: { ...keyArgument, contactId: v.string() },
  handler: async (ctx, { keyId, contactId }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "contacts:write");
    await removeContact(ctx, auth, await requireContact(ctx, auth, contactId));
    return { removed: contactId };
  },
});

/** A mutation, because it is audited. */
export const takeOut = internalMutation({
  args: { ...keyArgument, cursor: optionalText },
  handler: async (ctx, { keyId, cursor }) => {
    const auth = await getKeyContext(ctx, keyId);
    requirePermission(auth, "export");
    requirePermission(auth, "contacts:read");
    await recordAudit(ctx, auth, "contacts.exported", cursor === null ? "From the beginning" : "Continued");
    return viewOfPage(await contactsInReach(ctx, auth).paginate({ numItems: EXPORTED_MAX, cursor }));
  },
});
