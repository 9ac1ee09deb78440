/**
 * E-22, E-23: the REST interface as its users meet it: every endpoint that `GET /v1` lists, keys and their scopes, what is
 * refused and how, rate limits, and the signed webhook.
 */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PERMISSIONS } from "../../examples/crm/convex/model/permissions.js";
import { mutationNamed, queryNamed, until } from "../harness.js";
import { actionNamed, CrmDeployment, restAnswer, type Rest, type RestAnswer, type RestBody } from "./deployment.js";

let crm: CrmDeployment;
/** With every scope. */
let rest: Rest;
let listed: readonly { readonly method: string; readonly path: string; readonly scope: string | null }[];
/** Endpoints that were asked, as `GET /v1/contacts/{contact}`. */
const asked = new Set<string>();

beforeAll(async () => {
  crm = await CrmDeployment.start();
  const call = crm.rest(await crm.newKey(PERMISSIONS));
  listed = (await call("GET", "/v1")).body["endpoints"] as typeof listed;
  rest = async (method, path, body) => {
    const endpoint = endpointOf(method, path);
    if (endpoint !== undefined) asked.add(`${method} ${endpoint.path}`);
    return await call(method, path, body);
  };
});
afterAll(async () => await crm?.[Symbol.asyncDispose]());

/** An exact path before one with parameters. */
function endpointOf(method: string, path: string): { readonly path: string } | undefined {
  const pathname = path.split("?")[0]!;
  const ofMethod = listed.filter((endpoint) => endpoint.method === method);
  return ofMethod.find((endpoint) => endpoint.path === pathname) ?? ofMethod.find((endpoint) => new RegExp(`^${endpoint.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(pathname));
}

async function ok(answer: Promise<RestAnswer>, status = 200): Promise<RestBody> {
  const { status: found, text, body } = await answer;
  if (found !== status) throw new Error(`Expected ${status}, got ${found}: ${text}`);
  return body;
}

async function refused(answer: Promise<RestAnswer>, status: number, code: string): Promise<string> {
  const { status: found, body } = await answer;
  expect([found, body.error.code]).toEqual([status, code]);
  return body.error.message;
}

test("E-22 contacts: add, get, list by pages, change, find, export, remove", async () => {
  const contact = await ok(rest("POST", "/v1/contacts", { fullName: "  Ada King  ", email: "ADA@Example.org", organisation: "Engine" }), 201);
  expect(contact).toMatchObject({ fullName: "Ada King", email: "ada@example.org", phone: null, organisation: "Engine", status: "lead" });
  expect(contact["companyId"]).toBeUndefined();
  expect(await ok(rest("GET", `/v1/contacts/${contact.id}`))).toEqual(contact);
  expect(await ok(rest("PATCH", `/v1/contacts/${contact.id}`, { phone: "123", organisation: null }))).toMatchObject({ phone: "123", organisation: null, fullName: "Ada King" });

  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: RestBody = await ok(rest("GET", `/v1/contacts?limit=4${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`));
    expect(page.data.length).toBeLessThanOrEqual(4);
    ids.push(...page.data.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(ids).toHaveLength(15);
  expect(new Set(ids).size).toBe(15);
  expect(ids[0]).toBe(contact.id);

  expect((await ok(rest("GET", "/v1/search?q=ada%20king"))).data[0]).toMatchObject({ id: contact.id });

  const file = await rest("GET", "/v1/export/contacts.csv");
  expect([file.status, file.headers.get("Content-Type"), file.headers.get("X-Next-Cursor")]).toEqual([200, "text/csv; charset=utf-8", null]);
  expect(file.text.split("\r\n")[0]).toBe("id,createdAt,fullName,email,phone,organisation,status,ownerId");
  expect(file.text).toContain(`Ada King,ada@example.org,123,,lead`);

  expect(await ok(rest("DELETE", `/v1/contacts/${contact.id}`))).toEqual({ removed: contact.id });
  await refused(rest("GET", `/v1/contacts/${contact.id}`), 404, "NOT_FOUND");
});

test("E-22 notes and activities of a contact, which go with it", async () => {
  const { id } = await ok(rest("POST", "/v1/contacts", { fullName: "Has notes" }), 201);
  const note = await ok(rest("POST", `/v1/contacts/${id}/notes`, { body: "first" }), 201);
  expect(note).toMatchObject({ contactId: id, authorName: "Tests", body: "first" });
  expect(await ok(rest("PATCH", `/v1/notes/${note.id}`, { body: "second" }))).toMatchObject({ body: "second" });
  expect(await ok(rest("GET", `/v1/notes/${note.id}`))).toMatchObject({ body: "second" });
  expect((await ok(rest("GET", `/v1/contacts/${id}/notes`))).data).toHaveLength(1);
  expect((await ok(rest("GET", "/v1/notes"))).data[0]).toMatchObject({ id: note.id });
  const call = await ok(rest("POST", `/v1/contacts/${id}/activities`, { kind: "call", text: "Spoke for ten minutes" }), 201);
  expect(await ok(rest("GET", `/v1/activities/${call.id}`))).toMatchObject({ kind: "call", actorName: "Tests" });
  expect((await ok(rest("GET", `/v1/contacts/${id}/activities`))).data.map((activity) => activity["kind"])).toEqual(["call", "created"]);
  expect((await ok(rest("GET", "/v1/activities?limit=1"))).data[0]).toMatchObject({ id: call.id });
  await ok(rest("DELETE", `/v1/activities/${call.id}`));
  const other = await ok(rest("POST", `/v1/contacts/${id}/notes`, { body: "other" }), 201);
  await ok(rest("DELETE", `/v1/notes/${other.id}`));
  await ok(rest("DELETE", `/v1/contacts/${id}`));
  await until(async () => (await rest("GET", `/v1/notes/${note.id}`)).status === 404, "the notes to go");
});

test("E-22 deals: open, move, figures, export, remove; a won one makes a customer", async () => {
  const contact = await ok(rest("POST", "/v1/contacts", { fullName: "Buys" }), 201);
  const deal = await ok(rest("POST", "/v1/deals", { contactId: contact.id, title: "=SUM(A1)", valueCents: 12_345 }), 201);
  expect(deal).toMatchObject({ stage: "new", closedAt: null, ownerId: contact["ownerId"] });
  expect(await ok(rest("PATCH", `/v1/deals/${deal.id}`, { valueCents: 20_000 }))).toMatchObject({ valueCents: 20_000 });
  expect(await ok(rest("POST", `/v1/deals/${deal.id}/stage`, { stage: "won" }), 201)).toMatchObject({ stage: "won", closedAt: expect.any(Number) as number });
  expect(await ok(rest("GET", `/v1/contacts/${contact.id}`))).toMatchObject({ status: "customer" });
  expect(await ok(rest("GET", `/v1/deals/${deal.id}`))).toMatchObject({ stage: "won" });
  expect((await ok(rest("GET", `/v1/contacts/${contact.id}/deals`))).data.map(({ id }) => id)).toEqual([deal.id]);
  expect((await ok(rest("GET", "/v1/deals?stage=won"))).data.map(({ id }) => id)).toContain(deal.id);
  expect((await ok(rest("GET", "/v1/deals?stage=new"))).data.map(({ id }) => id)).not.toContain(deal.id);
  const won = ((await ok(rest("GET", "/v1/pipeline")))["stages"] as { stage: string; count: number; valueCents: number }[]).find(({ stage }) => stage === "won");
  expect(won).toEqual({ stage: "won", count: 4, valueCents: 6_810_000 + 20_000 });
  expect(await ok(rest("GET", "/v1/stats"))).toMatchObject({ customers: 4, openTasks: 5 });
  // What a spreadsheet would take for a formula is none.
  expect((await rest("GET", "/v1/export/deals.csv")).text).toContain(",'=SUM(A1),20000,won,");
  await ok(rest("DELETE", `/v1/deals/${deal.id}`));
  await refused(rest("GET", `/v1/deals/${deal.id}`), 404, "NOT_FOUND");
});

test("E-22 tasks: add, change, complete, list by state, remove", async () => {
  const contact = await ok(rest("POST", "/v1/contacts", { fullName: "Has tasks" }), 201);
  const task = await ok(rest("POST", "/v1/tasks", { title: "Call", contactId: contact.id, dueAt: "2030-01-31T09:30:00Z" }), 201);
  expect(task).toMatchObject({ title: "Call", isDone: false, dueAt: Date.UTC(2030, 0, 31, 9, 30) });
  expect(await ok(rest("PATCH", `/v1/tasks/${task.id}`, { title: "Call again", dueAt: null }))).toMatchObject({ title: "Call again", dueAt: null });
  expect((await ok(rest("GET", "/v1/tasks?limit=100"))).data.map(({ id }) => id)).toContain(task.id);
  expect(await ok(rest("POST", `/v1/tasks/${task.id}/complete`), 201)).toMatchObject({ isDone: true });
  expect((await ok(rest("GET", "/v1/tasks?limit=100"))).data.map(({ id }) => id)).not.toContain(task.id);
  expect((await ok(rest("GET", "/v1/tasks?done=yes"))).data.map(({ id }) => id)).toContain(task.id);
  expect((await ok(rest("GET", `/v1/contacts/${contact.id}/tasks`))).data).toHaveLength(1);
  expect(await ok(rest("GET", `/v1/tasks/${task.id}`))).toMatchObject({ isDone: true });
  await ok(rest("DELETE", `/v1/tasks/${task.id}`));
});

test("E-22 teams and members: records follow their owner, a company keeps an owner", async () => {
  const team = await ok(rest("POST", "/v1/teams", { name: "East" }), 201);
  expect(await ok(rest("PATCH", `/v1/teams/${team.id}`, { name: "Far East" }))).toMatchObject({ name: "Far East" });
  expect(await ok(rest("GET", `/v1/teams/${team.id}`))).toMatchObject({ name: "Far East" });
  expect((await ok(rest("GET", "/v1/teams"))).data.map((row) => row["name"])).toEqual(["North", "South", "Far East"]);
  const member = await ok(rest("POST", "/v1/members", { name: "New here", email: "new@ferry.example" }), 201);
  expect(member).toMatchObject({ role: "agent", teamId: null, userId: null });
  await refused(rest("POST", "/v1/members", { name: "New here", email: "NEW@ferry.example" }), 409, "CONFLICT");
  const contact = await ok(rest("POST", "/v1/contacts", { fullName: "Moves along", ownerId: member.id }), 201);
  expect(await ok(rest("PATCH", `/v1/members/${member.id}`, { role: "leader", teamId: team.id }))).toMatchObject({ role: "leader", teamId: team.id });
  expect((await ok(rest("GET", `/v1/teams/${team.id}/members`))).data.map(({ id }) => id)).toEqual([member.id]);
  await until(async () => (await rest("GET", `/v1/contacts/${contact.id}`)).body["teamId"] === team.id, "the contact to follow");
  await ok(rest("DELETE", `/v1/teams/${team.id}`));
  await until(async () => (await rest("GET", `/v1/contacts/${contact.id}`)).body["teamId"] === null, "the contact to be in no team");

  const owner = (await ok(rest("GET", "/v1/members"))).data.find((row) => row["role"] === "owner")!;
  expect(await ok(rest("GET", `/v1/members/${owner.id}`))).toEqual(owner);
  await refused(rest("PATCH", `/v1/members/${owner.id}`, { role: "agent" }), 409, "CONFLICT");
  await refused(rest("DELETE", `/v1/members/${owner.id}?heir=${member.id}`), 409, "CONFLICT");
  await refused(rest("DELETE", `/v1/members/${member.id}`), 400, "INVALID");
  await ok(rest("DELETE", `/v1/members/${member.id}?heir=${owner.id}`));
  await until(async () => (await rest("GET", `/v1/contacts/${contact.id}`)).body["ownerId"] === owner.id, "the contact to go to the heir");
});

test("E-22 keys are stored as hashes, shown once, limited to their scopes, and end when they are revoked", async () => {
  const made = await ok(rest("POST", "/v1/keys", { name: "Reader", scopes: ["contacts:read"] }), 201);
  const key = made["key"] as string;
  expect(key).toMatch(/^ferry_[0-9a-f]{64}$/);
  expect(JSON.stringify((await ok(rest("GET", "/v1/keys"))).data)).not.toContain(key.slice(10, 60));
  expect(await ok(rest("GET", `/v1/keys/${made.id}`))).toMatchObject({ name: "Reader", ending: key.slice(-4), revokedAt: null });
  const reader = crm.rest(key);
  expect((await ok(reader("GET", "/v1/me")))["company"]).toMatchObject({ name: "Landing Stage" });
  expect((await ok(rest("GET", "/v1/me")))["key"]).toMatchObject({ name: "Tests" });
  await ok(reader("GET", "/v1/contacts"));
  expect(await refused(reader("POST", "/v1/contacts", { fullName: "No" }), 403, "NOT_ALLOWED")).toContain('"contacts:write"');
  await refused(reader("POST", "/v1/keys", { name: "More", scopes: ["export"] }), 403, "NOT_ALLOWED");
  const maker = crm.rest((await ok(rest("POST", "/v1/keys", { name: "Maker", scopes: ["keys:write"] }), 201))["key"] as string);
  expect(await refused(maker("POST", "/v1/keys", { name: "More", scopes: ["export"] }), 403, "NOT_ALLOWED")).toContain("no key of yours can");

  expect(await ok(rest("PATCH", `/v1/keys/${made.id}`, { scopes: ["deals:read"], name: "Deals only" }))).toMatchObject({ scopes: ["deals:read"], name: "Deals only" });
  await refused(reader("GET", "/v1/contacts"), 403, "NOT_ALLOWED");
  await ok(reader("GET", "/v1/deals"));
  await refused(rest("DELETE", `/v1/keys/${made.id}`), 409, "CONFLICT");
  await ok(rest("POST", `/v1/keys/${made.id}/revoke`), 201);
  await refused(reader("GET", "/v1/deals"), 401, "UNAUTHORIZED");
  await ok(rest("DELETE", `/v1/keys/${made.id}`));
  const audit = (await ok(rest("GET", "/v1/audit?limit=100"))).data;
  expect(audit.map((event) => event["action"])).toEqual(expect.arrayContaining(["key.created", "key.changed", "key.revoked", "key.removed", "contacts.exported", "member.role"]));
});

test("E-22 a follow-up is started, shown and stopped", async () => {
  const contact = await ok(rest("POST", "/v1/contacts", { fullName: "Followed", email: "followed@leads.example" }), 201);
  await refused(rest("GET", `/v1/contacts/${contact.id}/sequence`), 404, "NOT_FOUND");
  expect(await ok(rest("POST", `/v1/contacts/${contact.id}/sequence`), 201)).toMatchObject({ status: "running" });
  await until(async () => (await ok(rest("GET", "/v1/outbox"))).data.some((mail) => mail["to"] === "followed@leads.example"), "the mail");
  expect(await ok(rest("GET", `/v1/contacts/${contact.id}/sequence`))).toMatchObject({ stepsDone: 1 });
  expect(await ok(rest("DELETE", `/v1/contacts/${contact.id}/sequence`))).toMatchObject({ status: "stopped" });
});

test("E-22 what is refused says the cause and the mend", async () => {
  await refused(crm.rest(null)("GET", "/v1/contacts"), 401, "UNAUTHORIZED");
  for (const key of ["ferry_", "nonsense", `ferry_${"0".repeat(64)}`]) await refused(crm.rest(key)("GET", "/v1/contacts"), 401, "UNAUTHORIZED");
  expect(await refused(rest("GET", "/v1/nothing/here"), 404, "NOT_FOUND")).toContain("GET /v1 lists");
  await refused(rest("GET", "/v1/contacts/none-such"), 404, "NOT_FOUND");
  expect(await refused(rest("POST", "/v1/contacts", "{"), 400, "INVALID")).toContain("not JSON");
  expect(await refused(rest("POST", "/v1/contacts", [1]), 400, "INVALID")).toContain("JSON object");
  expect(await refused(rest("POST", "/v1/contacts", {}), 400, "INVALID")).toBe('"fullName" must be a text.');
  expect(await refused(rest("POST", "/v1/contacts", { fullName: "  " }), 400, "INVALID")).toContain("missing");
  expect(await refused(rest("POST", "/v1/contacts", { fullName: "x".repeat(121) }), 400, "INVALID")).toContain("120");
  expect(await refused(rest("POST", "/v1/contacts", { fullname: "Misspelled" }), 400, "INVALID")).toContain('no field "fullname"');
  expect(await refused(rest("POST", "/v1/contacts", { fullName: "Bad", email: "none" }), 400, "INVALID")).toContain("name@example.org");
  expect(await refused(rest("POST", "/v1/contacts", `{"fullName":"${"x".repeat(70_000)}"}`), 400, "INVALID")).toContain("65536");
  await ok(rest("POST", "/v1/contacts", { fullName: "First", email: "same@example.org" }), 201);
  await refused(rest("POST", "/v1/contacts", { fullName: "Second", email: "SAME@example.org" }), 409, "CONFLICT");
  for (const limit of ["0", "101", "ten", "-1"]) expect(await refused(rest("GET", `/v1/contacts?limit=${limit}`), 400, "INVALID")).toContain("from 1 to 100");
  expect(await refused(rest("GET", "/v1/contacts?cursor=nonsense"), 400, "INVALID")).toContain("nextCursor");
  expect(await refused(rest("GET", "/v1/deals?stage=unknown"), 400, "INVALID")).toContain("one of new, qualified");
  const { id: contactId } = await ok(rest("POST", "/v1/contacts", { fullName: "Deals" }), 201);
  for (const valueCents of [-1, 1.5, 1e12, "100"]) await refused(rest("POST", "/v1/deals", { contactId, title: "Bad", valueCents }), 400, "INVALID");
  await refused(rest("PATCH", `/v1/contacts/${contactId}`, {}), 400, "INVALID");
});

test("E-22 a key calls as often as its rate allows, and is told when it may again", async () => {
  // The next is allowed half a minute after: however slow the machine, not within this test.
  const limited = crm.rest(await crm.newKey(["contacts:read"], 2));
  const answers = await Promise.all(Array.from({ length: 8 }, () => limited("GET", "/v1/contacts?limit=1")));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429, 429, 429, 429]);
  const refusal = answers.find(({ status }) => status === 429)!;
  expect(refusal.body.error.code).toBe("RATE_LIMITED");
  expect(Number(refusal.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
  expect(Number(refusal.headers.get("Retry-After"))).toBeLessThanOrEqual(60);
  // Others have limits of their own.
  await ok(rest("GET", "/v1/contacts?limit=1"));
});

test("E-22 a company's key knows nothing of another company", async () => {
  const { data } = await ok(rest("GET", "/v1/contacts?limit=1"));
  const stranger = await crm.http("newcomer");
  await stranger.mutation(mutationNamed("account:createCompany"), { name: "Other bank" });
  const other = crm.rest((await stranger.action(actionNamed("apiKeys:create"), { name: "Theirs", scopes: PERMISSIONS, ratePerMinute: 600 })) as string);
  expect((await ok(other("GET", "/v1/contacts"))).data).toEqual([]);
  expect((await ok(other("GET", "/v1/teams"))).data).toEqual([]);
  for (const method of ["GET", "DELETE"]) await refused(other(method, `/v1/contacts/${data[0]!.id}`), 404, "NOT_FOUND");
  await refused(other("POST", "/v1/deals", { contactId: data[0]!.id, title: "Theft", valueCents: 1 }), 404, "NOT_FOUND");
  await expect(stranger.query(queryNamed("contacts:get"), { contactId: data[0]!.id })).rejects.toMatchObject({ data: { code: "NOT_FOUND" } });
});

test("E-23 a signed lead becomes a contact once; unsigned, changed, old and repeated ones do not", async () => {
  const owner = await crm.http("owner");
  const secret = (await owner.action(actionNamed("inbox:rotateSecret"), {})) as string;
  const company = ((await ok(rest("GET", "/v1/me")))["company"] as { id: string }).id;
  const lead = JSON.stringify({ fullName: "Web Visitor", email: "visitor@example.org", message: "Call me" });
  const send = async (deliveryId: string, { body = lead, at = Date.now(), key = secret, to = company, sentBody = body }: { body?: string; at?: number; key?: string; to?: string; sentBody?: string } = {}) => {
    const signature = createHmac("sha256", key).update(`${at}.${deliveryId}.${body}`).digest("hex");
    const headers = { "X-Ferry-Timestamp": String(at), "X-Ferry-Delivery": deliveryId, "X-Ferry-Signature": signature };
    return await restAnswer(await fetch(`${crm.server.url}/v1/webhooks/leads/${to}`, { method: "POST", headers, body: sentBody }));
  };
  asked.add("POST /v1/webhooks/leads/{company}");

  const first = await ok(send("d-1"), 201);
  expect(first).toMatchObject({ result: "created" });
  expect(await ok(send("d-1"))).toEqual({ contactId: first["contactId"], result: "duplicate" });
  expect(await ok(send("d-2"))).toEqual({ contactId: first["contactId"], result: "updated" });
  expect(await ok(rest("GET", `/v1/contacts/${String(first["contactId"])}`))).toMatchObject({ fullName: "Web Visitor", status: "lead" });
  const replays = await Promise.all(Array.from({ length: 6 }, () => send("d-3", { body: JSON.stringify({ fullName: "At Once", email: "once@example.org" }) })));
  expect(replays.map(({ body }) => body["result"]).sort()).toEqual(["created", "duplicate", "duplicate", "duplicate", "duplicate", "duplicate"]);

  await refused(send("d-4", { key: "another secret" }), 401, "UNAUTHORIZED");
  await refused(send("d-4", { sentBody: lead.replace("visitor@", "attacker@") }), 401, "UNAUTHORIZED");
  for (const at of [Date.now() - 301_000, Date.now() + 301_000]) expect(await refused(send("d-4", { at }), 401, "UNAUTHORIZED")).toContain("five minutes");
  await refused(send("d-4", { to: "no-such-company" }), 401, "UNAUTHORIZED");
  await refused(send(""), 400, "INVALID");
  await refused(send("d-4", { body: '{"fullName": "No address"}' }), 400, "INVALID");
  await refused(fetch(`${crm.server.url}/v1/webhooks/leads/${company}`, { method: "POST", headers: { "X-Ferry-Delivery": "d-5" }, body: lead }).then(restAnswer), 401, "UNAUTHORIZED");
  const replaced = (await owner.action(actionNamed("inbox:rotateSecret"), {})) as string;
  await refused(send("d-6"), 401, "UNAUTHORIZED");
  await ok(send("d-6", { key: replaced }));
});

test("E-22 more than forty endpoints, and every one of them was asked", async () => {
  expect(listed.length).toBeGreaterThan(40);
  expect(listed.map(({ method, path }) => `${method} ${path}`).filter((endpoint) => !asked.has(endpoint))).toEqual([]);
});
