import { afterEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { DEATHS_IN_ROW_MAX, EngineHost, SHUTDOWN_MS_MAX, type EngineEvents } from "./engine-host.js";
import type { EngineCall, EngineReply } from "./engine-messages.js";
import { FAKE_ENGINE, startTestServer } from "./network/testing/test-server.suite.js";
import { engineLimits, readSettings } from "./settings.js";

const limits = { ...engineLimits(readSettings({}, {})), heapMbMax: 32 };
const hosts: EngineHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

function createHost(instanceName = "rivulet") {
  const events = {
    onSend: vi.fn<EngineEvents["onSend"]>(),
    onClose: vi.fn<EngineEvents["onClose"]>(),
    onBatchEnd: vi.fn<EngineEvents["onBatchEnd"]>(),
    onFilesDeleted: vi.fn<EngineEvents["onFilesDeleted"]>(),
    onLogEvents: vi.fn<EngineEvents["onLogEvents"]>(),
    onLog: vi.fn<EngineEvents["onLog"]>(),
    onDeath: vi.fn<EngineEvents["onDeath"]>(),
    onFailed: vi.fn<EngineEvents["onFailed"]>(),
  };
  const host = new EngineHost({
    engine: { dataFolder: "", filesFolder: null, cloudOrigin: "", siteOrigin: "", internalOrigin: "", instanceName, redactErrors: false, limits, logRetention: { ageMsMax: 1, ageMsMin: 1, bytesMax: 1 } },
    events,
    workerUrl: FAKE_ENGINE,
    restartDelayMs: () => 0,
  });
  hosts.push(host);
  return { host, events };
}

function run(path: string, args = "{}"): EngineCall {
  return { kind: "runFunction", functionKind: "mutation", path, componentPath: "", args, credentials: { type: "none" }, atTs: null, client: { ip: null, userAgent: null }, requestId: "0123456789abcdef" };
}

function errorMessage(reply: EngineReply): string {
  if (reply.ok || reply.failure !== "function") throw new Error(`Not a function's failure: ${JSON.stringify(reply)}`);
  return (JSON.parse(reply.body) as { errorMessage: string }).errorMessage;
}

async function callWhenRunning(host: EngineHost, call: EngineCall): Promise<EngineReply> {
  await vi.waitFor(() => expect(host.isRunning).toBe(true));
  return host.call(call);
}

describe("an engine that lives", () => {
  test("answers calls in any number", async () => {
    const { host } = createHost();
    await host.start();
    const replies = await Promise.all(Array.from({ length: 100 }, (_, n) => host.call(run("test:call", `{"n":${n}}`))));
    const args = replies.map((reply) => (reply.ok ? (JSON.parse(reply.body) as { value: { args: string } }).value.args : ""));
    expect(args).toEqual(Array.from({ length: 100 }, (_, n) => `{"n":${n}}`));
  });

  test("what is posted in one turn arrives in its order, in one batch each way", async () => {
    const { host, events } = createHost();
    await host.start();
    events.onBatchEnd.mockClear();
    for (const text of ["a", "b", "c"]) host.post({ type: "frame", socket: 5, text: JSON.stringify({ send: [text] }) });
    await vi.waitFor(() => expect(events.onSend.mock.calls).toEqual([[5, "a"], [5, "b"], [5, "c"]]));
    expect(events.onBatchEnd).toHaveBeenCalledTimes(1);
  });

  test("H-54: a thread is ready only when the folder is there", async () => {
    const { host } = createHost();
    let folderIsThere = false;
    let openFolder: () => void = () => {};
    const folder = new Promise<void>((resolve) => (openFolder = resolve));
    const started = host.start(folder).then(() => folderIsThere);
    // Another thread, started later, is ready: this one would be too.
    await createHost().host.start();
    folderIsThere = true;
    openFolder();
    expect(await started).toBe(true);
  });

  test("H-54: without the folder the start fails with its reason, and the thread ends at once by itself", async () => {
    const { host, events } = createHost();
    await expect(host.start(Promise.reject(new Error("in use by process 7")))).rejects.toThrow("in use by process 7");
    const startMs = performance.now();
    await host.stop();
    expect(performance.now() - startMs).toBeLessThan(SHUTDOWN_MS_MAX);
    expect(events.onDeath).not.toHaveBeenCalled();
  });

  test("H-50: a start that fails rejects with the engine's error and is not tried again", async () => {
    const { host, events } = createHost("fails-to-start");
    await expect(host.start()).rejects.toThrow("The data folder is not readable");
    expect(host.isRunning).toBe(false);
    expect(events.onDeath).not.toHaveBeenCalled();
  });

  test("calls after stop() are refused", async () => {
    const { host } = createHost();
    await host.start();
    await host.stop();
    expect(await host.call(run("test:call"))).toMatchObject({ ok: false, failure: "request", status: 503 });
  });
});

describe("an engine that dies", () => {
  test("H-51: of memory: the culprit's call gets a function's failure that names the limit, others may be retried", async () => {
    const { host, events } = createHost();
    await host.start();
    const other = host.call(run("test:hang"));
    const culprit = host.call(run("test:memory"));
    expect(errorMessage(await culprit)).toBe("[Request ID: 0123456789abcdef] Server Error\ntest:memory ran out of memory (limit 32 MB).");
    expect(await other).toMatchObject({ ok: false, failure: "request", status: 503, code: "InternalServerError" });
    expect(events.onDeath.mock.calls).toEqual([["InternalServerError: the engine restarted"]]);
  });

  test("H-52: the next engine refuses the culprit with those arguments, and nothing else", async () => {
    const { host } = createHost();
    await host.start();
    await host.call(run("test:crash", '{"n":1}'));
    const again = await callWhenRunning(host, run("test:crash", '{"n":1}'));
    expect(errorMessage(again)).toBe("test:crash ended the engine: a bug. It is refused for 60 seconds; change it or call it with less data.");
    expect(await host.call(run("test:call"))).toMatchObject({ ok: true });
  });

  test("H-51: between executions nobody is to blame", async () => {
    const { host, events } = createHost();
    await host.start();
    expect(await host.call(run("test:crashBetweenExecutions"))).toMatchObject({ ok: false, failure: "request", status: 503 });
    expect(await callWhenRunning(host, run("test:call"))).toMatchObject({ ok: true });
    expect(events.onLog.mock.calls[0]![0]).toMatchObject({ level: "error", message: "The engine died: a bug.", fields: { running: null, deathsInRow: 1 } });
  });

  test("H-53: too often in a row is given up with the cause", async () => {
    const { host, events } = createHost("dies-when-ready");
    await host.start();
    await vi.waitFor(() => expect(events.onFailed).toHaveBeenCalled());
    expect(events.onFailed.mock.calls[0]![0].message).toMatch(new RegExp(`^The engine died ${DEATHS_IN_ROW_MAX + 1} times in a row, last because a bug\\.`));
    expect(host.isRunning).toBe(false);
    expect(events.onDeath).toHaveBeenCalledTimes(DEATHS_IN_ROW_MAX + 1);
  });

  test("H-51: sockets are closed with 1012 and a reason on which clients come back; requests work again", async () => {
    await using server = await startTestServer();
    const webSocket = new WebSocket(server.url.replace("http", "ws") + "/api/sync");
    await new Promise((resolve) => webSocket.once("open", resolve));
    const closed = new Promise((resolve) => webSocket.on("close", (code, reason) => resolve({ code, reason: reason.toString() })));
    const crashed = await server.post("/api/mutation", { path: "test:crash", args: {} });
    expect(crashed.status).toBe(560);
    expect(await closed).toEqual({ code: 1012, reason: "InternalServerError: the engine restarted" });
    await vi.waitFor(async () => expect((await server.post("/api/query", { path: "test:call", args: {} })).status).toBe(200));
    expect(server.logged[0]).toMatchObject({ level: "error", fields: { running: "test:crash" } });
  });
});

