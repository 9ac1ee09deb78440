/** `ctx.storage` and the table "_storage" in queries and mutations. Numbers of docs/spec/files.md. */
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyApp, queryNamed, until } from "../harness.js";
import { FilesApp, sha256, type StorageDocument } from "./files-app.js";

let app: FilesApp;

beforeAll(async () => {
  app = await FilesApp.start({ flags: ["--function-time-max", "20s"] });
});

afterAll(() => app[Symbol.asyncDispose]());

async function errorOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    (value) => {
      throw new Error(`It was to fail, and gave ${JSON.stringify(value)}.`);
    },
    (error: Error) => error.message,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function deleted(): Promise<string> {
  const storageId = await app.store("deleted");
  await app.mutation("remove", { storageId });
  return storageId;
}

describe("getUrl", () => {
  test("FI-40 gives null for a file that is not there", async () => {
    expect(await app.query("url", { storageId: await deleted() })).toBeNull();
  });

  test("FI-40 takes ids of the old kind, which are names in URLs", async () => {
    const storageId = await app.store("old");
    const url = await app.urlOf(storageId);
    expect(await app.query("urlOfText", { text: url.slice(url.lastIndexOf("/") + 1) })).toBe(url);
    expect(await app.query("urlOfText", { text: "00000000-0000-0000-0000-000000000000" })).toBeNull();
  });

  test("FI-41 refuses what is no storage id, by name", async () => {
    const picture = await app.mutation<string>("savePicture", { storageId: await app.store("x"), name: "wrong" });
    expect(await errorOf(app.query("urlOfText", { text: picture }))).toContain("it is an ID of table \"pictures\"");
    for (const text of ["", "garbage", "../../x", "x".repeat(10_000)]) expect(await errorOf(app.query("urlOfText", { text }))).toContain("is no storage ID: it is no ID");
    for (const value of [null, 5, {}, ["a"]]) expect(await errorOf(app.query("urlOfAnything", { value }))).toContain("Invalid argument `storageId` for `storage.getUrl`: expected a string");
    expect(await errorOf(app.query("urlWithoutArgument"))).toContain("Must provide arg 1 `storageId` to `getUrl`");
  });

  test("FI-42 v.id(\"_storage\") takes ids of files only", async () => {
    const picture = await app.mutation<string>("savePicture", { storageId: await app.store("x"), name: "v" });
    expect(await errorOf(app.query("url", { storageId: picture }))).toContain("ArgumentValidationError");
    expect(await errorOf(app.mutation("savePicture", { storageId: picture, name: "x" }))).toContain("ArgumentValidationError");
    expect(await errorOf(app.query("url", { storageId: "garbage" }))).toContain("ArgumentValidationError");
  });
});

test("FI-43 getMetadata: the old shape, with the old kind of id", async () => {
  const storageId = await app.store("hello", "text/plain");
  const url = await app.urlOf(storageId);
  const metadata = { storageId: url.slice(url.lastIndexOf("/") + 1), sha256: sha256("hello").toString("hex"), size: 5, contentType: "text/plain" };
  expect(await app.query("metadata", { text: storageId })).toEqual(metadata);
  expect(await app.query("metadata", { text: metadata.storageId })).toEqual(metadata);
  expect(await app.query("metadata", { text: await app.store(new Uint8Array([1])) })).toMatchObject({ contentType: null, size: 1 });
  expect(await app.query("metadata", { text: await deleted() })).toBeNull();
});

