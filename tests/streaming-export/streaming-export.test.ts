/** Streaming export as connectors call it, against a server that is written to and killed. docs/spec/streaming-export.md. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyApp, mutationNamed, queryNamed, startServer, type TestServer } from "../harness.js";
import { ask, Connector, type Exported, type Page } from "./connector.js";

const ITEMS = 2_500;
const SEED = 11;

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("streams");
  await server.http().mutation(mutationNamed("items:seed"), { count: ITEMS });
}, 60_000);

afterAll(() => server[Symbol.asyncDispose]());

/** mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Writes at random, from several clients, until it is stopped; a server that is away is waited for. */
class Writers {
  #isStopped = false;
  readonly #running: Promise<void>[];
  written = 0;

  constructor(clients: number) {
    this.#running = Array.from({ length: clients }, (_, index) => this.#write(random(SEED + index)));
  }

  async #write(next: () => number): Promise<void> {
    const client = server.http();
    while (!this.#isStopped) {
      const args = { from: Math.floor(next() * ITEMS), to: Math.floor(next() * ITEMS), amount: Math.floor(next() * 100), replaced: next() < 0.3 };
      await client.mutation(mutationNamed("items:move"), args).then(
        () => this.written++,
        () => new Promise((resolve) => setImmediate(resolve)),
      );
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#running);
  }
}

type Dump = Record<string, unknown[]>;

function dumpOf(documents: Iterable<Exported>): Dump {
  return Object.fromEntries([...documents].map(({ _id, key, balance, note }) => [_id, [key, balance, note ?? null]]));
}

const balanceOf = (documents: Iterable<Exported>) => [...documents].reduce((sum, { balance }) => sum + (balance as number), 0);

async function dumpAt(snapshot: number): Promise<Dump> {
  const response = await fetch(`${server.url}/api/query_at_ts`, { method: "POST", body: JSON.stringify({ path: "items:dump", args: {}, ts: String(snapshot), format: "json" }) });
  return ((await response.json()) as { value: Dump }).value;
}

describe("a copy under concurrent writes and kills", () => {
  test("SX-20 to SX-24, SX-30 to SX-36: is the snapshot, then after every reply a consistent state, and at last the truth", { timeout: 60_000 }, async () => {
    const connector = new Connector(server, { tableName: "items" });
    let writers = new Writers(6);
    expect(await connector.walk()).toBe(true);
    const first = { snapshot: connector.snapshot!, values: [...connector.copy.values()] };
    await server.kill();
    await server.start();
    while (await connector.walk()) continue;
    expect(dumpOf(connector.copy.values())).toEqual(await dumpAt(connector.snapshot!));
    expect(connector.copy.size).toBe(ITEMS);
    // Another pass at the same snapshot is the same.
    const again = await ask<Page>(server, "list_snapshot", { tableName: "items", snapshot: first.snapshot });
    expect(again.body.values).toEqual(first.values);

    for (let round = 0; round < 4; round++) {
      await connector.followAll();
      expect(balanceOf(connector.copy.values())).toBe(0);
      if (round === 1) {
        await server.kill();
        await writers.stop();
        await server.start();
        writers = new Writers(6);
      }
    }
    await writers.stop();
    await connector.followAll();
    expect(dumpOf(connector.copy.values())).toEqual(await server.http().query(queryNamed("items:dump"), {}));
    // Otherwise nothing was put to the test.
    expect(connector.changes).toBeGreaterThan(100);
    const { body } = await ask<Page>(server, "document_deltas", { cursor: connector.cursor, tableName: "items" });
    expect({ values: body.values, hasMore: body.hasMore, moved: body.cursor >= Number(connector.cursor) }).toEqual({ values: [], hasMore: false, moved: true });
  });
});

