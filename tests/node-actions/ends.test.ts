/** What ends actions of Node, and that it ends nothing else. NA-10 to NA-19. */
import { type Value } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { isAlive } from "./processes.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--node-action-memory-mb-max", "96", "--action-time-max", "4s"] });
  await server.deploy("node-actions");
});

afterAll(() => server[Symbol.asyncDispose]());

function act(name: string, args: Record<string, Value> = {}): Promise<unknown> {
  return server.http().action(makeFunctionReference<"action">(name), args);
}

const count = (text: string) => server.http().query(queryNamed("notes:count"), { text }) as Promise<number>;

/** The number that an action has written with a note. */
async function numberIn(prefix: string): Promise<number> {
  const texts = (await server.http().query(queryNamed("notes:beginningWith"), { prefix })) as string[];
  return Number(texts[0]?.slice(prefix.length + 1) ?? Number.NaN);
}

async function untilRunning(gate: string): Promise<void> {
  await until(async () => (await count(`running ${gate}`)) === 1, "the action to run");
}

describe("NA-10 an action that ends its process fails alone", () => {
  test.each([
    ["exit", { code: 3 }, "The action failed: it called process.exit(3). What it had done until then stays done."],
    ["exit", { code: 0 }, "it called process.exit(0)"],
    ["abort", {}, "it called process.abort(), or crashed (SIGABRT)"],
    ["hoard", {}, "it ran out of memory (limit 96 MB)"],
  ])("%s %j", async (name, args, cause) => {
    const gate = `${name} ${JSON.stringify(args)}`;
    const bystander = act("acts:waitAtGate", { name: gate });
    await untilRunning(gate);
    await expect(act(`ends:${name}`, args)).rejects.toThrow(cause);
    await server.http().mutation(mutationNamed("notes:openGate"), { name: gate });
    expect(await bystander).toEqual(expect.any(Number));
    expect(await act("acts:echo", { value: 1 })).toBe(1);
  });
});

test("NA-11 an endless loop ends with the time limit", async () => {
  await expect(act("ends:loop")).rejects.toThrow("Action execution timed out (maximum duration: 4s)");
  const pid = await numberIn("pid");
  await until(() => !isAlive(pid), "its process to end");
});

test("NA-15 what an action has started ends with it", async () => {
  await expect(act("ends:leavesChild")).rejects.toThrow("Action execution timed out");
  const pid = await numberIn("child");
  await until(() => !isAlive(pid), "the child to end");
});

test("NA-12, NA-13 a process in which something was left behind is not used again", async () => {
  const pid = (await act("ends:leavesTimer")) as number;
  await until(() => !isAlive(pid), "its process to end");
  expect(await act("acts:pid")).not.toBe(pid);
});

test("NA-14 what nothing catches fails the action at once", async () => {
  await expect(act("ends:rejects")).rejects.toThrow("Uncaught Error: nobody awaits it\n    at handler (../convex/ends.ts:");
  await expect(act("ends:throwsLater")).rejects.toThrow("Uncaught Error: from a timer\n    at ");
});

test("NA-1 processes are used again, also when the first thing that one does is to fetch", async () => {
  const fetches = () => act("ends:fetches", { url: `${server.url}/version` });
  const pid = await fetches();
  expect([await fetches(), await act("acts:pid")]).toEqual([pid, pid]);
});
