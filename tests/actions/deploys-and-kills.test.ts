/** Actions while code changes and while the server dies.. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFunctionReference } from "convex/server";
import { expect, test } from "vitest";
import { copyApp, mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";

const waitAtGate = makeFunctionReference<"action">("acts:waitAtGate");

function count(server: TestServer, text: string): Promise<number> {
  return server.http().query(queryNamed("notes:count"), { text }) as Promise<number>;
}

test("A-30 a running action keeps its code over a push, and the next one has the new", async () => {
  await using server = await startServer();
  const folder = await copyApp("actions");
  await server.deploy(folder);
  const running = server.http().action(waitAtGate, { name: "push" });
  await until(async () => (await count(server, "running push")) === 1, "the action to run");
  const file = join(folder, "convex", "acts.ts");
  await writeFile(file, (await readFile(file, "utf8")).replace('VERSION = "first"', 'VERSION = "second"'));
  await server.deploy(folder);
  await server.http().mutation(mutationNamed("notes:openGate"), { name: "push" });
  expect(await running).toBe("first");
  expect(await server.http().action(waitAtGate, { name: "push" })).toBe("second");
});

test("A-11, A-31 what an action had done before a kill stays, and it is not run again", async () => {
  await using server = await startServer();
  await server.deploy("actions");
  const client = server.client();
  const lost = client.action(waitAtGate, { name: "kill" }).then(
    () => "it answered",
    (error: Error) => error.message,
  );
  await until(async () => (await count(server, "running kill")) === 1, "the action to run");
  await server.kill();
  await server.start();
  expect(await lost).toContain("Connection lost while action was in flight");
  await client.mutation(mutationNamed("notes:openGate"), { name: "kill" });
  expect(await client.action(waitAtGate, { name: "kill" })).toBe("first");
  expect(await count(server, "running kill")).toBe(2);
  expect(await count(server, "passed kill")).toBe(1);
});

test("a server that is stopped ends its actions and leaves no thread behind", async () => {
  await using server = await startServer();
  await server.deploy("actions");
  const lost = server.http().action(waitAtGate, { name: "stop" }).catch((error: Error) => error.message);
  await until(async () => (await count(server, "running stop")) === 1, "the action to run");
  expect(await server.stop()).toBe(0);
  expect(await lost).toMatch(/shut down|fetch failed|closed/);
});
