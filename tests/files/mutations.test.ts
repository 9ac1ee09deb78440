/** `ctx.storage.store` and `get` in mutations, and the Blobs that they take and give. FI-54, FI-57 to FI-59. */
import { createHash } from "node:crypto";
import type { Value } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller, cause } from "../functions/caller.js";
import { until } from "../harness.js";
import { FilesApp } from "./files-app.js";

interface Content {
  readonly bytes: ArrayBuffer;
  readonly type: string;
  readonly size: number;
  readonly isBlob: boolean;
}

let files: FilesApp;
let app: Caller;

beforeAll(async () => {
  files = await FilesApp.start({ flags: ["--function-time-max", "20s"] });
  app = new Caller(files.server.http());
});

afterAll(() => files[Symbol.asyncDispose]());

const store = (content: string | ArrayBuffer, more: Record<string, Value> = {}): Promise<string> => app.mutation("bytes:store", { content, ...more });
const read = async (storageId: string): Promise<Content | null> => app.mutation("bytes:read", { storageId });
const textOf = (content: Content | null): string | null => (content === null ? null : Buffer.from(content.bytes).toString());

describe("FI-54 bytes in mutations", () => {
  test("are stored with their type, and served", async () => {
    const id = await store("stored in a mutation", { type: "text/plain; charset=utf-8" });
    const sha256 = createHash("sha256").update("stored in a mutation").digest("hex");
    expect(await files.query("document", { storageId: id })).toEqual({ _id: id, _creationTime: expect.any(Number) as number, sha256, size: 20, contentType: "text/plain; charset=utf-8" });
    const response = await files.get(id);
    expect([response.headers.get("content-type"), await response.text()]).toEqual(["text/plain; charset=utf-8", "stored in a mutation"]);
    expect(await files.query("document", { storageId: await store("") })).toEqual(expect.not.objectContaining({ contentType: expect.anything() as string }));
  });

  test("are read as they are, whoever stored them; null where there is nothing", async () => {
    const bytes = new Uint8Array(300_000).map((_, i) => i * 7).buffer;
    for (const id of [await store(bytes), await files.store(Buffer.from(bytes), "image/png")]) {
      const content = (await read(id))!;
      expect([Buffer.from(content.bytes).equals(Buffer.from(bytes)), content.size, content.isBlob]).toEqual([true, 300_000, true]);
      await files.mutation("remove", { storageId: id });
      expect(await read(id)).toBeNull();
    }
  });

  test("are the mutation's own until it commits, and count for its limits", async () => {
    expect(await app.mutation("bytes:within")).toEqual({ text: "in!side", metadata: 7, document: "text/plain", hasUrl: true, gone: null, written: [1, 7], read: [1, 7, 0] });
    for (const [limits, text] of [[{ filesWritten: 0 }, "Too many files stored"], [{ fileWriteBytes: 3 }, "Too many bytes of files stored in a single function execution (limit: 3 bytes)"]] as const) {
      expect(await app.mutation("bytes:limited", { limits })).toContain(text);
    }
  });

  test("are compared with a hash that is given", async () => {
    const digest = createHash("sha256").update("checked").digest();
    for (const sha256 of [digest.toString("base64"), digest.toString("hex")]) expect(textOf(await read(await store("checked", { sha256 })))).toBe("checked");
    expect(cause(await app.mutationError("bytes:store", { content: "other", sha256: digest.toString("hex") }))).toContain("do not have the SHA-256");
  });

  test.each([["text"], ["bytes"], ["nothing"], ["response"]])("are those of a Blob, not of %s", async (how) => {
    expect(cause(await app.mutationError("bytes:misuse", { how }))).toContain("`storage.store` expects a Blob");
  });

  test("have a type that can be sent", async () => {
    expect(cause(await app.mutationError("bytes:misuse", { how: "type" }))).toContain("at most 255 visible ASCII characters");
  });

  test("go through the package's own ctx as well", async () => {
    const { id, read: seen, none } = JSON.parse(await app.mutation<string>("bytes:onStrings")) as { id: string; read: object; none: unknown };
    expect(seen).toEqual({ bytes: { $bytes: Buffer.from("by strings").toString("base64") }, type: "text/plain", size: 10, isBlob: true });
    expect([textOf(await read(id)), none]).toEqual(["by strings", null]);
    for (const op of ["1.0/storageGet", "1.0/storageStore"]) await expect(files.syscall("inQuery", op, id)).rejects.toThrow("can only be used in mutations and actions");
  });

  test("are stored by mutations of the optimistic lane too", async () => {
    for (let i = 0; i < 3; i++) expect(textOf(await read(await store(`slow ${i}`, { rounds: 50_000_000 })))).toBe(`slow ${i}`);
    expect(await files.server.metric("rivulet_engine_lane_runs_total")).toBeGreaterThan(0);
  });
});

test("FI-57 what fails stores nothing, alone where it is a called mutation; its bytes are swept, and a kill loses nothing", async () => {
  const { failure, kept } = await app.mutation<{ failure: boolean; kept: string }>("bytes:dropped");
  expect([failure, textOf(await read(kept))]).toEqual([true, "kept"]);
  const documents = await files.query<{ _id: string }[]>("all");
  expect(cause(await app.mutationError("bytes:store", { content: "lost", fail: true }))).toContain("not this time");
  expect(await files.query("all")).toHaveLength(documents.length);
  await files.server.kill();
  await files.server.start();
  await until(async () => (await files.storedNames()).length === documents.length, "what no document names to be swept");
  expect(textOf(await read(kept))).toBe("kept");
});

test("FI-58 Blobs and Files of queries and mutations are read at once", async () => {
  expect(await app.query("bytes:blobs")).toEqual({
    blob: [8, "a/b", "[object Blob]", true],
    file: ["f", 5, 3, "hé", true, "[object File]"],
    bytes: [1, 2],
    slices: [[2, "x/y"], [0, ""], [8, ""]],
    refused: [expect.stringContaining("Use arrayBuffer()"), expect.stringContaining("must be an array of parts"), expect.stringContaining("this is no Blob")],
  });
});