describe("the table \"_storage\"", () => {
  test("FI-44 can be listed, filtered and paginated, newest last", async () => {
    await using own = await FilesApp.start();
    expect(await own.query("all")).toEqual([]);
    const ids = [];
    for (const body of ["1", "22", "333"]) ids.push(await own.store(body));
    expect((await own.query<StorageDocument[]>("all")).map(({ _id }) => _id)).toEqual([...ids].reverse());
    expect((await own.query<StorageDocument[]>("bySize", { size: 2 })).map(({ _id }) => _id)).toEqual([ids[1]]);
    const first = await own.query<{ page: StorageDocument[]; isDone: boolean; continueCursor: string }>("page", { cursor: null });
    expect(first.page.map(({ _id }) => _id)).toEqual(ids.slice(0, 2));
    const second = await own.query<{ page: StorageDocument[] }>("page", { cursor: first.continueCursor });
    expect(second.page.map(({ _id }) => _id)).toEqual(ids.slice(2));
  });

  test("FI-44 is shown by `convex data _storage`", async () => {
    const storageId = await app.store("listed", "text/x-listed");
    const folder = await copyApp("files");
    try {
      const { code, output } = await app.server.convex(folder, ["data", "_storage"]);
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(storageId) as string });
      expect(output).toContain("text/x-listed");
      expect((await app.server.convex(folder, ["data", "_file_secrets"])).output).not.toContain("secret:");
      expect((await app.server.convex(folder, ["data", "_file_secrets"])).code).toBe(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("FI-45 is read-only for functions", async () => {
    const storageId = await app.store("read-only");
    for (const name of ["writeToSystemTable", "deleteFromSystemTable"]) expect(await errorOf(app.mutation(name, { storageId }))).toContain("System tables (prefixed with `_`) are read-only.");
    expect(await (await app.get(storageId)).text()).toBe("read-only");
  });

  test("FI-45 the server's own tables beside it are not readable", async () => {
    for (const table of ["_file_secrets", "_used_upload_tokens", "_modules"]) expect(await errorOf(app.query("otherSystemTable", { table }))).toContain(`There is no system table '${table}'`);
  });

  test("FI-46 live queries see files come and go", async () => {
    await using own = await FilesApp.start();
    const client = own.server.client();
    const seen: number[] = [];
    client.onUpdate(queryNamed("files:all"), {}, (documents: StorageDocument[]) => seen.push(documents.length));
    await until(() => seen.at(-1) === 0, "the empty list");
    const storageId = await own.store("live");
    await until(() => seen.at(-1) === 1, "the file");
    const urls: (string | null)[] = [];
    client.onUpdate(queryNamed("files:url"), { storageId }, (url: string | null) => urls.push(url));
    await until(() => urls.length === 1, "the URL");
    await own.mutation("remove", { storageId });
    await until(() => seen.at(-1) === 0 && urls.at(-1) === null, "the deletion");
    expect(urls).toEqual([expect.stringContaining("/api/storage/"), null]);
  });
});

describe("delete", () => {
  test("FI-47 takes the document, the URL and the bytes", async () => {
    const storageId = await app.store("gone");
    const url = await app.urlOf(storageId);
    const before = (await app.storedNames()).length;
    expect(await app.mutation("remove", { storageId })).toBeNull();
    expect(await app.query("document", { storageId })).toBeNull();
    expect((await fetch(url)).status).toBe(404);
    await until(async () => (await app.storedNames()).length === before - 1, "the bytes to go");
  });

  test("FI-48 of a file that is not there fails, also twice in one mutation, and then nothing is deleted", async () => {
    const storageId = await app.store("once");
    expect(await errorOf(app.mutation("remove", { storageId: await deleted() }))).toContain("There is no file with storage ID");
    expect(await errorOf(app.mutation("removeTwice", { storageId }))).toContain("There is no file with storage ID");
    expect(await (await app.get(storageId)).text()).toBe("once");
    expect(await errorOf(app.mutation("removeText", { text: "nonsense" }))).toContain("`storage.delete`: 'nonsense' is no storage ID");
  });

  test("FI-49 is undone with its mutation: the bytes stay", async () => {
    const storageId = await app.store("stays");
    const url = await app.urlOf(storageId);
    await expect(app.mutation("removeAndThrow", { storageId })).rejects.toMatchObject({ data: { urlMeanwhile: null } });
    // A later deletion has been carried out, so this one would have been.
    const before = await app.storedNames();
    await deleted();
    await until(async () => (await app.storedNames()).length === before.length, "the later file to go");
    expect(await (await fetch(url)).text()).toBe("stays");
  });

  test("FI-50 takes ids of the old kind", async () => {
    const storageId = await app.store("old");
    const url = await app.urlOf(storageId);
    await app.mutation("removeText", { text: url.slice(url.lastIndexOf("/") + 1) });
    expect((await fetch(url)).status).toBe(404);
  });

  test("FI-51 kill -9 after a deletion: the next start removes what is left of it", async () => {
    await using own = await FilesApp.start();
    const kept = await own.store("kept");
    const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => own.store(`file ${i}`)));
    const deletions = Promise.allSettled(ids.map((storageId) => own.mutation("remove", { storageId })));
    await until(async () => (await own.storedNames()).length < 21, "the first bytes to go");
    await own.server.kill();
    await deletions;
    await own.server.start();
    const documents = await own.query<StorageDocument[]>("all");
    await until(async () => (await own.storedNames()).length === documents.length, "what is left over to go");
    for (const { _id } of documents) expect(await (await own.get(_id)).text()).toMatch(/^(kept|file \d+)$/);
    expect(documents.map(({ _id }) => _id)).toContain(kept);
  });
});

