/** Endpoints of deals and tasks. */
import { internal } from "../../_generated/api";
import { STAGES } from "../../model/stages";
import { csvFile } from "../csv";
import { del, get, pageOf, patch, post } from "../endpoint";
import type { Endpoint } from "../endpoint";
import { oneOf, optional, parse, parseChanges, text, time, trueOrFalse, wholeNumber, withDefault } from "../fields";

const stage = oneOf(STAGES);
const deals = internal.rest.deals;
const tasks = internal.rest.tasks;

export const dealEndpoints: readonly Endpoint[] = [
  get("/v1/deals", "deals:read", "Deals, newest first; ?stage= for one stage", (ctx, call) => ctx.runQuery(deals.list, { keyId: call.keyId, ...pageOf(call), stage: optional(stage)(call.query.get("stage"), "stage") })),
  post("/v1/deals", "deals:write", "Open a deal", (ctx, { keyId, body }) => {
    const input = parse(body, { contactId: text, title: text, valueCents: wholeNumber, stage: withDefault(stage, "new"), ownerId: optional(text) });
    return ctx.runMutation(deals.create, { keyId, ...input });
  }),
  get("/v1/deals/{deal}", "deals:read", "A deal", (ctx, { keyId, parameter }) => ctx.runQuery(deals.get, { keyId, dealId: parameter("deal") })),
  patch("/v1/deals/{deal}", "deals:write", "Change a deal", (ctx, { keyId, parameter, body }) => {
    const changes = parseChanges(body, { title: text, valueCents: wholeNumber, stage, ownerId: text });
    return ctx.runMutation(deals.update, { keyId, dealId: parameter("deal"), changes });
  }),
  del("/v1/deals/{deal}", "deals:write", "Remove a deal", (ctx, { keyId, parameter }) => ctx.runMutation(deals.remove, { keyId, dealId: parameter("deal") })),
  post("/v1/deals/{deal}/stage", "deals:write", "Move a deal to another stage", (ctx, { keyId, parameter, body }) => ctx.runMutation(deals.update, { keyId, dealId: parameter("deal"), changes: parse(body, { stage }) })),
  get("/v1/pipeline", "deals:read", "How many deals each stage has, and what they are worth", (ctx, { keyId }) => ctx.runQuery(deals.figures, { keyId })),
  get("/v1/export/deals.csv", "export", "Deals as a file; X-Next-Cursor says where the next begins", async (ctx, { keyId, query }) => {
    const { data, nextCursor } = await ctx.runMutation(deals.takeOut, { keyId, cursor: query.get("cursor") });
    return csvFile("deals", ["id", "createdAt", "title", "valueCents", "stage", "contactId", "ownerId"], data, nextCursor);
  }),

  get("/v1/tasks", "tasks:read", "Open tasks by when they are due; ?done=yes for those that are done", (ctx, call) =>
    ctx.runQuery(tasks.list, { keyId: call.keyId, ...pageOf(call), isDone: (optional(oneOf(["yes", "no"]))(call.query.get("done"), "done") ?? "no") === "yes" }),
  ),
  post("/v1/tasks", "tasks:write", "Add a task", (ctx, { keyId, body }) =>
    ctx.runMutation(tasks.create, { keyId, ...parse(body, { title: text, contactId: optional(text), dueAt: optional(time), ownerId: optional(text) }) }),
  ),
  get("/v1/tasks/{task}", "tasks:read", "A task", (ctx, { keyId, parameter }) => ctx.runQuery(tasks.get, { keyId, taskId: parameter("task") })),
  patch("/v1/tasks/{task}", "tasks:write", "Change a task", (ctx, { keyId, parameter, body }) =>
    ctx.runMutation(tasks.update, { keyId, taskId: parameter("task"), changes: parseChanges(body, { title: text, dueAt: optional(time), isDone: trueOrFalse, ownerId: text }) }),
  ),
  del("/v1/tasks/{task}", "tasks:write", "Remove a task", (ctx, { keyId, parameter }) => ctx.runMutation(tasks.remove, { keyId, taskId: parameter("task") })),
  post("/v1/tasks/{task}/complete", "tasks:write", "Mark a task as done", (ctx, { keyId, parameter }) => ctx.runMutation(tasks.update, { keyId, taskId: parameter("task"), changes: { isDone: true } })),
];
