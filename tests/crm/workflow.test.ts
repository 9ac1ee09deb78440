/**
 * E-24: the follow-up of a new lead waits for days. In between the server is killed and the app is pushed anew, changed; each
 * step is done once. The server's clock is moved, the rest is as it is in life.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CRM } from "../browser/pages.js";
import { copyApp, until } from "../harness.js";
import { CRM_PACKAGES, CrmDeployment, type Rest, type RestBody } from "./deployment.js";

const DAY_MS = 86_400_000;

let crm: CrmDeployment;
let rest: Rest;

beforeAll(async () => {
  crm = await CrmDeployment.start({ flags: ["--test-clock", "yes"] });
  rest = crm.rest(await crm.newKey(["contacts:read", "contacts:write", "tasks:read", "deals:read", "deals:write"]));
});
afterAll(async () => await crm?.[Symbol.asyncDispose]());

async function newLead(fullName: string): Promise<string> {
  const { status, body } = await rest("POST", "/v1/contacts", { fullName, email: `${fullName.toLowerCase().replaceAll(" ", ".")}@leads.example` });
  expect(status).toBe(201);
  return body.id;
}

async function start(contactId: string): Promise<void> {
  expect((await rest("POST", `/v1/contacts/${contactId}/sequence`)).status).toBe(201);
}

async function sequenceOf(contactId: string): Promise<RestBody> {
  return (await rest("GET", `/v1/contacts/${contactId}/sequence`)).body;
}

interface Step {
  readonly name: string;
  readonly completedAt: number | null;
  readonly result: string | null;
}

/** The steps of its workflow that have begun. */
async function stepsOf(contactId: string): Promise<readonly Step[]> {
  return (await sequenceOf(contactId))["steps"] as readonly Step[];
}

/** Waits until a mail is sent and the workflow waits for days. What is under way before is another test's. */
async function sleepsAfter(contactId: string, mails: number): Promise<void> {
  await until(async () => {
    const { stepsDone } = await sequenceOf(contactId);
    const last = (await stepsOf(contactId)).at(-1);
    return stepsDone === mails && last?.name === "sleep" && last.completedAt === null;
  }, `mail ${mails} of the follow-up and the wait after it`);
}

/** Subjects of the mails to a contact, oldest first. */
async function mailsTo(contactId: string): Promise<unknown[]> {
  const { data } = (await rest("GET", "/v1/outbox?limit=100")).body;
  return data.filter((mail) => mail["contactId"] === contactId).map((mail) => mail["subject"]).reverse();
}

async function tasksOf(contactId: string): Promise<unknown[]> {
  return (await rest("GET", `/v1/contacts/${contactId}/tasks`)).body.data.map((task) => task["title"]);
}

/** The app with another text in its second mail and one function more, pushed as its developer would. */
async function deployChanged(): Promise<void> {
  const folder = await copyApp(CRM, CRM_PACKAGES);
  try {
    const texts = join(folder, "convex", "model", "followUp.ts");
    await writeFile(texts, (await readFile(texts, "utf8")).replace("Any questions, {name}?", "Still interested, {name}?"));
    await writeFile(join(folder, "convex", "added.ts"), 'import { query } from "./_generated/server";\nexport const ping = query({ args: {}, handler: async () => "pong" });\n');
    const result = await crm.server.convex(folder, ["deploy", "--typecheck", "disable", "--yes"]);
    if (result.code !== 0) throw new Error(result.output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("E-24 mail, three days, mail, four days, a call: over kills and a deploy in between no step runs twice", { timeout: 120_000 }, async () => {
  const contactId = await newLead("Mary Shelley");
  await start(contactId);
  await sleepsAfter(contactId, 1);
  expect(await mailsTo(contactId)).toEqual(["Good to meet you, Mary Shelley"]);

  await crm.server.kill();
  await crm.server.start();
  await crm.server.advanceClock(2 * DAY_MS);
  expect(await sequenceOf(contactId)).toMatchObject({ status: "running", stepsDone: 1 });

  await deployChanged();
  await crm.server.kill();
  await crm.server.start();
  await crm.server.advanceClock(DAY_MS + 60_000);
  await sleepsAfter(contactId, 2);
  expect(await mailsTo(contactId)).toEqual(["Good to meet you, Mary Shelley", "Still interested, Mary Shelley?"]);

  await crm.server.kill();
  await crm.server.start();
  await crm.server.advanceClock(4 * DAY_MS + 60_000);
  await until(async () => (await sequenceOf(contactId))["status"] === "finished", "the follow-up to end");
  expect(await sequenceOf(contactId)).toMatchObject({ stepsDone: 3, nextAt: null });
  expect(await mailsTo(contactId)).toHaveLength(2);
  expect(await tasksOf(contactId)).toEqual(["Call Mary Shelley"]);
  const steps = await stepsOf(contactId);
  expect(steps.map(({ name }) => name)).toEqual(["mail:send", "sleep", "sequences:isWanted", "mail:send", "sleep", "sequences:isWanted", "sequences:askForCall"]);
  expect(steps.every(({ result }) => result === "success")).toBe(true);
});

test("E-24 killed at any moment of its first step, each of eight sends its mail once", { timeout: 120_000 }, async () => {
  const contactIds = await Promise.all(Array.from({ length: 8 }, (_, index) => newLead(`Lead Number${index}`)));
  const mailsOfAll = async () => (await rest("GET", "/v1/outbox?limit=100")).body.data.map((mail) => String(mail["contactId"])).filter((id) => contactIds.includes(id));
  await Promise.all(contactIds.map(start));
  // In the middle: some have sent, some are about to.
  await until(async () => (await mailsOfAll()).length > 0, "the first mail");
  await crm.server.kill();
  await crm.server.start();
  // An action that was cut off is tried again some minutes later.
  await crm.server.advanceClock(3_600_000);
  await until(async () => (await mailsOfAll()).length >= contactIds.length, "all mails to be sent", 40_000);
  await Promise.all(contactIds.map((contactId) => sleepsAfter(contactId, 1)));
  expect((await mailsOfAll()).sort()).toEqual([...contactIds].sort());
});

test("E-24 a follow-up ends when it is stopped, or when the lead has become a customer", async () => {
  const [stopped, won] = [await newLead("Anne Lister"), await newLead("Jane Austen")];
  await Promise.all([start(stopped), start(won)]);
  await Promise.all([sleepsAfter(stopped, 1), sleepsAfter(won, 1)]);
  expect((await rest("POST", `/v1/contacts/${stopped}/sequence`)).body.error.code).toBe("CONFLICT");
  expect((await rest("DELETE", `/v1/contacts/${stopped}/sequence`)).body["status"]).toBe("stopped");
  const deal = await rest("POST", "/v1/deals", { contactId: won, title: "Novels", valueCents: 100 });
  expect((await rest("POST", `/v1/deals/${deal.body.id}/stage`, { stage: "won" })).status).toBe(201);
  await crm.server.advanceClock(3 * DAY_MS + 60_000);
  await until(async () => (await sequenceOf(won))["status"] === "finished", "the follow-up of the customer to end");
  expect(await mailsTo(won)).toHaveLength(1);
  expect(await mailsTo(stopped)).toHaveLength(1);
  expect(await sequenceOf(stopped)).toMatchObject({ status: "stopped", stepsDone: 1, nextAt: null });
});
