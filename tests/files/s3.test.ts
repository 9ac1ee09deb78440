/** Files in a bucket of a real S3 service: the contract of stores, and a whole server on it. Numbers of docs/spec/files.md. */
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeFileStore, newKey } from "../../src/server/files/file-store.suite.js";
import { xmlTexts } from "../../src/server/files/s3-client.js";
import { S3FileStore } from "../../src/server/files/s3-file-store.js";
import { join } from "node:path";
import { remoteOf, rivulet, writeZip, zipEntries } from "../backup/archives.js";
import { TransferClient, zipOf } from "../cli/transfer-client.js";
import { BIN, mutationNamed, run, temporaryFolder, until } from "../harness.js";
import { bytesOf, FilesApp, sha256, someBytes, type StorageDocument } from "./files-app.js";
import { CREDENTIALS, REGION, S3Server } from "./s3/s3-server.js";

const BUCKET = "files";
const SPACE = "0123456789abcdef";

let s3: S3Server;

beforeAll(async () => {
  s3 = await S3Server.start();
  await s3.createBucket(BUCKET);
  process.env["AWS_ACCESS_KEY_ID"] = CREDENTIALS.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = CREDENTIALS.secretAccessKey;
}, 300_000);

afterAll(() => s3[Symbol.asyncDispose]());

async function list(query: Record<string, string>): Promise<string[]> {
  return xmlTexts(await s3.client(BUCKET).text({ method: "GET", key: "", query }), "Key");
}

const storeIn = (prefix: string): S3FileStore => new S3FileStore({ client: s3.client(BUCKET), prefix, space: () => Promise.resolve(SPACE) });

