/** Contacts: which of them the caller can reach, and what changes with them. */
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { isInReach, recordAudit } from "./auth";
import type { AuthContext } from "./auth";
import { crmError } from "./errors";
import { SEARCH_RESULTS_MAX, SEARCH_TEXT_LENGTH_MAX } from "./limits";
import { ownershipFor } from "./ownership";
import { emailFrom, nameFrom, optionalEmailFrom, organisationFrom, phoneFrom } from "./text";
import { recordActivity } from "./timeline";

export interface ContactInput {
  readonly fullName: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly organisation: string | null;
  readonly status: Doc<"contacts">["status"];
  readonly ownerId: Id<"members"> | null;
}

/** All contacts in reach, newest first. */
export function contactsInReach(ctx: QueryCtx, { companyId, reach }: AuthContext) {
  const contacts = ctx.db.query("contacts");
  switch (reach.kind) {
    case "company":
      return contacts.withIndex("by_company", (q) => q.eq("companyId", companyId)).order("desc");
    case "team":
      return contacts.withIndex("by_team", (q) => q.eq("companyId", companyId).eq("teamId", reach.teamId)).order("desc");
    case "own":
      return contacts.withIndex("by_owner", (q) => q.eq("ownerId", reach.memberId)).order("desc");
  }
}

/** The contacts in reach whose name matches best. The last word may be the beginning of one. */
export async function searchContacts(ctx: QueryCtx, { companyId, reach }: AuthContext, text: string): Promise<Doc<"contacts">[]> {
  const words = text.trim().slice(0, SEARCH_TEXT_LENGTH_MAX);
  if (words === "") return [];
  return await ctx.db
    .query("contacts")
    .withSearchIndex("search_name", (q) => {
      const ofCompany = q.search("fullName", words).eq("companyId", companyId);
      if (reach.kind === "company") return ofCompany;
      return reach.kind === "team" ? ofCompany.eq("teamId", reach.teamId) : ofCompany.eq("ownerId", reach.memberId);
    })
    .take(SEARCH_RESULTS_MAX);
}

/** @param id as it came: over REST it may be anything */
export async function requireContact(ctx: QueryCtx, auth: AuthContext, id: string): Promise<Doc<"contacts">> {
  const contactId = ctx.db.normalizeId("contacts", id);
  const contact = contactId === null ? null : await ctx.db.get("contacts", contactId);
  if (contact === null || !isInReach(auth, contact)) throw crmError("NOT_FOUND", "There is no such contact, or it is not one of yours. Look it up in the list.");
  return contact;
}

export async function createContact(ctx: MutationCtx, auth: AuthContext, input: ContactInput): Promise<Id<"contacts">> {
  const fields = {
    fullName: nameFrom(input.fullName),
    email: optionalEmailFrom(input.email),
    phone: phoneFrom(input.phone),
    organisation: organisationFrom(input.organisation),
    status: input.status,
  };
  const ownership = await ownershipFor(ctx, auth, input.ownerId);
  if (fields.email !== null) await requireUnusedEmail(ctx, ownership.companyId, fields.email, null);
  const contactId = await ctx.db.insert("contacts", { ...ownership, ...fields });
  await recordActivity(ctx, auth, contactId, "created", "Added this contact");
  return contactId;
}

export async function updateContact(ctx: MutationCtx, auth: AuthContext, contact: Doc<"contacts">, changes: Partial<ContactInput>): Promise<void> {
  const { fullName, email, phone, organisation, status, ownerId } = changes;
  const fields: Partial<Doc<"contacts">> = {};
  if (fullName !== undefined) fields.fullName = nameFrom(fullName);
  if (email !== undefined) fields.email = optionalEmailFrom(email);
  if (phone !== undefined) fields.phone = phoneFrom(phone);
  if (organisation !== undefined) fields.organisation = organisationFrom(organisation);
  if (status !== undefined) fields.status = status;
  if (fields.email) await requireUnusedEmail(ctx, contact.companyId, fields.email, contact._id);
  const ownership = ownerId === undefined ? {} : await ownershipFor(ctx, auth, ownerId);
  await ctx.db.patch("contacts", contact._id, { ...fields, ...ownership });
}

/** The contact at once; what hangs on it in the background. */
export async function removeContact(ctx: MutationCtx, auth: AuthContext, contact: Doc<"contacts">): Promise<void> {
  await ctx.db.delete("contacts", contact._id);
  await ctx.scheduler.runAfter(0, internal.background.removeRemains, { contactId: contact._id });
  await recordAudit(ctx, auth, "contact.removed", contact.fullName);
}

export async function findContactByEmail(ctx: QueryCtx, companyId: Id<"companies">, email: string): Promise<Doc<"contacts"> | null> {
  return await ctx.db
    .query("contacts")
    .withIndex("by_company_and_email", (q) => q.eq("companyId", companyId).eq("email", emailFrom(email)))
    .first();
}

async function requireUnusedEmail(ctx: QueryCtx, companyId: Id<"companies">, email: string, except: Id<"contacts"> | null): Promise<void> {
  const other = await findContactByEmail(ctx, companyId, email);
  if (other !== null && other._id !== except) throw crmError("CONFLICT", `A contact with the address ${email} is there already. Change that one, or use another address.`);
}
