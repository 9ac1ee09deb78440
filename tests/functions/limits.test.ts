/** What one call may read, write, take and return. The server has small limits, so that the tests need little. F-121 to F-133. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { Caller, cause } from "./caller.js";

const KIB = 1024;
const FLAGS = {
  "documents-read-max": "100",
  "documents-written-max": "60",
  "bytes-read-max": "2MiB",
  "bytes-written-max": "1536KiB",
  "ranges-read-max": "40",
  "argument-bytes-max": "2MiB",
  "result-bytes-max": "1MiB",
  "redact-errors": "no",
};

let server: TestServer;
let app: Caller;

beforeAll(async () => {
  server = await startServer({ flags: Object.entries(FLAGS).flatMap(([flag, value]) => [`--${flag}`, value]) });
  await server.deploy("surface");
  app = new Caller(server.http());
});

afterAll(() => server[Symbol.asyncDispose]());

describe("one transaction", () => {
  test("F-121 documents written", async () => {
    await app.mutation("limits:writeDocuments", { count: 60 });
    expect(cause(await app.mutationError("limits:writeDocuments", { count: 61 }))).toMatch(/^Uncaught Error: Too many documents written in a single function execution \(limit: 60\)/);
    // Nothing of the one that failed was written.
    expect(await app.query("limits:readDocuments", { count: 100 })).toBe(60);
  });

  test("F-121 what a dropped sub-mutation wrote and scheduled does not count", async () => {
    const nothing = { documentsWritten: 0, functionsScheduled: 0 };
    expect(await app.mutation("limits:afterDropped", { dropped: 25, kept: 30 })).toEqual([nothing, nothing, { documentsWritten: 30, functionsScheduled: 0 }]);
  });

  test("F-122 documents read", async () => {
    await app.mutation("limits:writeDocuments", { count: 60 });
    expect(await app.query("limits:readDocuments", { count: 100 })).toBe(100);
    expect(cause(await app.queryError("limits:readDocuments", { count: 101 }))).toMatch(
      /^Uncaught Error: Too many documents read in a single function execution \(limit: 100\)\. Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions\./,
    );
  });

  test("F-123 what nested calls read counts", async () => {
    expect(await app.query("limits:nestedReads", { calls: 2, count: 50 })).toBe(100);
    expect(cause(await app.queryError("limits:nestedReads", { calls: 3, count: 50 }))).toContain("Too many documents read in a single function execution (limit: 100)");
  });

  test("F-124 ranges read", async () => {
    expect(await app.query("limits:readRanges", { count: 40 })).toBe(40);
    expect(cause(await app.queryError("limits:readRanges", { count: 41 }))).toMatch(/^Uncaught Error: Too many reads in a single function execution \(limit: 40\)\. Consider using smaller limits in your queries/);
    const id = await app.mutation<string>("documents:insertOther", { title: "t" });
    expect(cause(await app.queryError("limits:readById", { id, count: 41 }))).toContain("Too many reads in a single function execution (limit: 40)");
  });

  test("F-125 bytes written", async () => {
    await app.mutation("limits:writeDocuments", { count: 2, bytes: 700 * KIB });
    expect(cause(await app.mutationError("limits:writeDocuments", { count: 3, bytes: 700 * KIB }))).toMatch(/^Uncaught Error: Too many bytes written in a single function execution \(limit: 1572864 bytes\)/);
  });

  test("F-126 bytes read", async () => {
    const id = await app.mutation<string>("documents:insertLoose", { document: { filler: "x".repeat(700 * KIB) } });
    expect(await app.query("limits:readById", { id, count: 2 })).toBe(2);
    expect(cause(await app.queryError("limits:readById", { id, count: 3 }))).toMatch(/^Uncaught Error: Too many bytes read in a single function execution \(limit: 2097152 bytes\)\. Consider using smaller limits/);
  });
});

describe("one call", () => {
  test("F-127 the size of a result", async () => {
    expect(await app.query<string>("limits:returnBytes", { bytes: KIB * KIB - 10 })).toHaveLength(KIB * KIB - 10);
    expect(cause(await app.queryError("limits:returnBytes", { bytes: KIB * KIB + 1 }))).toContain("too large");
  });

  test("F-128 the size of arguments", async () => {
    expect(await app.query("limits:takeBytes", { text: "x".repeat(2 * KIB * KIB - 100) })).toBe(2 * KIB * KIB - 100);
    expect(cause(await app.queryError("limits:takeBytes", { text: "x".repeat(2 * KIB * KIB) }))).toContain("too large");
  });
});

describe("one value", () => {
  test.each([
    ["array", 8192, "Array length is too long (8193 > maximum length 8192)"],
    ["object", 1024, "Object has too many fields (1025 > maximum number 1024)"],
    ["nested objects", 15, "nested too deeply"],
    ["nested arrays", 15, "nested too deeply"],
    ["field name", 1024, "exceeds maximum field name length 1024"],
  ])("F-129 a stored %s", async (shape, max, text) => {
    expect(await app.mutation("limits:insertShape", { shape, size: max })).toBeNull();
    expect(cause(await app.mutationError("limits:insertShape", { shape, size: max + 1 }))).toContain(text);
  });

  test("F-130 a document has at most 1 MiB", async () => {
    expect(await app.mutation("limits:insertShape", { shape: "text", size: KIB * KIB - 200 })).toBeNull();
    expect(cause(await app.mutationError("limits:insertShape", { shape: "text", size: KIB * KIB }))).toMatch(/^Uncaught Error: Value is too large \(1(?:\.\d+)? MiB > maximum size 1 MiB\)|^Uncaught Error: Value is too large \(\d+ B > maximum size 1 MiB\)/);
  });

  test("F-131 a result may be nested deeper than a document, but not without end", async () => {
    expect(await app.query("limits:returnShape", { shape: "nested arrays", size: 60 })).toBeInstanceOf(Array);
    expect(cause(await app.queryError("limits:returnShape", { shape: "nested arrays", size: 65 }))).toContain("nested too deeply");
  });

  test.each([
    ["$dollar", "starts with a '$', which is reserved"],
    ["ümlaut", "has invalid character 'ü': Field names can only contain non-control ASCII characters"],
    ["tab\there", "Field names can only contain non-control ASCII characters"],
  ])("F-132 no field is called %j", async (name, text) => {
    for (const inside of [false, true]) expect(cause(await app.mutationError("limits:fieldName", { name, inside }))).toContain(text);
  });

  test("F-133 names with spaces, dots, digits and hyphens are fine; an underscore in front only inside", async () => {
    for (const name of ["with space", "a.b", "1", "a-b", "~"]) await app.mutation("limits:fieldName", { name, inside: false });
    await app.mutation("limits:fieldName", { name: "_inside", inside: true });
    expect(cause(await app.mutationError("limits:fieldName", { name: "_outside", inside: false }))).toContain("_outside");
  });
});