describe("documents", () => {
  test("SX-4, SX-10 to SX-12: in every format, and deleted", async () => {
    const { body: before } = await ask<Page>(server, "list_snapshot", { tableName: "kinds" });
    expect(before).toMatchObject({ values: [], hasMore: true });
    const id = (await server.http().mutation(mutationNamed("items:kinds"), {})) as string;
    const formats: [string | undefined, unknown][] = [
      [undefined, { big: "9007199254740993", bytes: "AQL/", odd: "NaN" }],
      ["json", { big: "9007199254740993", bytes: "AQL/", odd: "NaN" }],
      ["convex_clean_json", { big: "9007199254740993", bytes: "AQL/", odd: "NaN" }],
      ["convex_json", { big: { $integer: "AQAAAAAAIAA=" }, bytes: { $bytes: "AQL/" }, odd: { $float: "AAAAAAAA+H8=" } }],
      ["convex_encoded_json", { big: { $integer: "AQAAAAAAIAA=" }, bytes: { $bytes: "AQL/" }, odd: { $float: "AAAAAAAA+H8=" } }],
    ];
    for (const [format, fields] of formats) {
      const { body } = await ask<Page>(server, "document_deltas", { cursor: before.snapshot, tableName: "kinds", format });
      expect(body.values).toMatchObject([{ _id: id, _deleted: false, _table: "kinds", _component: "", tags: ["$a"], ...(fields as object) }]);
      expect(Object.keys(body.values[0]!)).toContain("_creationTime");
    }
    await server.http().mutation(mutationNamed("items:remove"), { id });
    const { body } = await ask<Page>(server, "document_deltas", { cursor: before.snapshot, tableName: "kinds" }, "POST");
    expect(body.values.map(({ _deleted }) => _deleted)).toEqual([false, true]);
    expect(body.values[1]).toEqual({ _id: id, _ts: expect.any(Number) as number, _deleted: true, _table: "kinds", _component: "" });
    expect(body.values[1]!._ts).toBeLessThanOrEqual(body.cursor);
  });

  test("SX-6, SX-7: of the app, of a component, of all", async () => {
    await server.http().mutation(mutationNamed("items:boxed"), { label: "in the box" });
    const tablesOf = async (selection: Record<string, string>) => {
      const connector = new Connector(server, selection);
      while (await connector.walk()) continue;
      return [...new Set(Array.from(connector.copy.values(), ({ _component, _table }) => `${_component}/${_table}`))].sort();
    };
    expect(await tablesOf({})).toEqual(["/items"]);
    expect(await tablesOf({ component: "box" })).toEqual(["box/items"]);
    expect(await tablesOf({ component: "*", tableName: "items" })).toEqual(["/items", "box/items"]);
    expect(await tablesOf({ component: "*" })).toEqual(["/items", "box/items"]);
    expect(await tablesOf({ tableName: "none" })).toEqual([]);
    expect(await tablesOf({ tableName: "_modules" })).toEqual([]);
  });
});

describe("imports", () => {
  test("SX-35: that append are changes like others; that replace a table end older cursors; LS-50: both are in the audit log", { timeout: 60_000 }, async () => {
    const connector = new Connector(server, { tableName: "bulk" });
    while (await connector.walk()) continue;
    const folder = await copyApp("streams");
    await writeFile(join(folder, "bulk.jsonl"), '{"n":1}\n{"n":2}\n');
    const imported = async (mode: string) => {
      const { code, output } = await server.convex(folder, ["import", "--table", "bulk", mode, "--yes", "bulk.jsonl"]);
      expect({ code, output }).toMatchObject({ code: 0 });
    };
    await imported("--append");
    await connector.followAll();
    expect(Array.from(connector.copy.values(), ({ n }) => n).sort()).toEqual([1, 2]);
    await imported("--replace");
    expect((await ask<{ code: string }>(server, "document_deltas", { cursor: connector.cursor })).body.code).toBe("CursorTooOld");
    const again = new Connector(server, { tableName: "bulk" });
    while (await again.walk()) continue;
    await again.followAll();
    expect(Array.from(again.copy.values(), ({ n }) => n).sort()).toEqual([1, 2]);
    expect([...again.copy.keys()].some((id) => connector.copy.has(id))).toBe(false);
    const { body } = await ask<{ items: { action: string; actor: object; metadata: object }[] }>(server, "v1/list_audit_log_events", { from: 0, limit: 100 });
    const imports = body.items.filter(({ action }) => action === "snapshot_import");
    expect(imports).toMatchObject(["append", "replace"].map((mode) => ({ actor: { kind: "token", name: "tests" }, metadata: { import_mode: mode, import_format: "jsonLines", table_name: "bulk" } })));
    await rm(folder, { recursive: true });
  });
});