describe("other ways", () => {
  test("FI-52 mutations that run beside the others have URLs and deletions too", async () => {
    const runs = async (): Promise<number> => app.server.metric("rivulet_engine_lane_runs_total");
    const before = await runs();
    let last: { upload: string; found: string | null } | null = null;
    let storageId = "";
    await until(async () => {
      storageId = await app.store("in the lane");
      last = await app.mutation("removeSlowly", { storageId, rounds: 20_000_000 });
      return (await runs()) > before;
    }, "a run in the lane");
    expect(last!.found).toMatch(new RegExp(`^${app.server.url}/api/storage/[0-9a-f-]{36}$`));
    expect((await fetch(last!.found!)).status).toBe(404);
    expect((await fetch(last!.upload, { method: "POST", body: "x" })).status).toBe(200);
    expect(await app.query("document", { storageId })).toBeNull();
  });

  test("FI-53 the operations of convex/server by name", async () => {
    const storageId = await app.store("syscalls", "text/plain");
    const url = await app.urlOf(storageId);
    for (const kind of ["inQuery", "inMutation"] as const) {
      expect(await app.syscall(kind, "1.0/storageGetUrl", storageId)).toBe(url);
      expect(await app.syscall(kind, "1.0/storageGetMetadata", storageId)).toMatchObject({ size: 8, contentType: "text/plain" });
    }
    expect(await errorOf(app.syscall("inQuery", "1.0/storageGenerateUploadUrl"))).toContain("can only be used in mutations and actions");
    expect(await errorOf(app.syscall("inQuery", "1.0/storageDelete", storageId))).toContain("can only be used in mutations and actions");
    expect(await app.syscall("inMutation", "1.0/storageGenerateUploadUrl")).toContain("/api/storage/upload?token=");
    expect(await app.syscall("inMutation", "1.0/storageDelete", storageId)).toBeNull();
    expect((await fetch(url)).status).toBe(404);
  });

  test("FI-55 queries have getUrl and getMetadata only", async () => {
    expect(await app.query("storageKeys")).toEqual(["getMetadata", "getUrl"]);
  });
});

test("FI-56 behind a proxy URLs are of its origin", async () => {
  const port = await freePort();
  await using own = await FilesApp.start({ flags: ["--port", String(port), "--origin", `http://localhost:${port}`] });
  expect(await own.uploadUrl()).toMatch(new RegExp(`^http://localhost:${port}/api/storage/upload\\?token=`));
  expect(await own.urlOf(await own.store("x"))).toMatch(new RegExp(`^http://localhost:${port}/api/storage/[0-9a-f-]{36}$`));
});
