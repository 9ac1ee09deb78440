/** Endpoints of contacts, and of what hangs on one: notes, activities, its follow-up sequence. */
import { internal } from "../../_generated/api";
import { crmError } from "../../model/errors";
import { csvFile } from "../csv";
import { del, get, pageOf, patch, post } from "../endpoint";
import type { Endpoint } from "../endpoint";
import { oneOf, optional, parse, parseChanges, text, withDefault } from "../fields";

const status = oneOf(["lead", "customer", "lost"]);
const kind = oneOf(["call", "email", "meeting"]);
const functions = internal.rest.contacts;
const timeline = internal.rest.timeline;
const sequences = internal.rest.sequences;

export const contactEndpoints: readonly Endpoint[] = [
  get("/v1/contacts", "contacts:read", "Contacts, newest first", (ctx, call) => ctx.runQuery(functions.list, { keyId: call.keyId, ...pageOf(call) })),
  post("/v1/contacts", "contacts:write", "Add a contact", (ctx, { keyId, body }) => {
    const input = parse(body, { fullName: text, email: optional(text), phone: optional(text), organisation: optional(text), status: withDefault(status, "lead"), ownerId: optional(text) });
    return ctx.runMutation(functions.create, { keyId, ...input });
  }),
  get("/v1/contacts/{contact}", "contacts:read", "A contact", (ctx, { keyId, parameter }) => ctx.runQuery(functions.get, { keyId, contactId: parameter("contact") })),
  patch("/v1/contacts/{contact}", "contacts:write", "Change a contact", (ctx, { keyId, parameter, body }) => {
    const changes = parseChanges(body, { fullName: text, email: optional(text), phone: optional(text), organisation: optional(text), status, ownerId: text });
    return ctx.runMutation(functions.update, { keyId, contactId: parameter("contact"), changes });
  }),
  del("/v1/contacts/{contact}", "contacts:write", "Remove a contact and what hangs on it", (ctx, { keyId, parameter }) => ctx.runMutation(functions.remove, { keyId, contactId: parameter("contact") })),

  get("/v1/contacts/{contact}/notes", "contacts:read", "Notes of a contact, newest first", (ctx, call) => ctx.runQuery(timeline.listNotes, { keyId: call.keyId, ...pageOf(call), contactId: call.parameter("contact") })),
  post("/v1/contacts/{contact}/notes", "contacts:write", "Write a note", (ctx, { keyId, parameter, body }) =>
    ctx.runMutation(timeline.createNote, { keyId, contactId: parameter("contact"), ...parse(body, { body: text }) }),
  ),
  get("/v1/contacts/{contact}/activities", "contacts:read", "Activities of a contact, newest first", (ctx, call) =>
    ctx.runQuery(timeline.listActivities, { keyId: call.keyId, ...pageOf(call), contactId: call.parameter("contact") }),
  ),
  post("/v1/contacts/{contact}/activities", "contacts:write", "Log a call, an e-mail or a meeting", (ctx, { keyId, parameter, body }) =>
    ctx.runMutation(timeline.createActivity, { keyId, contactId: parameter("contact"), ...parse(body, { kind, text }) }),
  ),
  get("/v1/contacts/{contact}/deals", "deals:read", "Deals of a contact, newest first", (ctx, call) => ctx.runQuery(internal.rest.deals.ofContact, { keyId: call.keyId, ...pageOf(call), contactId: call.parameter("contact") })),
  get("/v1/contacts/{contact}/tasks", "tasks:read", "Tasks of a contact, newest first", (ctx, call) => ctx.runQuery(internal.rest.tasks.ofContact, { keyId: call.keyId, ...pageOf(call), contactId: call.parameter("contact") })),
  get("/v1/contacts/{contact}/sequence", "contacts:read", "The newest follow-up sequence of a contact", (ctx, { keyId, parameter }) => ctx.runQuery(sequences.get, { keyId, contactId: parameter("contact") })),
  post("/v1/contacts/{contact}/sequence", "contacts:write", "Start the follow-up sequence", (ctx, { keyId, parameter }) => ctx.runMutation(sequences.start, { keyId, contactId: parameter("contact") })),
  del("/v1/contacts/{contact}/sequence", "contacts:write", "Stop the follow-up sequence", (ctx, { keyId, parameter }) => ctx.runMutation(sequences.stop, { keyId, contactId: parameter("contact") })),

  get("/v1/notes", "contacts:read", "All notes, newest first", (ctx, call) => ctx.runQuery(timeline.listNotes, { keyId: call.keyId, ...pageOf(call), contactId: null })),
  get("/v1/notes/{note}", "contacts:read", "A note", (ctx, { keyId, parameter }) => ctx.runQuery(timeline.getNote, { keyId, noteId: parameter("note") })),
  patch("/v1/notes/{note}", "contacts:write", "Change a note", (ctx, { keyId, parameter, body }) => ctx.runMutation(timeline.updateNote, { keyId, noteId: parameter("note"), ...parse(body, { body: text }) })),
  del("/v1/notes/{note}", "contacts:write", "Remove a note", (ctx, { keyId, parameter }) => ctx.runMutation(timeline.removeNote, { keyId, noteId: parameter("note") })),

  get("/v1/activities", "contacts:read", "All activities, newest first", (ctx, call) => ctx.runQuery(timeline.listActivities, { keyId: call.keyId, ...pageOf(call), contactId: null })),
  get("/v1/activities/{activity}", "contacts:read", "An activity", (ctx, { keyId, parameter }) => ctx.runQuery(timeline.getActivity, { keyId, activityId: parameter("activity") })),
  del("/v1/activities/{activity}", "contacts:write", "Remove an activity", (ctx, { keyId, parameter }) => ctx.runMutation(timeline.removeActivity, { keyId, activityId: parameter("activity") })),

  get("/v1/search", "contacts:read", "Contacts whose name matches ?q=, best first", (ctx, { keyId, query }) => {
    const text = query.get("q");
    if (text === null || text.trim() === "") throw crmError("INVALID", "What to search for is missing. Send it as ?q=.");
    return ctx.runQuery(functions.search, { keyId, text });
  }),
  get("/v1/export/contacts.csv", "export", "Contacts as a file; X-Next-Cursor says where the next begins", async (ctx, { keyId, query }) => {
    const { data, nextCursor } = await ctx.runMutation(functions.takeOut, { keyId, cursor: query.get("cursor") });
    return csvFile("contacts", ["id", "createdAt", "fullName", "email", "phone", "organisation", "status", "ownerId"], data, nextCursor);
  }),
];
