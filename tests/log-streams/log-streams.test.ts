/** Log streams to a webhook and to a file, and audit logs. docs/spec/log-streams.md. */
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, BIN, mutationNamed, queryNamed, run, startServer, temporaryFolder, until, type TestServer } from "../harness.js";
import { WebhookReceiver, type ReceivedEvent } from "./webhook-receiver.js";

let server: TestServer;
let folder: string;
let logFile: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  logFile = join(folder, "logs", "events.jsonl");
  server = await startServer({ flags: ["--log-file", logFile, "--log-file-bytes-max", "40KiB", "--log-files-max", "2", "--log-stats-interval", "200ms"] });
  await server.deploy("streams");
}, 60_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const HEADERS = { Authorization: `Convex ${ADMIN_KEY}`, "User-Agent": "auditor" };

interface Entry {
  readonly action: string;
  readonly actor: { readonly kind: string; readonly name?: string };
  readonly metadata: Record<string, unknown>;
  readonly createTime: number;
  readonly clientUserAgent: string | null;
}

interface Page {
  readonly items: readonly Entry[];
  readonly pagination: { readonly hasMore: boolean; readonly nextCursor: string | null };
}

async function auditPage(query: string): Promise<Page> {
  return (await (await fetch(`${server.url}/api/v1/list_audit_log_events?${query}`, { headers: HEADERS })).json()) as Page;
}

const auditLog = async (): Promise<readonly Entry[]> => (await auditPage("from=0&limit=100")).items;

async function call(kind: string, path: string, args: object, headers: Record<string, string> = {}): Promise<{ status: string; value?: unknown; errorMessage?: string }> {
  return (await (await fetch(`${server.url}/api/${kind}`, { method: "POST", headers, body: JSON.stringify({ path, args, format: "json" }) })).json()) as { status: string };
}

interface CustomEntry {
  readonly action: string;
  readonly [field: string]: unknown;
}

async function customAudits(name: string): Promise<CustomEntry[]> {
  const args = { table: "_custom_audit_log", order: "desc", paginationOpts: { cursor: null, numItems: 100 } };
  const { value } = await call("query", "_system/cli/tableData", args, HEADERS);
  return (value as { page: { body: string }[] }).page.map(({ body }) => JSON.parse(body) as CustomEntry).filter(({ action }) => action === name);
}

describe("the deployment's audit log", () => {
  test("LS-50, LS-51 tells of pushes and environment variables, by whom, without their values", async () => {
    const [push] = await auditLog();
    expect(push).toMatchObject({ action: "push_config_with_components", actor: { kind: "token", name: "tests" }, metadata: { message: null } });
    const changes = [{ name: "TOKEN", value: "hush-hush" }];
    const change = async (value: object[]) => await fetch(`${server.url}/api/update_environment_variables`, { method: "POST", headers: HEADERS, body: JSON.stringify({ changes: value }) });
    await change(changes);
    await change(changes);
    await change([{ name: "TOKEN", value: "other" }]);
    await change([{ name: "TOKEN" }]);
    const entries = (await auditLog()).filter(({ action }) => action.endsWith("environment_variable"));
    expect(entries.map(({ action, metadata }) => [action, metadata])).toEqual(["create", "update", "delete"].map((verb) => [`${verb}_environment_variable`, { variable_name: "TOKEN" }]));
    expect(entries[0]).toMatchObject({ actor: { kind: "token", name: "tests" }, clientUserAgent: "auditor" });
    expect(JSON.stringify(await auditLog())).not.toContain("hush-hush");
  });

  test("LS-52 tells of admin keys that the command line made and revoked", async () => {
    const keys = (...args: string[]) => run(process.execPath, [BIN, "keys", ...args, "--data", server.dataFolder], server.dataFolder);
    const { output } = await keys("create", "deployer");
    await keys("revoke", "deployer");
    const found = await until(async () => {
      const entries = (await auditLog()).filter(({ metadata }) => metadata["name"] === "deployer");
      return entries.length === 2 ? entries : null;
    }, "two entries of the key");
    expect(found.map(({ action, actor }) => [action, actor])).toEqual([["create_admin_key", { kind: "system" }], ["revoke_admin_key", { kind: "system" }]]);
    const secret = /deployer\|([0-9a-f]{64})/.exec(output)![1]!;
    expect(JSON.stringify(await auditLog()) + server.stderr).not.toContain(secret);
  });

  test("LS-53 is given in pages, from a time on", async () => {
    const all = await auditLog();
    const first = await auditPage("from=0&limit=2");
    expect([first.items, first.pagination.hasMore]).toEqual([all.slice(0, 2), true]);
    expect((await auditPage(`from=0&limit=100&cursor=${first.pagination.nextCursor}`)).items).toEqual(all.slice(2));
    const later = all[2]!.createTime + 1;
    expect((await auditPage(`from=${later}`)).items).toEqual(all.filter(({ createTime }) => createTime >= later).slice(0, 15));
    expect(await auditPage("from=yesterday")).toMatchObject({ code: "BadParameter" });
  });
});

