import { describe, expect, it } from "vitest";
import { rangeContains } from "../../database/read-set.js";
import type { Value } from "../../values/value.js";
import { DeployFixture } from "../deploy/deploy-harness.suite.js";
import { push } from "../deploy/push-body.suite.js";
import { SYSTEM_QUERIES } from "./system-queries.js";

const FILES = {
  "messages.ts": `
import { query, internalMutation } from "./_generated/server";
import { v } from "convex/values";
export const list = query({ args: { big: v.literal(5n) }, returns: v.null(), handler: async () => null });
export const send = internalMutation(async () => null);`,
  "http.ts": `
import { httpRouter, httpAction } from "./_generated/server";
const http = httpRouter();
http.route({ path: "/hello", method: "GET", handler: httpAction(async () => new Response("")) });
export default http;`,
};

function ask(fixture: DeployFixture, path: string, args: Value = {}): { value: Value; reads: (key: string) => boolean } {
  const transaction = fixture.database.begin("query");
  const value = SYSTEM_QUERIES.get(path)!(transaction, args, "");
  transaction.finish();
  const { points, ranges } = transaction.readSet;
  return { value, reads: (key) => points.includes(key) || ranges.some((range) => rangeContains(range, key)) };
}

describe("system queries", () => {
  it("D-70 list and get environment variables", async () => {
    await using fixture = new DeployFixture();
    expect(ask(fixture, "_system/cli/queryEnvironmentVariables:default").value).toEqual([]);
    await fixture.setEnvironment({ B: "2", A: "1" });
    expect(ask(fixture, "_system/cli/queryEnvironmentVariables").value).toEqual([
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ]);
    expect(ask(fixture, "_system/cli/queryEnvironmentVariables:get", { name: "B" }).value).toEqual({ name: "B", value: "2" });
    expect(ask(fixture, "_system/cli/queryEnvironmentVariables:get", { name: "C" }).value).toBeNull();
  });

  it("D-71 depend on what they read", async () => {
    await using fixture = new DeployFixture();
    const before = ask(fixture, "_system/cli/queryEnvironmentVariables:default");
    const ts = fixture.database.lastTs;
    await fixture.setEnvironment({ A: "1" });
    expect(fixture.database.lastTs).toBeGreaterThan(ts);
    const record = fixture.database.catalog.table("", "_environment_variables")!;
    expect(before.reads(`t\0${record.name}`)).toBe(true);
    expect(ask(fixture, "_system/cli/queryEnvironmentVariables:default").reads(record.creationIndex.prefix)).toBe(true);
  });

  it("D-72 list the app's tables and their documents page by page, newest first", async () => {
    await using fixture = new DeployFixture();
    const ids = [1, 2, 3].map((n) => fixture.insert("messages", { n }));
    expect(ask(fixture, "_system/cli/tables:default", { paginationOpts: { cursor: null, numItems: 10 } }).value).toEqual({ page: [{ name: "messages" }], isDone: true, continueCursor: "" });
    const first = ask(fixture, "_system/cli/tableData:default", { table: "messages", order: "desc", paginationOpts: { cursor: null, numItems: 2 } }).value as { page: { _id: string }[]; isDone: boolean; continueCursor: string };
    expect({ ids: first.page.map(({ _id }) => _id), isDone: first.isDone }).toEqual({ ids: [ids[2], ids[1]], isDone: false });
    const second = ask(fixture, "_system/cli/tableData", { table: "messages", order: "desc", paginationOpts: { cursor: first.continueCursor, numItems: 2 } }).value as { page: { _id: string }[]; isDone: boolean };
    expect({ ids: second.page.map(({ _id }) => _id), isDone: second.isDone }).toEqual({ ids: [ids[0]], isDone: true });
  });

  it("D-72 say how many documents a table has, and when it changed", async () => {
    await using fixture = new DeployFixture();
    fixture.insert("messages", { n: 1 });
    const before = ask(fixture, "_system/cli/queryTable:default", { tableName: "messages" }).value;
    const id = fixture.insert("messages", { n: 2 });
    const { value, reads } = ask(fixture, "_system/cli/tableSize:default", { tableName: "messages" });
    expect(value).toBe(2);
    const table = fixture.database.catalog.table("", "messages")!;
    expect(reads(table.creationIndex.keyOf({ _creationTime: 1 }, id))).toBe(true);
    expect(ask(fixture, "_system/cli/queryTable:default", { tableName: "messages" }).value).not.toBe(before);
    expect(ask(fixture, "_system/cli/tableSize:default", { tableName: "none" }).value).toBe(0);
  });

  it("D-73 keep the server's own tables out of reach", async () => {
    await using fixture = new DeployFixture();
    const args = { table: "_environment_variables", order: "desc", paginationOpts: { cursor: null, numItems: 2 } };
    expect(() => ask(fixture, "_system/cli/tableData:default", args)).toThrow("is the server's own");
  });

  it("D-74 describe every function and route", async () => {
    await using fixture = new DeployFixture();
    await push(fixture, FILES);
    expect(ask(fixture, "_system/cli/modules:apiSpec").value).toEqual([
      { functionType: "HttpAction", method: "GET", path: "/hello" },
      {
        functionType: "Query",
        identifier: "messages.js:list",
        visibility: { kind: "public" },
        args: { type: "object", value: { big: { fieldType: { type: "literal", value: 5n }, optional: false } } },
        returns: { type: "null" },
      },
      { functionType: "Mutation", identifier: "messages.js:send", visibility: { kind: "internal" }, args: { type: "any" }, returns: { type: "any" } },
    ]);
  });

  it("D-75 tell the deployment's addresses, schema and components", async () => {
    await using fixture = new DeployFixture();
    expect(ask(fixture, "_system/cli/convexUrl:cloudUrl").value).toBe("http://cloud.test");
    expect(ask(fixture, "_system/cli/convexUrl:siteUrl").value).toBe("http://site.test");
    expect(ask(fixture, "_system/frontend/components:list").value).toEqual([]);
    expect(ask(fixture, "_system/frontend/getSchemas").value).toEqual({ active: null, inProgress: null });
    await push(fixture, { "schema.ts": `import { defineSchema } from "convex/server"; export default defineSchema({});` });
    expect(ask(fixture, "_system/frontend/getSchemas").value).toEqual({ active: '{"tables":[],"schemaValidation":true}', inProgress: null });
  });

  it("D-76 refuse arguments that they do not understand", async () => {
    await using fixture = new DeployFixture();
    expect(() => ask(fixture, "_system/cli/tableSize:default", {})).toThrow(expect.objectContaining({ kind: "invalidValue" }));
  });
});