describe("requests that can't be served", () => {
  test("SX-1 to SX-3, SX-26, SX-27, SX-35: are refused with their cause", async () => {
    const { body: newest } = await ask<Page>(server, "list_snapshot", { tableName: "empty" });
    const future = String(BigInt(newest.snapshot) + 3_600_000_000_000n);
    const refused = async (path: string, parameters: Record<string, string | number>) => {
      const { status, body } = await ask<{ code: string; message: string }>(server, path, parameters);
      return [status, body.code, body.message];
    };
    expect(await refused("document_deltas", {})).toEqual([400, "BadParameter", expect.stringContaining('"cursor" is missing')]);
    expect(await refused("document_deltas", { cursor: "abc" })).toEqual([400, "BadParameter", expect.stringContaining('"cursor" must be a timestamp')]);
    expect(await refused("document_deltas", { cursor: 1_000 })).toEqual([400, "CursorTooOld", expect.stringContaining("/api/list_snapshot")]);
    expect(await refused("document_deltas", { cursor: future })).toEqual([400, "BadCursor", expect.stringContaining("in the future")]);
    expect(await refused("list_snapshot", { snapshot: 1_000 })).toEqual([400, "SnapshotTooOld", expect.stringContaining("--log-age-max")]);
    expect(await refused("list_snapshot", { snapshot: future })).toEqual([400, "BadCursor", expect.stringContaining("in the future")]);
    expect(await refused("list_snapshot", { cursor: newest.cursor })).toEqual([400, "BadCursor", expect.stringContaining('goes with "snapshot"')]);
    expect(await refused("list_snapshot", { cursor: "%%%", snapshot: newest.snapshot })).toEqual([400, "BadCursor", expect.stringContaining("not one that this API gave out")]);
    expect(await refused("list_snapshot", { format: "xml" })).toEqual([400, "BadParameter", expect.stringContaining("convex_encoded_json")]);
    expect(await refused("json_schemas", { deltaSchema: "maybe" })).toEqual([400, "BadParameter", expect.stringContaining("true or false")]);
    expect(await refused("json_schemas", { component: "*" })).toEqual([400, "BadParameter", expect.stringContaining("one component")]);
    expect((await ask(server, "list_snapshot", { snapshot: null, cursor: null, tableName: "empty" }, "POST")).status).toBe(200);
  });
});

describe("schemas", () => {
  test("SX-50 to SX-53: from declared tables, from what is there, and of nothing", async () => {
    await server.http().mutation(mutationNamed("items:loose"), { document: { name: "a", size: 5n } });
    const { body } = await ask<Record<string, { properties: Record<string, unknown>; required: string[] } | false>>(server, "json_schemas", { deltaSchema: true, format: "convex_json" });
    expect(Object.keys(body)).toEqual(["bulk", "empty", "items", "kinds", "loose"]);
    expect(body["empty"]).toBe(false);
    expect(body["items"]).toEqual({
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: {
        _id: { type: "string", $description: "Id(items)" },
        _creationTime: { type: "number" },
        _ts: { type: "integer", $description: "Timestamp of the change in nanoseconds" },
        _deleted: { type: "boolean" },
        _table: { type: "string" },
        _component: { type: "string" },
        key: { anyOf: [{ type: "number" }, expect.objectContaining({ required: ["$float"] })] },
        balance: { anyOf: [{ type: "number" }, expect.objectContaining({ required: ["$float"] })] },
        note: { type: "string" },
      },
      additionalProperties: false,
      required: ["_creationTime", "_id", "key", "balance"],
    });
    const plain = (await ask<typeof body>(server, "json_schemas", {}, "POST")).body;
    expect(plain["kinds"]).toMatchObject({
      properties: {
        big: { type: "string", $description: "Int64, decimal" },
        bytes: { type: "string", $description: "Bytes, base64" },
        item: { type: "string", $description: "Id(items)" },
        tags: { type: "array", items: { type: "string" } },
        either: { anyOf: [{ const: "a" }, { const: "5" }] },
      },
    });
    expect(Object.keys((plain["kinds"] as { properties: object }).properties)).not.toContain("_ts");
    expect(plain["loose"]).toMatchObject({ properties: { name: { type: "string" }, size: { type: "string" } } });
    expect((await ask(server, "get_tables_and_columns")).body).toEqual({
      bulk: ["_creationTime", "_id", "n"],
      empty: ["_creationTime", "_id"],
      items: ["_creationTime", "_id", "key", "balance", "note"],
      kinds: ["_creationTime", "_id", "big", "bytes", "item", "odd", "tags", "either"],
      loose: ["_creationTime", "_id", "name", "size"],
    });
    expect((await ask(server, "get_tables_and_columns", { component: "box" })).body).toEqual({ items: ["_creationTime", "_id", "label"] });
    expect(await ask(server, "test_streaming_export_connection")).toEqual({ status: 200, body: null });
  });
});
