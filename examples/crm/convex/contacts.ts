/** Contacts, for people. */
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { getAuthContext, requirePermission } from "./model/auth";
import { contactsInReach, createContact, removeContact, requireContact, searchContacts, updateContact } from "./model/contacts";
import { contactStatus } from "./schema";

const optionalText = v.union(v.string(), v.null());
const fields = {
  fullName: v.string(),
  email: optionalText,
  phone: optionalText,
  organisation: optionalText,
  status: contactStatus,
  ownerId: v.union(v.id("members"), v.null()),
};

/** Newest first. */
export const list = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:read");
    return await contactsInReach(ctx, auth).paginate(paginationOpts);
  },
});

/** Best first. */
export const search = query({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:read");
    return await searchContacts(ctx, auth, text);
  },
});

export const get = query({
  args: { contactId: v.string() },
  handler: async (ctx, { contactId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:read");
    return await requireContact(ctx, auth, contactId);
  },
});

export const create = mutation({
  args: fields,
  returns: v.id("contacts"),
  handler: async (ctx, input) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:write");
    return await createContact(ctx, auth, input);
  },
});

export const update = mutation({
  args: {
    contactId: v.id("contacts"),
    changes: v.object({
      fullName: v.optional(fields.fullName),
      email: v.optional(fields.email),
      phone: v.optional(fields.phone),
      organisation: v.optional(fields.organisation),
      status: v.optional(fields.status),
      ownerId: v.optional(fields.ownerId),
    }),
  },
  returns: v.null(),
  handler: async (ctx, { contactId, changes }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:write");
    await updateContact(ctx, auth, await requireContact(ctx, auth, contactId), changes);
    return null;
  },
});

export const remove = mutation({
  args: { contactId: v.id("contacts") },
  returns: v.null(),
  handler: async (ctx, { contactId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "contacts:write");
    await removeContact(ctx, auth, await requireContact(ctx, auth, contactId));
    return null;
  },
});
