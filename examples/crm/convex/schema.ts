/**
 * The tables. Every document of a company names it in `companyId`. Contacts, deals and tasks also have an owner and the
 * owner's team, so that what an agent or a team leader may see is one range of an index and not a filter.
 */
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { permission, role } from "./model/permissions";

export const contactStatus = v.union(v.literal("lead"), v.literal("customer"), v.literal("lost"));
/** Of a deal, from left to right on the board. */
export const stage = v.union(v.literal("new"), v.literal("qualified"), v.literal("proposal"), v.literal("won"), v.literal("lost"));
export const activityKind = v.union(v.literal("created"), v.literal("call"), v.literal("email"), v.literal("meeting"), v.literal("deal"), v.literal("sequence"));
export const actorKind = v.union(v.literal("member"), v.literal("key"), v.literal("webhook"), v.literal("system"));

const ownership = {
  companyId: v.id("companies"),
  ownerId: v.id("members"),
  /** The owner's team; records follow their owner into another one. */
  teamId: v.union(v.id("teams"), v.null()),
};

export default defineSchema({
  companies: defineTable({ name: v.string() }),

  /** People as their issuer knows them; which companies they are in is told by `members`. */
  users: defineTable({
    tokenIdentifier: v.string(),
    name: v.string(),
    email: v.union(v.string(), v.null()),
    /** The company that this person is looking at. */
    activeCompanyId: v.union(v.id("companies"), v.null()),
  }).index("by_token", ["tokenIdentifier"]),

  members: defineTable({
    companyId: v.id("companies"),
    /** Null until the person who was invited signs in. */
    userId: v.union(v.id("users"), v.null()),
    name: v.string(),
    email: v.string(),
    role,
    teamId: v.union(v.id("teams"), v.null()),
  })
    .index("by_company", ["companyId"])
    .index("by_company_and_role", ["companyId", "role"])
    .index("by_company_and_email", ["companyId", "email"])
    .index("by_team", ["teamId"])
    .index("by_user_and_company", ["userId", "companyId"])
    .index("by_email_and_user", ["email", "userId"]),

  teams: defineTable({ companyId: v.id("companies"), name: v.string() }).index("by_company", ["companyId"]),

  contacts: defineTable({
    ...ownership,
    fullName: v.string(),
    email: v.union(v.string(), v.null()),
    phone: v.union(v.string(), v.null()),
    organisation: v.union(v.string(), v.null()),
    status: contactStatus,
  })
    .index("by_company", ["companyId"])
    .index("by_team", ["companyId", "teamId"])
    .index("by_owner", ["ownerId"])
    .index("by_company_and_email", ["companyId", "email"])
    .searchIndex("search_name", { searchField: "fullName", filterFields: ["companyId", "teamId", "ownerId"] }),

  deals: defineTable({
    ...ownership,
    contactId: v.id("contacts"),
    title: v.string(),
    valueCents: v.number(),
    stage,
    /** When it was won or lost. */
    closedAt: v.union(v.number(), v.null()),
  })
    .index("by_company", ["companyId"])
    .index("by_company_and_stage", ["companyId", "stage"])
    .index("by_team_and_stage", ["companyId", "teamId", "stage"])
    .index("by_owner_and_stage", ["ownerId", "stage"])
    .index("by_contact", ["contactId"]),

  tasks: defineTable({
    ...ownership,
    contactId: v.union(v.id("contacts"), v.null()),
    title: v.string(),
    dueAt: v.union(v.number(), v.null()),
    isDone: v.boolean(),
  })
    .index("by_company", ["companyId"])
    .index("by_company_and_done", ["companyId", "isDone", "dueAt"])
    .index("by_team_and_done", ["companyId", "teamId", "isDone", "dueAt"])
    .index("by_owner_and_done", ["ownerId", "isDone", "dueAt"])
    .index("by_contact", ["contactId"]),

  notes: defineTable({ companyId: v.id("companies"), contactId: v.id("contacts"), authorName: v.string(), body: v.string() })
    .index("by_company", ["companyId"])
    .index("by_contact", ["contactId"]),

  /** What happened to a contact, by people, programs and sequences. */
  activities: defineTable({ companyId: v.id("companies"), contactId: v.id("contacts"), kind: activityKind, actorName: v.string(), text: v.string() })
    .index("by_company", ["companyId"])
    .index("by_contact", ["contactId"]),

  apiKeys: defineTable({
    companyId: v.id("companies"),
    name: v.string(),
    /** SHA-256 of the key, in hexadecimal. The key itself is shown once and stored nowhere. */
    hash: v.string(),
    /** Its last characters, by which people recognise it. */
    ending: v.string(),
    scopes: v.array(permission),
    ratePerMinute: v.number(),
    lastUsedAt: v.union(v.number(), v.null()),
    revokedAt: v.union(v.number(), v.null()),
  })
    .index("by_company", ["companyId"])
    .index("by_hash", ["hash"]),

  /** The secret with which a company's web forms sign their leads. */
  inboxes: defineTable({ companyId: v.id("companies"), secret: v.string() }).index("by_company", ["companyId"]),
  /** Deliveries that were taken, so that none is taken twice. */
  deliveries: defineTable({ companyId: v.id("companies"), deliveryId: v.string(), contactId: v.id("contacts") }).index("by_company_and_delivery", ["companyId", "deliveryId"]),

  /** Follow-up sequences: what people see of a workflow. */
  sequences: defineTable({
    companyId: v.id("companies"),
    contactId: v.id("contacts"),
    workflowId: v.union(v.string(), v.null()),
    status: v.union(v.literal("running"), v.literal("finished"), v.literal("stopped"), v.literal("failed")),
    /** How many steps are done. */
    stepsDone: v.number(),
    /** When the next step is due; null when there is none. */
    nextAt: v.union(v.number(), v.null()),
  })
    .index("by_contact", ["contactId"])
    .index("by_company", ["companyId"]),
  /** Mail that was sent. A real app would hand it to a mail service here. */
  outbox: defineTable({
    companyId: v.id("companies"),
    contactId: v.id("contacts"),
    sequenceId: v.id("sequences"),
    step: v.number(),
    to: v.string(),
    subject: v.string(),
    body: v.string(),
  })
    .index("by_company", ["companyId"])
    .index("by_contact", ["contactId"])
    .index("by_sequence_and_step", ["sequenceId", "step"]),

  /** Who did what that others may ask about later. Written in the transaction of what it tells. */
  auditEvents: defineTable({ companyId: v.id("companies"), actorKind, actorName: v.string(), action: v.string(), target: v.string() }).index("by_company", ["companyId"]),
});
