/** `convex logs`: what runs, while it runs, and what ran before a restart. One server, one app, two watchers. CL-56, CL-57, CL-85 to CL-88, CL-90; RT-5.6. */
import type { Value } from "convex/values";
import { appendFile, readFile, stat } from "node:fs/promises";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, CONVEX_BIN, startServer, until, type TestServer } from "../harness.js";
import { AppFolder } from "./app-folder.js";
import { Gate } from "./gate.js";
import { RunningCommand } from "./running-command.js";

let server: TestServer;
let app: AppFolder;
let gate: Gate;
/** What developers see, and what scripts get. */
let shown: RunningCommand;
let raw: RunningCommand;

beforeAll(async () => {
  [server, app, gate] = await Promise.all([startServer({ flags: ["--http-idle-time-max", "500ms"] }), AppFolder.copyOf("logs"), Gate.open()]);
  await server.deploy("logs");
  await post("/api/query", "notes:quiet");
  shown = watch("--success", "--history", "1");
  raw = watch("--jsonl", "--history", "1");
  await Promise.all([shown.says("Q(notes:quiet)"), raw.says(/^\{/m)]);
});

afterAll(async () => {
  for (const resource of [shown, raw, gate, server, app]) await resource?.[Symbol.asyncDispose]();
});

function watch(...args: readonly string[]): RunningCommand {
  return new RunningCommand(CONVEX_BIN, ["logs", ...args], { folder: app.path, environment: { CONVEX_SELF_HOSTED_URL: server.url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY } });
}

interface Entry {
  readonly kind: "Progress" | "Completion";
  readonly identifier: string;
  readonly requestId: string;
  readonly executionId: string;
  readonly parentExecutionId?: string | null;
  readonly error?: string | null;
  readonly logLines: readonly { readonly messages: readonly string[]; readonly level: string; readonly timestamp: number }[];
}

const entriesOf = (watcher: RunningCommand): Entry[] => watcher.output.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Entry] : []));
const requested = (requestId: string | null): Entry[] => entriesOf(raw).filter((entry) => entry.requestId === requestId);
const linesOf = (entries: readonly Entry[]): string[] => entries.flatMap(({ logLines }) => logLines.map(({ messages }) => messages.join(" ")));

interface Answer {
  readonly requestId: string | null;
  readonly status: string;
  readonly logLines: readonly string[];
  readonly errorMessage?: string;
  readonly errorData?: unknown;
}

async function post(path: string, name: string, args: Record<string, Value> = {}): Promise<Answer> {
  const response = await fetch(server.url + path, { method: "POST", body: JSON.stringify({ path: name, format: "json", args }) });
  return { requestId: response.headers.get("x-request-id"), ...((await response.json()) as Omit<Answer, "requestId">) };
}

const act = (name: string, args: Record<string, Value> = {}): Promise<Answer> => post("/api/action", name, args);
const completed = (requestId: string | null) => until(() => requested(requestId).find(({ kind, parentExecutionId }) => kind === "Completion" && parentExecutionId === null), "the completion");