describeFileStore("S3FileStore", () =>
  Promise.resolve({
    store: storeIn("contract/"),
    again: () => storeIn("contract/"),
    leaveUnfinished: async (key) => {
      await s3.client(BUCKET).text({ method: "POST", key: `contract/${SPACE}/${key}`, query: { uploads: "" } });
    },
    hasUnfinished: async () => (await list({ uploads: "", prefix: "contract/" })).length > 0,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
);

describe("S3FileStore", () => {
  test("FI-80 names are the prefix, the deployment's space and the key", async () => {
    const key = newKey();
    await storeIn("a/b-").put(key, oneChunk(Buffer.from("x")), 1);
    expect(await list({ "list-type": "2", prefix: "a/" })).toEqual([`a/b-${SPACE}/${key}`]);
  });

  test("FI-81 more keys than one answer lists", async () => {
    const store = storeIn("many/");
    const keys = Array.from({ length: 1005 }, newKey);
    for (let i = 0; i < keys.length; i += 50) await Promise.all(keys.slice(i, i + 50).map((key) => store.put(key, oneChunk(Buffer.from("x")), 1)));
    const batches: string[][] = [];
    for await (const batch of store.batches()) batches.push([...batch]);
    expect(batches.flat().sort()).toEqual(keys.sort());
    expect(batches.length).toBeGreaterThan(1);
  });

  test("FI-82 refusals say what to mend", async () => {
    const wrong = new S3FileStore({ client: s3.client(BUCKET, { ...CREDENTIALS, secretAccessKey: "wrong" }), prefix: "", space: () => Promise.resolve(SPACE) });
    await expect(wrong.put(newKey(), oneChunk(Buffer.from("x")), 1)).rejects.toThrow(/refused PUT in bucket "files" with 403 \(SignatureDoesNotMatch: .*Check the credentials/);
    const missing = new S3FileStore({ client: s3.client("missing"), prefix: "", space: () => Promise.resolve(SPACE) });
    await expect(missing.put(newKey(), oneChunk(Buffer.from("x")), 1)).rejects.toThrow(/bucket "missing" with 404 \(NoSuchBucket: .*Check --s3-bucket/);
  });
});

describe("a server", () => {
  const flags = (): string[] => ["--s3-bucket", BUCKET, "--s3-endpoint", s3.endpoint, "--s3-region", REGION, "--s3-prefix", "servers/"];
  const objects = (): Promise<string[]> => list({ "list-type": "2", prefix: "servers/" });

  test("FI-83 stores, serves in parts, deletes and sweeps, with nothing in the data folder", async () => {
    await using app = await FilesApp.start({ flags: flags() });
    const inMutation = app.server.http().mutation(mutationNamed("bytes:store"), { content: "x" });
    await expect(inMutation, "FI-59").rejects.toThrow("its files are in a bucket (--s3-bucket), which a mutation can't wait for. Call it in an action");
    const bytes = someBytes(20 * 2 ** 20);
    const storageId = await app.store(bytes, "video/mp4");
    expect(await app.query("document", { storageId })).toMatchObject({ size: bytes.length, sha256: sha256(bytes).toString("hex") });
    expect((await bytesOf(await app.get(storageId))).equals(bytes)).toBe(true);
    const part = await app.get(storageId, { headers: { Range: "bytes=9000000-9000009" } });
    expect({ status: part.status, range: part.headers.get("content-range") }).toEqual({ status: 206, range: `bytes 9000000-9000009/${bytes.length}` });
    expect(await bytesOf(part)).toEqual(bytes.subarray(9_000_000, 9_000_010));
    const empty = await app.store(null);
    expect((await bytesOf(await app.get(empty))).length).toBe(0);
    expect(await app.storedNames()).toEqual([]);
    expect(await objects()).toHaveLength(2);

    for (const id of [storageId, empty]) await app.mutation("remove", { storageId: id });
    await until(async () => (await objects()).length === 0, "the objects to go");

    // What a crash leaves: bytes without a document, and those of another deployment, which are none of ours.
    const kept = await app.store("kept");
    const [name] = await objects();
    const space = name!.slice(0, name!.lastIndexOf("/") + 1);
    const left = space + newKey();
    const foreign = `servers/fedcba9876543210/${newKey()}`;
    for (const key of [left, foreign]) await s3.client(BUCKET).text({ method: "PUT", key, body: Buffer.from("x") });
    await app.server.kill();
    await app.server.start();
    await until(async () => !(await objects()).includes(left), "the leftover to be swept");
    expect(await objects()).toContain(foreign);
    expect(await (await app.get(kept)).text()).toBe("kept");
  });

  test("FI-84 a digest that does not fit, and a client that goes away, leave nothing in the bucket", async () => {
    await using app = await FilesApp.start({ flags: [...flags().slice(0, -1), "undone/"] });
    const left = (): Promise<string[]> => list({ "list-type": "2", prefix: "undone/" });
    expect((await app.post(someBytes(9 * 2 ** 20), { Digest: `sha-256=${sha256("other").toString("base64")}` })).status).toBe(400);
    const abort = new AbortController();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await setImmediate();
        controller.enqueue(new Uint8Array(2 ** 20));
        if (++sent < 40) return;
        abort.abort();
        controller.close();
      },
    });
    await expect(fetch(await app.uploadUrl(), { method: "POST", body: endless, duplex: "half", signal: abort.signal } as RequestInit)).rejects.toThrow();
    await until(async () => (await list({ uploads: "", prefix: "undone/" })).length === 0 && (await left()).length === 0, "the upload to be undone");
    expect(await app.query<StorageDocument[]>("all")).toEqual([]);
  });

  test("FI-85 without the service uploads and downloads fail clearly, and everything else goes on", async () => {
    await using own = await S3Server.start();
    await own.createBucket(BUCKET);
    await using app = await FilesApp.start({ flags: ["--s3-bucket", BUCKET, "--s3-endpoint", own.endpoint, "--s3-region", REGION] });
    const storageId = await app.store("x");
    await own[Symbol.asyncDispose]();
    const reply = await app.post("y");
    expect({ status: reply.status, code: reply.body["code"] }).toEqual({ status: 503, code: "FileStorageUnavailable" });
    expect((await app.get(storageId)).status).toBe(503);
    expect(await app.query<StorageDocument[]>("all")).toHaveLength(1);
    await until(() => app.server.stderr.includes("can't be reached"), "the log to say why");
    expect(app.server.stderr).not.toContain(CREDENTIALS.secretAccessKey);
  });

  test("FI-87 BK-27 EX-10 IM-50 backups and exports hold files of a bucket, and bring them back; what was replaced is swept", async () => {
    await using app = await FilesApp.start({ flags: [...flags().slice(0, -1), "moves/"] });
    const moved = (): Promise<string[]> => list({ "list-type": "2", prefix: "moves/" });
    const folder = await temporaryFolder();
    const archive = join(folder, "files.zip");
    const restore = (file: string) => rivulet(["restore", file, ...remoteOf(app.server), "--yes"]);
    const kept = await app.store("kept", "text/plain");
    const [before] = await moved();
    expect((await rivulet(["backup", archive, ...remoteOf(app.server)])).code).toBe(0);
    await app.store("later");

    // One that fails when its files are there already leaves none of them.
    const damaged = join(folder, "damaged.zip");
    await writeZip(damaged, (await zipEntries(archive)).map(([name, text]) => [name, name.startsWith("files/") ? "KEPT" : text] as const));
    expect(await restore(damaged)).toMatchObject({ code: 1, output: expect.stringContaining("is not what was stored") as string });
    await until(async () => (await moved()).length === 2, "the objects of the restore that failed to go");
    expect(await moved()).toContain(before);

    expect((await restore(archive)).code).toBe(0);
    expect(await (await app.get(kept)).text()).toBe("kept");
    await until(async () => (await moved()).length === 1, "the objects of the replaced deployment to go");
    expect((await moved())[0]).not.toBe(before);

    const client = new TransferClient(app.server);
    const exported = await client.export(true);
    expect(exported.get(`_storage/${kept}.txt`)?.toString()).toBe("kept");
    await app.mutation("remove", { storageId: kept });
    await until(async () => (await moved()).length === 0, "the deleted object to go");
    expect(await client.imported({ format: "zip", mode: "replaceAll" }, await zipOf(Object.fromEntries(exported)))).toBe(1);
    expect(await (await app.get(kept)).text()).toBe("kept");
    expect(await moved()).toHaveLength(1);
  });

  test("FI-86 without credentials the server does not start, and says what is missing", async () => {
    const { code, output } = await run(process.execPath, [BIN, "start", "--data", await temporaryFolder(), "--port", "0", ...flags()], process.cwd(), { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
    expect(code).toBe(2);
    expect(output).toContain("--s3-bucket needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  });
});

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
