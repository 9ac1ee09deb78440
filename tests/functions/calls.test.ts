/** Functions that call functions, handles, `ctx.meta`, and the package's own ctx on string syscalls. F-96 to F-119. */
import type { Value } from "convex/values";
import { convexToJson, jsonToConvex } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { Caller, cause } from "./caller.js";

let server: TestServer;
let app: Caller;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("surface");
  app = new Caller(server.http());
});

afterAll(() => server[Symbol.asyncDispose]());

function ranks(group: string): Promise<number[]> {
  return app.query("calls:read", { group });
}

describe("nested calls", () => {
  test("F-96 a query calls a query", async () => {
    await app.mutation("calls:write", { group: "inside", rank: 7 });
    expect(await app.query("calls:queryInQuery", { group: "inside" })).toEqual([7]);
  });

  test("F-97 what a mutation calls sees its writes, and it sees theirs", async () => {
    expect(await app.mutation("calls:queryAndMutation", { group: "mixed" })).toEqual([[], [1], [1, 2]]);
    expect(await ranks("mixed")).toEqual([1, 2]);
  });

  test("F-98 a sub-mutation that throws is undone alone, and its error can be caught whole", async () => {
    expect(await app.mutation("calls:rollback", { group: "rolled back" })).toEqual({
      isError: true,
      isConvexError: true,
      data: "sub-mutation failed",
      message: expect.stringContaining("sub-mutation failed") as string,
    });
    expect(await ranks("rolled back")).toEqual([1, 3]);
  });

  test("F-99 what a sub-mutation had called is undone with it", async () => {
    expect(await app.mutation("calls:deepRollback", { group: "deep" })).toEqual([]);
  });

  test("F-100 an error that is not caught undoes everything, and shows where it came from", async () => {
    const error = cause(await app.mutationError("calls:uncaught", { group: "uncaught" }));
    expect(error).toContain("sub-mutation failed");
    expect(error).toMatch(/\(\.\.\/convex\/calls_internal\.ts:\d+:\d+\)/);
    expect(await ranks("uncaught")).toEqual([]);
  });

  test("F-101 sub-mutations that are started together run one after another", async () => {
    expect(await app.mutation("calls:together", { group: "together", count: 10 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("F-102 recursion works to a depth, and endless recursion fails", async () => {
    expect(await app.query("calls:recursion", { depth: 5 })).toBe(5);
    expect(await app.queryError("calls:endless")).toBeInstanceOf(Error);
    expect(await app.query("calls:recursion", { depth: 1 })).toBe(1);
  });

  test("F-103 calls are judged like those of clients, and say why they are refused", async () => {
    const texts = await app.mutation<Record<string, string>>("calls:refused");
    expect(texts).toEqual({
      wrongArguments: expect.stringContaining("ArgumentValidationError: Value does not match validator.\nPath: .group") as string,
      wrongResult: expect.stringContaining("ReturnsValidationError: Value does not match validator.") as string,
      unknown: expect.stringContaining("Could not find function for 'calls:nope'.") as string,
      mutationAsQuery: expect.stringContaining("Trying to execute calls.js:write as Query, but it is defined as Mutation.") as string,
      noReference: expect.stringContaining("is not a functionReference") as string,
      noValue: expect.stringContaining("Date \"1970-01-01T00:00:00.000Z\" is not a supported Convex type (present at path .value in original object") as string,
    });
  });

  test("F-104 arguments and results are copies of the caller's own realm", async () => {
    expect(await app.query("calls:copies")).toEqual([false, true, true, true]);
  });

  test("F-105 a nested transaction may be given lower limits", async () => {
    expect(await app.mutation("calls:limited", { group: "limited", documentsWritten: 2 })).toMatch(/Too many documents written|limit/);
    expect(await ranks("limited")).toEqual([]);
    expect(await app.mutation("calls:limited", { group: "limited", documentsWritten: 3 })).toBe("accepted");
  });

  test("F-106 a query may not ask for a stale snapshot", async () => {
    expect(await app.query("calls:staleInQuery")).toBe("`useStaleSnapshot` is only supported in mutations, not queries.");
  });

  test("F-107 a registered function called like a function works", async () => {
    await app.mutation("calls:write", { group: "direct", rank: 3 });
    expect(await app.query("calls:direct")).toEqual([3]);
  });
});

describe("references", () => {
  test("F-108 references of the api object, names, names with .js and handles are the same function", async () => {
    expect(await app.mutation("calls:references", { group: "references" })).toEqual([[0], [0], [0], "folder/deep/module:name", "default of folder/deep/module", "default of bare"]);
  });

  test("F-109 a handle is a text that later calls can use", async () => {
    const handle = await app.query<string>("calls:makeHandle");
    expect(handle).toMatch(/^function:\/\//);
    await app.mutation("calls:write", { group: "handle", rank: 4 });
    expect(await app.query("calls:useHandle", { handle, group: "handle" })).toEqual([4]);
    expect(cause(await app.queryError("calls:useHandle", { handle: "function://nonsense", group: "x" }))).toMatch(/^Uncaught Error: [^]*handle/);
  });
});

describe("ctx.meta", () => {
  test("F-110 a function knows its name, its kind and its visibility", async () => {
    expect(await app.query("meta:ofQuery")).toEqual({ name: "meta:ofQuery", componentPath: "", type: "query", visibility: "public" });
    expect(await app.mutation("meta:ofMutation")).toEqual({ name: "meta:ofMutation", componentPath: "", type: "mutation", visibility: "public" });
    expect(await app.query("meta:ofNested")).toEqual({ name: "meta:ofInternal", componentPath: "", type: "query", visibility: "internal" });
  });

  test("F-111 it knows what it has used and what is left, by the public limits", async () => {
    interface Metric {
      used: number;
      remaining: number;
    }
    const { before, after } = await app.mutation<Record<"before" | "after", Record<string, Metric>>>("meta:metrics", { group: "metrics" });
    const limits = Object.fromEntries(Object.entries(before).map(([name, { used, remaining }]) => [name, used + remaining]));
    expect(limits).toMatchObject({ bytesRead: 16_777_216, bytesWritten: 16_777_216, databaseQueries: 4096, documentsRead: 32_000, documentsWritten: 16_000, functionsScheduled: 1000, scheduledFunctionArgsBytes: 16_777_216 });
    expect(Object.keys(limits).sort()).toEqual([
      "bytesRead", "bytesWritten", "databaseQueries", "documentsRead", "documentsWritten", "fileReadBytes", "fileWriteBytes", "filesRead", "filesWritten", "functionsScheduled", "scheduledFunctionArgsBytes",
    ]);
    expect([after["documentsWritten"]!.used, after["documentsRead"]!.used, after["databaseQueries"]!.used]).toEqual([1, 1, 1]);
    expect(after["bytesWritten"]!.used).toBeGreaterThan(0);
    expect(after["documentsWritten"]!.remaining).toBe(15_999);
  });

  test("F-112 it knows its deployment", async () => {
    expect(await app.query("meta:deployment")).toEqual({ name: "rivulet", region: null, class: expect.stringMatching(/^(?:s16|s256|d1024|d2048)$/) as string });
  });

  test("F-113 a mutation knows the request that called it", async () => {
    const request = await app.mutation<Record<string, unknown>>("meta:request");
    expect(request).toMatchObject({ requestId: expect.stringMatching(/^[0-9a-f]{16}$/) as string, scheduledFunctionId: null, authToken: null });
    expect(Object.keys(request).sort()).toEqual(["authToken", "ip", "requestId", "scheduledFunctionId", "userAgent"]);
    expect(request["ip"]).toMatch(/^(?:::ffff:)?127\.0\.0\.1$|^::1$/);
    expect(cause(await app.queryError("meta:requestOfQuery"))).toContain("not available in queries");
  });

  test("F-114 the snapshot's timestamp is nanoseconds, the same for nested calls, and grows with commits", async () => {
    const [outer, inner] = await app.query<bigint[]>("meta:snapshot");
    expect(inner).toBe(outer);
    expect(Math.abs(Number(outer! / 1_000_000n) - Date.now())).toBeLessThan(60_000);
    await app.mutation("calls:write", { group: "snapshot", rank: 1 });
    expect((await app.query<bigint[]>("meta:snapshot"))[0]).toBeGreaterThan(outer!);
  });
});

describe("string syscalls", () => {
  /** Runs a function on the package's own ctx. */
  async function invoke<Result>(path: string, args: Record<string, Value>): Promise<Result> {
    const [module, name] = path.split(":") as [string, string];
    return jsonToConvex(JSON.parse(await app.mutation<string>("meta:invoke", { module, name, args: JSON.stringify([convexToJson(args)]) })) as never) as Result;
  }

  test("F-116 documents are written and read as through Rivulet's own ctx", async () => {
    const id = await invoke<string>("documents:insert", { item: { group: "syscalls", rank: 1, label: "x" } });
    const item = await app.query("documents:get", { id });
    expect(await invoke("documents:get", { id })).toEqual(item);
    expect(await invoke("documents:getFrom", { table: "items", id })).toEqual(item);
    expect(await invoke("documents:normalize", { table: "items", id })).toBe(id);
    expect(await invoke("documents:patch", { form: "id", id, value: { rank: 2 }, unset: ["label"] })).toEqual({ ...(item as object), label: undefined, rank: 2 });
    expect(await invoke("documents:replace", { form: "name and id", id, value: { group: "syscalls", rank: 3 } })).toMatchObject({ rank: 3 });
    expect(await invoke("documents:throughTable", {})).toMatchObject({ left: null });
    expect(await invoke("documents:remove", { form: "table", id })).toBeNull();
    expect(await app.query("documents:get", { id })).toBeNull();
  });

  test("F-117 queries answer the same", async () => {
    await app.mutation("documents:insertMany", { items: [1, 2, 3, 4, 5].map((rank) => ({ group: "stream", rank })) });
    const source = { index: "by_group_rank", range: [{ op: "eq", field: "group", value: "stream" }, { op: "gt", field: "rank", value: 1 }], order: "desc", filters: [["neq", ["field", "rank"], 3]] };
    for (const [name, more] of [["collect", {}], ["first", {}], ["take", { n: 2 }], ["iterate", { atMost: 2 }], ["paginate", { options: { numItems: 2, cursor: null } }], ["pages", { numItems: 2 }]] as const) {
      expect(await invoke(`queries:${name}`, { ...source, ...more })).toEqual(await app.query(`queries:${name}`, { ...source, ...more }));
    }
  });

  test("F-118 functions call functions, and errors come through", async () => {
    expect(await invoke("calls:queryAndMutation", { group: "syscall calls" })).toEqual([[], [1], [1, 2]]);
    expect(await invoke("calls:rollback", { group: "syscall rollback" })).toMatchObject({ isError: true, isConvexError: true, data: "sub-mutation failed" });
    expect(await ranks("syscall rollback")).toEqual([1, 3]);
    expect(await invoke("identity:whoami", {})).toBeNull();
  });

  test("F-119 an unknown operation is an error that names it", async () => {
    const [sync, async] = await app.query<string[]>("meta:unknownSyscalls");
    expect(sync).toContain("1.0/nothing");
    // The package recognizes these words.
    expect(async).toContain("Unknown async operation");
  });
});