describe.sequential("convex logs", () => {
  const BEFORE_GATE = ["'before the call'", "'adding' 'called'", "'after the call'", "'waiting'"];

  test.each([
    ["default runtime", "A(acts:report)", () => act("acts:report", { gate: gate.url })],
    ["use node", "A(node:report)", () => act("node:report", { gate: gate.url })],
    ["HTTP actions", "H(GET /report)", async () => ({ requestId: (await fetch(`${server.url}/report?gate=${gate.url}`)).headers.get("x-request-id"), logLines: null })],
  ] as const)("CL-85 shows lines of what runs, each once, in order: %s", async (_runtime, label, run) => {
    const before = shown.output.length;
    const ended = run();
    await shown.says(new RegExp(`\\[CONVEX ${label.replace(/[()]/g, "\\$&")}\\] \\[WARN\\] 'waiting'`));
    await until(() => gate.waiting === 1, "the action to wait");
    expect(shown.output.slice(before)).not.toContain(`${label}] Function executed`);
    gate.letGo();
    const { requestId, logLines } = await ended;
    const completion = await completed(requestId);
    const entries = requested(requestId);
    expect(linesOf(entries)).toEqual([...BEFORE_GATE, "'through the gate'"]);
    // Every entry of the run has its execution's id; the mutation that it called has one of its own, and names it.
    const [called, ...own] = [entries.find(({ identifier }) => identifier === "notes:add")!, ...entries.filter(({ identifier }) => identifier !== "notes:add")];
    expect(new Set(own.map(({ executionId }) => executionId))).toEqual(new Set([completion.executionId]));
    expect(called.parentExecutionId).toBe(completion.executionId);
    expect(own.map(({ kind }) => kind).slice(0, 2)).toEqual(["Progress", "Progress"]);
    if (logLines !== null) expect(logLines).toEqual(["[LOG] 'before the call'", "[LOG] 'after the call'", "[WARN] 'waiting'", "[LOG] 'through the gate'"]);
    await until(() => shown.output.slice(before).includes(`${label}] Function executed in`), "the end to be shown");
    const messages = [...shown.output.slice(before).matchAll(/\] \[(?:LOG|INFO|WARN)\] (.*)$/gm)].map(([, message]) => message);
    expect(messages).toEqual([...BEFORE_GATE, "'through the gate'"]);
  });

  test("CL-87 a flood is cut, with a notice at once and the number at the end", async () => {
    const ended = act("acts:flood", { gate: gate.url, lines: 5000 });
    await shown.says("[ERROR] Log overflow (maximum 256 lines and 262144 characters): what it prints from here on is dropped.");
    await until(() => gate.waiting === 1, "the action to wait");
    gate.letGo();
    const { requestId, logLines } = await ended;
    const dropped = "Log overflow (maximum 256 lines and 262144 characters): 4744 more lines were dropped.";
    expect([logLines.length, logLines[255], logLines.at(-1)]).toEqual([257, "[LOG] 255", `[ERROR] ${dropped}`]);
    await completed(requestId);
    const lines = linesOf(requested(requestId));
    expect(lines.slice(0, 256)).toEqual(Array.from({ length: 256 }, (_, i) => String(i)));
    expect(lines.slice(256)).toEqual(["Log overflow (maximum 256 lines and 262144 characters): what it prints from here on is dropped.", dropped]);
  });

  test.each([
    ["acts:hoard", "it ran out of memory"],
    ["node:kill", "SIGKILL"],
  ])("CL-86 what %s printed before it was killed is there", async (name, cause) => {
    const { requestId, errorMessage, logLines } = await act(name);
    expect(errorMessage).toContain(cause);
    expect(logLines).toEqual(["[LOG] 'before the end'"]);
    expect((await completed(requestId)).error).toContain(cause);
    expect(linesOf(requested(requestId))).toEqual(["'before the end'"]);
  });

  describe("RT-5.6 the error of a function that an action called is told once, with its data", () => {
    const expected = (file: string) => new RegExp(String.raw`^Uncaught ConvexError: \{"code":"FULL","free":"0n"\}\n {4}at handler \(\.\./convex/notes\.ts:\d+:\d+\)\n(?: {4}at .*\n)*? {4}at async \S+ \(\.\./convex/${file}\.ts:\d+:\d+\)`);

    test.each([["acts:relay", "acts"], ["acts:relayTwice", "acts"], ["node:relay", "node"]])("%s", async (name, file) => {
      const { requestId, errorMessage, errorData } = await act(name);
      const [header, ...rest] = errorMessage!.split("\n");
      expect(header).toBe(`[Request ID: ${requestId}] Server Error`);
      expect(rest.join("\n")).toMatch(expected(file));
      expect(errorMessage!.split("Uncaught")).toHaveLength(2);
      expect(errorData).toEqual({ code: "FULL", free: "0" });
      expect((await completed(requestId)).error).toBe(rest.join("\n"));
    });

    test("an HTTP action", async () => {
      const response = await fetch(`${server.url}/relay`, { method: "POST" });
      const { message, errorData } = (await response.json()) as { message: string; errorData: unknown };
      expect(message.split("\n").slice(1).join("\n")).toMatch(expected("http"));
      expect(errorData).toEqual({ code: "FULL", free: { $integer: "AAAAAAAAAAA=" } });
      await shown.says(/H\(POST \/relay\)\] Uncaught ConvexError: \{/);
      expect(shown.output).not.toContain("Uncaught ConvexError: Uncaught");
    });
  });

  test("HA-27 an HTTP action whose client falls silent in the middle of a long body fails, and the log says why", async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write("POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    await once(socket.resume(), "close");
    await shown.says(/H\(POST \/read\)\] Uncaught .*The client closed the connection before the body was complete\./);
  });

  test("CL-88, CL-90 the history outlives a restart and kill -9, and whoever watches goes on", async () => {
    const log = join(server.dataFolder, "logs", "functions.jsonl");
    const { requestId } = await post("/api/mutation", "notes:add", { text: "before the kill" });
    await until(async () => (await readFile(log, "utf8")).includes(requestId!), "the history to be written");
    expect((await stat(log)).mode & 0o777).toBe(0o600);
    await until(() => requested(requestId).length === 1, "the watcher to have it");
    await server.kill();
    await appendFile(log, '{"cursor":1795');
    await server.start();
    const after = await post("/api/mutation", "notes:add", { text: "after the kill" });
    await until(() => requested(after.requestId).length === 1, "the watcher to go on");
    await server.stop();
    await server.start();
    await post("/api/query", "notes:quiet");
    await using history = watch("--history", "3", "--success");
    await history.says("Q(notes:quiet)] Function executed in");
    const lines = history.output.split("\n").flatMap((line) => /\[CONVEX (.*)$/.exec(line)?.[1] ?? []);
    expect(lines.map((line) => line.replace(/\d+ ms/, "… ms"))).toEqual([
      "M(notes:add)] [INFO] 'adding' 'before the kill'",
      "M(notes:add)] Function executed in … ms",
      "M(notes:add)] [INFO] 'adding' 'after the kill'",
      "M(notes:add)] Function executed in … ms",
      "Q(notes:quiet)] Function executed in … ms",
    ]);
    await until(() => entriesOf(raw).at(-1)?.identifier === "notes:quiet", "the watcher to have the last");
    const seen = entriesOf(raw).map(({ executionId, kind, logLines }) => JSON.stringify([executionId, kind, logLines]));
    expect(new Set(seen).size).toBe(seen.length);
  });
});
