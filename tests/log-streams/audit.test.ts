/** Audit logs: of the deployment, and what functions write. docs/spec/log-streams.md, LS-50 and on. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, BIN, mutationNamed, queryNamed, run, startServer, until, type TestServer } from "../harness.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("streams");
}, 60_000);

afterAll(() => server[Symbol.asyncDispose]());

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
    server.client().onUpdate(queryNamed("audits:read"), { name: "watched" }, () => undefined);
    expect(await until(async () => (await customAudits("watched"))[0], "the entry of a live query")).toMatchObject({ from: { ip: null } });
  });

  test("LS-54 the tables outlive kill -9", async () => {
    const [entries, written] = [await auditLog(), await customAudits("written")];
    await server.kill();
    await server.start();
    expect([await auditLog(), await customAudits("written")]).toEqual([entries, written]);
  });
});
