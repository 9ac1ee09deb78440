/** `ctx.storage` of actions, in both runtimes. Numbers of docs/spec/files.md. */
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bytesOf, FilesApp, postTo, sha256, type StorageDocument } from "./files-app.js";

let app: FilesApp;

beforeAll(async () => {
  app = await FilesApp.start();
});

afterAll(() => app[Symbol.asyncDispose]());

describe.each([
  ["the default runtime", "actions", 12],
  ["Node", "nodeActions", 40],
])("actions of %s", (_runtime, module, mebibytes) => {
  const run = <T>(name: string, args: Record<string, unknown> = {}): Promise<T> => app.server.http().action(makeFunctionReference<"action">(`${module}:${name}`), args) as Promise<T>;
  const errorOf = async (name: string, args: Record<string, unknown>): Promise<string> =>
    run(name, args).then(
      (value) => {
        throw new Error(`It was to fail, and gave ${JSON.stringify(value)}.`);
      },
      (error: Error) => error.message,
    );

  test("FI-60 store gives the id of a file with the Blob's bytes and type", async () => {
    const storageId = await run<string>("store", { text: "from an action", type: "text/x-test" });
    expect(await app.query("document", { storageId })).toMatchObject({ size: 14, contentType: "text/x-test", sha256: sha256("from an action").toString("hex") });
    expect(await (await app.get(storageId)).text()).toBe("from an action");
  });

  test("FI-60 a Blob without type or bytes", async () => {
    const storageId = await run<string>("store", {});
    const document = await app.query<StorageDocument>("document", { storageId });
    expect(document.size).toBe(0);
    expect("contentType" in document).toBe(false);
    expect(await run("get", { storageId })).toEqual({ isBlob: true, size: 0, type: "", text: "" });
  });

  test("FI-61 get gives a Blob with bytes and type, or null", async () => {
    const storageId = await app.store("to an action", "text/plain;charset=utf-8");
    expect(await run("get", { storageId })).toEqual({ isBlob: true, size: 12, type: "text/plain;charset=utf-8", text: "to an action" });
    await app.mutation("remove", { storageId });
    expect(await run("get", { storageId })).toBeNull();
    expect(await errorOf("get", { storageId: "garbage" })).toContain("Invalid argument `storageId` for `storage.get`: 'garbage' is no storage ID");
    expect(await errorOf("getWithout", {})).toContain("Must provide arg 1 `storageId` to `get`");
  });

  test("FI-61 what was got can be stored", async () => {
    const storageId = await app.store("copied", "text/x-copied");
    const copy = await run<string>("copy", { storageId });
    expect(copy).not.toBe(storageId);
    expect(await app.query("document", { storageId: copy })).toMatchObject({ contentType: "text/x-copied", sha256: sha256("copied").toString("hex") });
  });

  test("FI-62 the option sha256 is compared, as base64 or hexadecimal", async () => {
    for (const encoding of ["base64", "hex"] as const) await run("store", { text: "checked", sha256: sha256("checked").toString(encoding) });
    const before = await app.query<StorageDocument[]>("all");
    expect(await errorOf("store", { text: "checked", sha256: sha256("other").toString("base64") })).toContain("the request announced");
    expect(await errorOf("store", { text: "checked", sha256: "abc" })).toContain("base64 of 32 bytes");
    expect(await errorOf("store", { text: "checked", sha256: "a\r\nX: y" })).toContain("must be the SHA-256");
    expect(await app.query("all")).toEqual(before);
  });

  test("FI-63 what is no Blob is refused", async () => {
    for (const text of ["text", "nothing", "bytes", "streamOwner"]) expect(await errorOf("storeWrong", { text })).toContain("`storage.store` expects a Blob");
  });

  test("FI-64 more bytes than a function's arguments could hold", async () => {
    const size = mebibytes * 2 ** 20;
    const storageId = await run<string>("storeLarge", { size });
    const bytes = await bytesOf(await app.get(storageId));
    expect(bytes.length).toBe(size);
    expect([bytes[1], bytes[1000], bytes[size - 1]]).toEqual([31, (1000 * 31) & 255, ((size - 1) * 31) & 255]);
  });

  test("FI-64 more than the server's limit is refused with the limit", async () => {
    await using small = await FilesApp.start({ flags: ["--file-bytes-max", "100KiB"] });
    const stored = small.server.http().action(makeFunctionReference<"action">(`${module}:storeLarge`), { size: 102_401 });
    await expect(stored).rejects.toThrow("larger than 102400 bytes");
  });

  test("FI-65 getUrl, getMetadata, generateUploadUrl and delete", async () => {
    const { body } = await postTo(await run<string>("uploadUrl"), "by its URL", { "Content-Type": "text/x-posted" });
    const storageId = body["storageId"] as string;
    const url = await app.urlOf(storageId);
    expect(await run("describe", { storageId })).toEqual({
      url,
      metadata: { storageId: url.slice(url.lastIndexOf("/") + 1), sha256: sha256("by its URL").toString("hex"), size: 10, contentType: "text/x-posted" },
    });
    await run("remove", { storageId });
    expect(await app.query("document", { storageId })).toBeNull();
    expect(await run("describe", { storageId })).toEqual({ url: null, metadata: null });
    expect(await errorOf("remove", { storageId })).toContain("There is no file with storage ID");
  });

  test("FI-66 a store that nobody waits for harms nothing", async () => {
    expect(await run("storeUnawaited", { text: "unawaited" })).toBe("answered");
    expect(await run("store", { text: "the next" })).toMatch(/^[0-9a-z]{31,37}$/);
  });
});
