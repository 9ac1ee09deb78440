/** Actions of Node when their server ends, starts again, or has lost their files. NA-16 to NA-19. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFunctionReference } from "convex/server";
import { expect, test } from "vitest";
import { copyApp, mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { isAlive } from "./processes.js";

const waitAtGate = makeFunctionReference<"action">("acts:waitAtGate");
const loop = makeFunctionReference<"action">("ends:loop");
const pidOf = makeFunctionReference<"action">("acts:pid");
const packages = makeFunctionReference<"action">("packages:all");

const count = (server: TestServer, text: string) => server.http().query(queryNamed("notes:count"), { text }) as Promise<number>;

async function pidsIn(server: TestServer, prefix: string): Promise<number[]> {
  const texts = (await server.http().query(queryNamed("notes:beginningWith"), { prefix })) as string[];
  return texts.map((text) => Number(text.slice(prefix.length + 1)));
}

test("NA-16 no process outlives a server that is killed, not even one in an endless loop", async () => {
  await using server = await startServer();
  await server.deploy("node-actions");
  const idle = (await server.http().action(pidOf, {})) as number;
  const lost = server.http().action(loop, {}).catch((error: Error) => error.message);
  const [looping] = await until(async () => {
    const pids = await pidsIn(server, "pid");
    return pids.length === 1 ? pids : null;
  }, "the loop to run");
  expect([isAlive(idle), isAlive(looping!)]).toEqual([true, true]);
  await server.kill();
  expect(await lost).toContain("fetch failed");
  await until(() => !isAlive(idle) && !isAlive(looping!), "both processes to end");
});

test("NA-16 a server that is stopped ends its actions", async () => {
  await using server = await startServer();
  await server.deploy("node-actions");
  const lost = server.http().action(waitAtGate, { name: "stop" }).catch((error: Error) => error.message);
  await until(async () => (await count(server, "running stop")) === 1, "the action to run");
  const pid = await server.http().action(pidOf, {});
  expect(await server.stop()).toBe(0);
  expect(await lost).toMatch(/shut down|fetch failed|closed/);
  await until(() => !isAlive(pid as number), "its process to end");
});

test("NA-17 a running action keeps its code over a push, and the next one has the new", async () => {
  await using server = await startServer();
  const folder = await copyApp("node-actions");
  await server.deploy(folder);
  const running = server.http().action(waitAtGate, { name: "push" });
  await until(async () => (await count(server, "running push")) === 1, "the action to run");
  await writeFile(join(folder, "convex", "version.ts"), `"use node";\nimport { action } from "./_generated/server";\nexport const version = action({ args: {}, handler: async () => "second" });\n`);
  await server.deploy(folder);
  expect(await server.http().action(makeFunctionReference<"action">("version:version"), {})).toBe("second");
  await server.http().mutation(mutationNamed("notes:openGate"), { name: "push" });
  expect(await running).toEqual(expect.any(Number));
});

test("NA-18 the code runs after a restart, also where half of something was left in its folder", async () => {
  await using server = await startServer();
  await server.deploy("node-actions");
  await server.kill();
  const folder = join(server.dataFolder, "node");
  await mkdir(join(folder, "new-half", "node_modules"), { recursive: true });
  await server.start();
  expect(await server.http().action(packages, { text: "1s" })).toMatchObject({ ms: 1000 });
  await until(async () => !(await readdir(folder)).includes("new-half"), "the half folder to be removed");
});

test("NA-19 files that were lost are made again, packages included", async () => {
  await using server = await startServer();
  await server.deploy("node-actions");
  await server.stop();
  await rm(join(server.dataFolder, "node"), { recursive: true });
  await server.start();
  const result = await until(() => server.http().action(packages, { text: "1s" }).catch(() => null), "the packages to be installed");
  expect(result).toMatchObject({ ms: 1000, equal: true });
});
