/** What bounds actions: places, time, memory, depth; and that one that dies takes nothing with it.. */
import type { Value } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";

let server: TestServer;
/** With time for many threads to start, one after another, on a busy machine. */
let patient: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--actions-max", "3", "--action-time-max", "3s", "--action-memory-mb-max", "64"] });
  patient = await startServer({ flags: ["--actions-max", "3"] });
  await server.deploy("actions");
  await patient.deploy("actions");
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await patient[Symbol.asyncDispose]();
});

function act(name: string, args: Record<string, Value> = {}, on = server): Promise<unknown> {
  return on.http().action(makeFunctionReference<"action">(name), args);
}

const count = (text: string) => server.http().query(queryNamed("notes:count"), { text }) as Promise<number>;

test("A-20 as many run as there are places, the others wait in their order", async () => {
  const runs = [0, 1, 2, 3].map((n) => act("acts:waitAtGate", { name: `place ${n % 2 === 0 ? "even" : "odd"}` }));
  await until(async () => (await count("running place even")) + (await count("running place odd")) === 3, "three to run");
  expect(await server.metric("rivulet_engine_actions_running")).toBe(3);
  expect(await server.metric("rivulet_engine_actions_waiting")).toBe(1);
  await server.http().mutation(mutationNamed("notes:openGate"), { name: "place even" });
  await server.http().mutation(mutationNamed("notes:openGate"), { name: "place odd" });
  expect(await Promise.all(runs)).toEqual(["first", "first", "first", "first"]);
});

test("A-20 actions that call actions never wait for each other's places", async () => {
  expect(await act("acts:fanOut", { count: 8, text: "fan" }, patient)).toBe(16);
  await Promise.all(Array.from({ length: 6 }, (_, n) => act("acts:fanOut", { count: 3, text: `fans ${n}` }, patient)));
});

test("A-21 an endless loop and a promise that never settles end with the time limit; others go on", async () => {
  const endless = act("acts:endless");
  const never = act("acts:never");
  expect(await act("acts:echo", { value: 1 })).toBe(1);
  await expect(endless).rejects.toThrow("Action execution timed out (maximum duration: 3s)");
  await expect(never).rejects.toThrow("Action execution timed out (maximum duration: 3s)");
  expect(await act("acts:echo", { value: 2 })).toBe(2);
});

test.each(["acts:hoardHeap", "acts:hoardBuffers"])("A-22 %s fails alone", async (name) => {
  const bystander = act("acts:waitAtGate", { name });
  await until(async () => (await count(`running ${name}`)) === 1, "the other to run");
  await expect(act(name)).rejects.toThrow("The action failed: it ran out of memory (limit 64 MB)");
  await server.http().mutation(mutationNamed("notes:openGate"), { name });
  expect(await bystander).toBe("first");
});

test("A-22 what was used and let go does not count", async () => {
  for (let n = 0; n < 3; n++) expect(await act("acts:churnBuffers", {}, patient)).toBe(20);
});

test("A-23 recursion works to a depth, and endless recursion fails", async () => {
  expect(await act("acts:recursion", { depth: 5 }, patient)).toBe(5);
  await expect(act("acts:recursion", { depth: 1000 }, patient)).rejects.toThrow("more than 16 deep");
});

test("A-25 what is left unfinished is stopped and named", async () => {
  const response = await fetch(`${server.url}/api/action`, { method: "POST", body: JSON.stringify({ path: "acts:leavesBehind", args: { text: "left behind" }, format: "json" }), headers: { "Content-Type": "application/json" } });
  const { value, logLines } = (await response.json()) as { value: string; logLines: string[] };
  expect(value).toBe("left");
  expect(logLines).toHaveLength(1);
  expect(logLines[0]).toMatch(/^\[WARN\] '?2 unawaited operations: \[.*\]\. Async operations should be awaited or they might not run/);
});

test("A-25 a rejection that nobody awaits is a line of the log, and ends nothing", async () => {
  const response = await fetch(`${server.url}/api/action`, { method: "POST", body: JSON.stringify({ path: "acts:throwsLater", args: {}, format: "json" }), headers: { "Content-Type": "application/json" } });
  const { value, logLines } = (await response.json()) as { value: string; logLines: string[] };
  expect(value).toBe("fine");
  expect(logLines).toEqual([expect.stringMatching(/^\[ERROR\].*nobody awaits me/)]);
});

test("A-26 nonsense that an action sends to the deployment fails that call alone", async () => {
  const ops = ["actions/query", "actions/mutation", "actions/action", "actions/schedule", "actions/cancel_job", "actions/vectorSearch", "storageGetUrl", "storageGetMetadata", "storageDelete", "createFunctionHandle", "signJwt"];
  const fields = ["name", "functionHandle", "reference", "args", "ts", "id", "storageId", "query", "udfType"];
  const texts = ["{", "null", "7", "[]", "{}", ...[null, 7, {}, "x"].map((value) => JSON.stringify(Object.fromEntries(fields.map((field) => [field, value]))))];
  const answers = (await act("syscalls:callAll", { ops: ops.map((op) => `1.0/${op}`), texts })) as string[];
  expect(answers).toHaveLength(ops.length * texts.length);
  expect(answers.filter((answer) => !answer.startsWith("refused: ") && answer !== "null")).toEqual([]);
  expect(answers[0]).toMatch(/^refused: 1\.0\/actions\/query was called with arguments that it can't take: /);
  expect(server.stderr).not.toContain("The engine died");
});

test("a result over the limit is refused by size", async () => {
  await expect(act("acts:large", { length: 17 * 1024 * 1024 })).rejects.toThrow("The return value of acts:large is too large");
});

test("100 clients at once", async () => {
  const results = await Promise.all(Array.from({ length: 100 }, (_, n) => act("acts:echo", { value: n })));
  expect(results).toEqual(Array.from({ length: 100 }, (_, n) => n));
});
