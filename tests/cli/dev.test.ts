/** `rivulet dev` as a developer lives with it, with the app's own public command line. SV-14 to SV-19. */
import { join } from "node:path";
import { makeFunctionReference } from "convex/server";
import { ConvexClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BIN, run, runConvex, until } from "../harness.js";
import { TcpProxy } from "../sync/tcp-proxy.js";
import { Watch } from "../sync/watch.js";
import { AppFolder } from "./app-folder.js";
import { descendantsOf, isRunning, RunningCommand } from "./running-command.js";

interface Message {
  readonly user: string;
  readonly body: string;
}

const CHAT = "convex/chat.ts";
const getMessages = makeFunctionReference<"query", Record<string, never>, readonly Message[]>("chat:getMessages");
const sendMessage = makeFunctionReference<"mutation", { user: string; body: string }, null>("chat:sendMessage");

let app: AppFolder;
let dev: RunningCommand;

beforeAll(async () => {
  app = await AppFolder.copyOf("tutorial");
  dev = startDev();
  await dev.says("Convex functions ready!");
});

afterAll(async () => {
  await dev?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
});

/** On a port of its own: others on this machine may have the usual one. The choice is remembered by the app. */
function startDev(): RunningCommand {
  return new RunningCommand(BIN, ["dev"], { folder: app.path });
}

async function variable(name: string): Promise<string> {
  const [, value] = new RegExp(`^${name}='?([^'\n]*)`, "m").exec(await app.read(".env.local")) ?? [];
  if (value === undefined) throw new Error(`No ${name} in .env.local`);
  return value;
}

describe.sequential("rivulet dev", () => {
  test("SV-14 the app's command line works in its folder with nothing set", async () => {
    const sent = await runConvex(app.path, ["run", "chat:sendMessage", '{"user": "Ada", "body": "Hello"}'], {});
    expect(sent).toMatchObject({ code: 0 });
    const { output } = await runConvex(app.path, ["run", "chat:getMessages"], {});
    expect((JSON.parse(output) as Message[]).map(({ body }) => body)).toEqual(["Hello"]);
    await dev.says("[CONVEX M(chat:sendMessage)] [LOG] 'A message arrived on the server.'");
  });

  test("SV-15 a saved change reaches a client over the connection that it has; a bad one is shown and changes nothing", async () => {
    await using proxy = await TcpProxy.to(await variable("CONVEX_URL"));
    const client = new ConvexClient(proxy.url, { logger: false });
    const watch = Watch.on(client, getMessages, {});
    await watch.value();
    const undo = await app.edit(CHAT, "messages.reverse()", "messages.revers()");
    await dev.says(/error TS\d+: Property 'revers' does not exist/);
    expect(watch.said).toHaveLength(1);
    await undo();
    await app.edit(CHAT, "messages.reverse()", "messages.reverse().map(({ user, body }) => ({ user, body: `${body}!` }))");
    expect(await watch.value((list) => list[0]?.body === "Hello!")).toEqual([{ user: "Ada", body: "Hello!" }]);
    expect(proxy.connections).toBe(1);
    await client.close();
  });

  test("SV-16 a second one in the same folder is refused, by the name of the first", async () => {
    const { code, output } = await run(process.execPath, [BIN, "dev"], app.path);
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(`${join(app.path, ".rivulet")} is in use by process ${dev.pid}`) as string });
  });

  test("SV-17 an interrupt ends everything that it started, with exit code 0; the next one has the data, the address and the key", async () => {
    const before = await app.read(".env.local");
    const family = [dev.pid, ...descendantsOf(dev.pid)];
    expect(await dev.end("SIGINT")).toBe(0);
    await until(() => !family.some(isRunning), "every process to be gone");
    dev = startDev();
    await dev.says("Convex functions ready!");
    expect(await app.read(".env.local")).toBe(before);
    const client = new ConvexClient(await variable("CONVEX_URL"), { logger: false });
    await client.mutation(sendMessage, { user: "Grace", body: "Again" });
    expect((await client.query(getMessages, {})).map(({ body }) => body)).toEqual(["Hello!", "Again!"]);
    await client.close();
    expect(await dev.end("SIGINT")).toBe(0);
  });

  test("SV-18 --once ends with the exit code of the push", async () => {
    const pushed = await run(process.execPath, [BIN, "dev", "--once"], app.path);
    expect({ code: pushed.code, output: pushed.output }).toEqual({ code: 0, output: expect.stringContaining("Convex functions ready!") as string });
    const undo = await app.edit(CHAT, "export const getMessages = query({", "export const getMessages = query({{");
    const refused = await run(process.execPath, [BIN, "dev", "--once"], app.path);
    await undo();
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/\[convex\] +convex\/chat\.ts:\d+:\d+:/);
  });

  test("SV-19 what follows -- reaches the app's command line", async () => {
    const undo = await app.edit(CHAT, "messages.reverse()", "messages.revers()");
    const unchecked = await run(process.execPath, [BIN, "dev", "--once", "--", "--typecheck", "disable"], app.path);
    await undo();
    expect(unchecked).toMatchObject({ code: 0 });
  });
});