describe("log.audit", () => {
  test("LS-60 to LS-63: is kept with the transaction, with who asked and when", async () => {
    const before = Date.now();
    expect(await call("mutation", "audits:write", { name: "written" }, { "User-Agent": "browser" })).toMatchObject({ status: "success" });
    const [entry, ...others] = await customAudits("written");
    expect(others).toEqual([]);
    expect(entry).toEqual({ action: "written", from: { ip: expect.stringMatching(/127\.0\.0\.1|::1/) as string, agent: "browser" }, request: expect.stringMatching(/^[0-9a-f]{16}$/) as string, at: expect.any(Number) as number, by: null, list: [1, null, "x"] });
    expect(entry!["at"]).toBeGreaterThanOrEqual(before);
    expect(await call("mutation", "audits:write", { name: "failed", fails: true })).toMatchObject({ status: "error" });
    expect(await customAudits("failed")).toEqual([]);
    expect((await call("mutation", "audits:tooLarge", {})).errorMessage).toContain("one entry has at most 65536");
  });

  test("LS-61 names the admin that acts", async () => {
    await call("mutation", "audits:write", { name: "admin" }, HEADERS);
    expect(await customAudits("admin")).toMatchObject([{ by: { kind: "token", name: "tests" } }]);
  });

  test("LS-64, LS-65: works in queries, live ones too, in queries of mutations, and in actions", async () => {
    await call("query", "audits:read", { name: "asked" }, { "User-Agent": "reader" });
    expect(await customAudits("asked")).toMatchObject([{ from: { agent: "reader" } }]);
    await server.http().mutation(mutationNamed("audits:nested"), { name: "nested" });
    expect(await customAudits("nested")).toHaveLength(1);
    expect(await call("action", "audits:act", { name: "acted" })).toMatchObject({ status: "success" });
    expect(await customAudits("acted")).toHaveLength(1);
    const client = server.client();
    client.onUpdate(queryNamed("audits:read"), { name: "watched" }, () => undefined);
    expect(await until(async () => (await customAudits("watched"))[0], "the entry of a live query")).toMatchObject({ from: { ip: null } });
    await client.close();
  });

  test("LS-54 the tables outlive kill -9", async () => {
    const [entries, written] = [await auditLog(), await customAudits("written")];
    await server.kill();
    await server.start();
    expect([await auditLog(), await customAudits("written")]).toEqual([entries, written]);
  });
});

/** Events in the files that are there, the oldest first. */
function fileEvents(): ReceivedEvent[] {
  const lines = [`${logFile}.2`, `${logFile}.1`, logFile].flatMap((path) => textIfThere(path).split("\n"));
  // The newest may just have been begun.
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as ReceivedEvent);
}

/** Nothing while the file is about to be set aside. */
function textIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

interface ShownStream {
  readonly id: string;
  readonly logStreamType: string;
  readonly url?: string;
  readonly hmacSecret: string;
  readonly status: { readonly type: string; readonly reason?: string };
  readonly eventsLost: number;
  readonly code?: string;
  readonly message?: string;
}

async function api<T = ShownStream>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
  const response = await fetch(`${server.url}/api/v1/${path}`, { method, headers: HEADERS, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return (await response.json()) as T;
}

const shout = async (times: number) => await server.http().mutation(mutationNamed("audits:shout"), { times });

describe("a log stream to a webhook", () => {
  test("LS-1 to LS-5, LS-10 to LS-13: has every event, signed, in order, as documented", async () => {
    await using receiver = await WebhookReceiver.start();
    const { id, hmacSecret } = await api("POST", "create_log_stream", { logStreamType: "webhook", url: receiver.url, format: "json" });
    receiver.secret = hmacSecret;
    await until(() => receiver.of("verification")[0], "the verification event");
    await call("mutation", "audits:write", { name: "streamed" });
    await call("mutation", "audits:write", { name: "streamed", fails: true });
    await call("query", "items:dump", {});
    await until(() => receiver.of("function_execution").length >= 3, "three executions");
    const [done, failed, read] = receiver.of("function_execution");
    expect(done).toMatchObject({
      topic: "function_execution",
      convex: { deployment_name: "rivulet", deployment_type: "prod" },
      function: { type: "mutation", path: "audits:write", component_path: null, cached: null },
      status: "success",
      error_message: null,
      usage: { database_read_bytes: expect.any(Number) as number, database_write_bytes: expect.any(Number) as number },
    });
    expect(Math.abs(done!.timestamp - Date.now())).toBeLessThan(60_000);
    expect(failed).toMatchObject({ status: "failure", error_message: expect.stringContaining("not today") as string });
    expect(read).toMatchObject({ function: { type: "query", path: "items:dump", cached: false } });
    const [line] = receiver.of("console");
    expect(line).toMatchObject({ log_level: "LOG", message: "'auditing' 'streamed'", is_truncated: false, function: { path: "audits:write", request_id: done!.function!.request_id } });
    expect(receiver.of("custom_audit")).toMatchObject([{ body: { action: "streamed" } }]);
    expect(receiver.of("audit_log")).toMatchObject([{ audit_log_action: "create_integration", audit_log_metadata: JSON.stringify({ type: "webhook", id, topics: null }) }]);
    const stats = await until(() => receiver.of("concurrency_stats")[0], "figures of concurrency");
    expect(stats).toMatchObject({ mutation: { num_running: 0, num_queued: 0 }, action: { num_running: 0, num_queued: 0 } });
    expect(receiver.of("scheduler_stats")[0]).toMatchObject({ lag_seconds: 0, num_running_jobs: 0 });
    expect(receiver.of("scheduled_job_lag")[0]).toMatchObject({ lag_seconds: 0 });
    const { id: storageId, url } = (await server.http().action(makeFunctionReference<"action">("files:store"), { text: "0123456789" })) as { id: string; url: string };
    expect(await (await fetch(url)).text()).toBe("0123456789");
    expect(await (await fetch(url, { headers: { Range: "bytes=2-4" } })).text()).toBe("234");
    await until(() => receiver.of("storage_api_bandwidth").length === 2, "what was downloaded");
    expect(receiver.of("storage_api_bandwidth")).toMatchObject([{ storage_id: storageId, egress_bytes: 10 }, { storage_id: storageId, egress_bytes: 3 }]);
    expect([receiver.badSignatures, [...receiver.contentTypes]]).toEqual([0, ["application/json"]]);

    // Another format, another secret, fewer topics.
    await api("POST", `update_log_stream/${id}`, { logStreamType: "webhook", format: "jsonl", topics: ["console"] });
    receiver.secret = (await api("POST", `rotate_webhook_secret/${id}`)).hmacSecret;
    expect(receiver.secret).not.toBe(hmacSecret);
    receiver.events.length = 0;
    await shout(3);
    await until(() => receiver.of("console").length === 3, "three lines");
    expect(receiver.of("console").map(({ message, log_level }) => [message, log_level])).toEqual([["'shout' 0", "WARN"], ["'shout' 1", "WARN"], ["'shout' 2", "WARN"]]);
    expect(new Set(receiver.events.map(({ topic }) => topic).filter((topic) => topic !== "verification"))).toEqual(new Set(["console"]));
    expect(receiver.contentTypes).toContain("application/jsonl");
    expect(await api("GET", `get_log_stream/${id}`)).toMatchObject({ id, logStreamType: "webhook", url: receiver.url, format: "jsonl", topics: ["console"], status: { type: "active" }, eventsLost: 0 });
    await api("POST", `delete_log_stream/${id}`);
    expect((await api<ShownStream[]>("GET", "list_log_streams")).map((stream) => stream.id)).toEqual(["file"]);
    expect(server.stderr).not.toContain(hmacSecret);
    expect(server.stderr).not.toContain("in-the-url");
  }, 30_000);

  test("LS-14, LS-15: waits for a receiver that is away, blocks nobody, and outlives a restart", async () => {
    await using receiver = await WebhookReceiver.start();
    receiver.refuseWith = 503;
    const cli = (...args: string[]) => run(process.execPath, [BIN, "log-streams", ...args, "--data", server.dataFolder], server.dataFolder);
    const { output } = await cli("add", receiver.url, "--topics", "console", "--format", "jsonl");
    const [, id, secret] = /^([0-9a-f]{16}) {2}([0-9a-f]{64})$/m.exec(output)!;
    receiver.secret = secret!;
    await until(() => receiver.refused > 0, "a refused delivery");
    await shout(5);
    await until(async () => (await api("GET", `get_log_stream/${id}`)).status.type === "failed", "the failure to be shown");
    expect((await api("GET", `get_log_stream/${id}`)).status.reason).toContain("status 503");
    receiver.refuseWith = null;
    await until(() => receiver.of("console").length >= 5, "what had waited");
    expect(receiver.badSignatures).toBe(0);
    await server.kill();
    await server.start();
    await shout(1);
    await until(() => receiver.of("console").length >= 6, "a line after the restart");
    expect((await cli("list")).output).toContain(`${id}  webhook ${receiver.url} (jsonl)  console`);
    expect((await cli("remove", id!)).code).toBe(0);
    await until(async () => (await api<ShownStream[]>("GET", "list_log_streams")).length === 1, "the stream to be gone");
    expect((await cli("remove", id!)).output).toContain("There is no log stream");
    expect(server.stderr).not.toContain(secret);
  }, 30_000);

  test("LS-8, LS-16 requests that can't be served are refused with their cause", async () => {
    const refused = async (path: string, body: object) => {
      const { code, message } = await api("POST", path, body);
      return [code, message];
    };
    expect(await refused("create_log_stream", { logStreamType: "datadog", url: "http://x" })).toEqual(["NotSupported", expect.stringContaining("webhook")]);
    expect(await refused("create_log_stream", { logStreamType: "webhook", url: "ftp://x", format: "json" })).toEqual(["BadLogStream", expect.stringContaining("http or https")]);
    expect(await refused("create_log_stream", { logStreamType: "webhook", url: "http://x", format: "json", topics: ["weather"] })).toEqual(["BadLogStream", expect.stringContaining('no topic "weather"')]);
    for (const [topic, instead] of [["exception", "function_execution"], ["current_storage_usage", "/metrics"], ["log_stream_egress", "nothing is charged"]] as const) {
      expect(await refused("create_log_stream", { logStreamType: "webhook", url: "http://x", format: "json", topics: ["console", topic] })).toEqual(["BadLogStream", expect.stringMatching(new RegExp(`The topic ${topic} is not supported\\. .*${instead}`))]);
    }
    expect((await run(process.execPath, [BIN, "log-streams", "add", "http://x/", "--topics", "exception", "--data", server.dataFolder], server.dataFolder)).output).toContain("The topic exception is not supported.");
    expect(await refused("create_log_stream", { logStreamType: "webhook" })).toEqual(["BadLogStream", expect.stringContaining("url")]);
    expect(await refused("delete_log_stream/none", {})).toEqual(["NoSuchLogStream", expect.stringContaining('"none"')]);
    expect(await refused("delete_log_stream/file", {})).toEqual(["FixedLogStream", expect.stringContaining("settings")]);
  });
});

describe("a log stream to a file", () => {
  test("LS-20, LS-21: has a line for each event, and is set aside by size", async () => {
    for (let round = 0; round < 12; round++) await shout(30);
    await until(() => existsSync(`${logFile}.2`), "two files set aside");
    await until(() => fileEvents().at(-1)?.topic === "concurrency_stats", "everything to be written");
    for (const path of [`${logFile}.1`, `${logFile}.2`]) expect(readFileSync(path).length).toBeLessThanOrEqual(40 * 1024);
    expect(existsSync(`${logFile}.3`)).toBe(false);
    const shouts = fileEvents().filter(({ topic, message }) => topic === "console" && message!.startsWith("'shout'"));
    const numbers = shouts.map(({ message }) => Number(message!.split(" ")[1]));
    // Of each call all, in its order.
    for (const [index, number] of numbers.entries()) if (index > 0) expect([0, numbers[index - 1]! + 1]).toContain(number);
    expect(await api<ShownStream[]>("GET", "list_log_streams")).toMatchObject([{ id: "file", logStreamType: "file", status: { type: "active" } }]);
  }, 30_000);
});
