/** `npx convex export`, and round trips between deployments. EX-* of docs/spec/data-transfer.md. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type CommandResult, type TestServer } from "../harness.js";
import { AppFolder } from "./app-folder.js";
import { lines, TransferClient, unzip, zipOf } from "./transfer-client.js";

type Document = { readonly _id: string; readonly _creationTime: number } & Readonly<Record<string, unknown>>;

const actionNamed = (name: string) => makeFunctionReference<"action">(name);
const TABLES = ["users", "messages", "points", "values", "free"];

let folder: AppFolder;
let source: TestServer;
let target: TestServer;

const all = async (http: ConvexHttpClient, table: string): Promise<Document[]> => (await http.query(queryNamed("data:all"), { table })) as Document[];
const insert = (document: Record<string, unknown>, table: string): Promise<string> => source.http().mutation(mutationNamed("data:insert"), { table, document }) as Promise<string>;
const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;

async function succeeds(server: TestServer, ...args: readonly string[]): Promise<string> {
  const { code, output }: CommandResult = await server.convex(folder.path, args);
  if (code !== 0) throw new Error(output);
  return output;
}

/** Everything that functions see of a deployment. */
async function everything(server: TestServer): Promise<unknown> {
  const http = server.http();
  const files = (await http.query(queryNamed("data:files"), {})) as Document[];
  return {
    tables: await Promise.all(TABLES.map(async (table) => [table, await all(http, table)])),
    notes: await http.query(queryNamed("data:notes"), {}),
    files,
    contents: await Promise.all(files.map(({ _id }) => http.action(actionNamed("data:readFile"), { id: _id }))),
  };
}

/** Values of every kind, also such as are one text in the export format. */
const VALUES = [
  { big: 5n, bytes: bytes(0, 1, 255), float: 1.5, mixed: "5" },
  { big: -(2n ** 63n), bytes: bytes(), float: NaN, mixed: 5n },
  { big: 2n ** 63n - 1n, bytes: bytes(1), float: -0, mixed: { nested: [null, true, -Infinity, bytes(7), "AAE=", "NaN"], "a b": {} } },
];

beforeAll(async () => {
  folder = await AppFolder.copyOf("transfer");
  [source, target] = await Promise.all([startServer({ flags: ["--test-clock", "yes"] }), startServer()]);
  await succeeds(source, "deploy", "--typecheck", "disable", "--yes");
  await succeeds(target, "deploy", "--typecheck", "disable", "--yes");
  const author = await insert({ name: "Ann" }, "users");
  const picture = (await source.http().action(actionNamed("data:storeFile"), { text: "a picture", type: "image/png" })) as string;
  await source.http().action(actionNamed("data:storeFile"), { text: "", type: "" });
  await insert({ author, body: "quick brown fox", picture }, "messages");
  await insert({ name: "x", embedding: [1, 0, 0] }, "points");
  for (const values of VALUES) await insert(values, "values");
  await source.http().mutation(mutationNamed("data:note"), { text: "noted" });
});

afterAll(async () => {
  await Promise.all([source, target].map((server) => server[Symbol.asyncDispose]()));
  await folder[Symbol.asyncDispose]();
});

test("EX-1 EX-2 EX-10 the archive has the documented layout, in the documented encoding", async () => {
  const output = await succeeds(source, "export", "--include-file-storage", "--path", "out.zip");
  expect(output).toContain("Downloaded snapshot export to out.zip");
  const entries = await unzip(await readFile(join(folder.path, "out.zip")));
  const http = source.http();
  const [picture, empty] = (await http.query(queryNamed("data:files"), {})) as [Document, Document];
  expect([...entries.keys()].sort()).toEqual(
    [
      "README.md",
      "_tables/documents.jsonl",
      ...TABLES.flatMap((table) => [`${table}/documents.jsonl`, `${table}/generated_schema.jsonl`]),
      "_storage/documents.jsonl",
      "_storage/generated_schema.jsonl",
      `_storage/${picture._id}.png`,
      `_storage/${empty._id}`,
      ...["_components/journal/", "_components/notebook/_components/journal/"].flatMap((path) => [`${path}_tables/documents.jsonl`, `${path}entries/documents.jsonl`, `${path}entries/generated_schema.jsonl`]),
      "_components/notebook/_tables/documents.jsonl",
    ].sort(),
  );
  const tables = lines(entries.get("_tables/documents.jsonl")) as { name: string; id: number }[];
  expect(tables.map(({ name }) => name).sort()).toEqual([...TABLES].sort());
  expect(lines(entries.get("users/documents.jsonl"))).toEqual(await all(http, "users"));
  expect(lines(entries.get("users/generated_schema.jsonl"))).toEqual([`{"_creationTime": normalfloat64, "_id": id<${tables.find(({ name }) => name === "users")!.id}>, "name": string}`]);
  const values = (lines(entries.get("values/documents.jsonl")) as Document[]).sort((a, b) => a._creationTime - b._creationTime);
  expect(values.map(({ big, bytes: base64, float }) => [big, base64, float])).toEqual([["5", "AAH/", 1.5], ["-9223372036854775808", "", "NaN"], ["9223372036854775807", "AQ==", -0]]);
  expect(lines(entries.get("_storage/documents.jsonl"))).toContainEqual(picture);
  expect(entries.get(`_storage/${picture._id}.png`)!.toString()).toBe("a picture");
  expect(lines(entries.get("_components/notebook/_components/journal/entries/documents.jsonl"))).toMatchObject([{ text: "noted in a notebook" }]);
});

test("EX-20 IM-50 a round trip into another deployment: ids, times, files and components stay; again with --replace-all", async () => {
  const before = await everything(source);
  await succeeds(target, "import", "--yes", "out.zip");
  expect(await everything(target)).toEqual(before);
  const http = target.http();
  expect(await http.query(queryNamed("data:search"), { text: "fox" })).toEqual(["quick brown fox"]);
  const [message] = await all(http, "messages");
  expect(await http.query(queryNamed("data:byAuthor"), { author: message!["author"] })).toEqual(["quick brown fox"]);
  await http.mutation(mutationNamed("data:removeFile"), { id: message!["picture"] });
  await http.mutation(mutationNamed("data:note"), { text: "another" });
  await succeeds(target, "import", "--replace-all", "--yes", "out.zip");
  expect(await everything(target)).toEqual(before);
  const transfer = new TransferClient(target);
  const exported = await transfer.export(true);
  const original = await unzip(await readFile(join(folder.path, "out.zip")));
  expect([...exported].map(([name, content]) => [name, content.toString("latin1")]).sort()).toEqual([...original].map(([name, content]) => [name, content.toString("latin1")]).sort());
});

test("IM-51 IM-52 files that are damaged, missing, or another's are refused", async () => {
  const entries = await unzip(await readFile(join(folder.path, "out.zip")));
  const transfer = new TransferClient(target);
  const only = Object.fromEntries([...entries].filter(([name]) => name.startsWith("_storage/")));
  const png = Object.keys(only).find((name) => name.endsWith(".png"))!;
  const order = { format: "zip", mode: "replace" } as const;
  expect(await transfer.refusal({ format: "zip", mode: "append" }, await zipOf(only))).toContain("is here already");
  expect(await transfer.refusal(order, await zipOf({ ...only, [png]: "b picture" }).then(async (zip) => (await transfer.imported({ format: "zip", mode: "replace" }, await zipOf({ "_storage/documents.jsonl": "" })), zip)))).toContain("the bytes of the file are not those that the line speaks of");
  const { [png]: _gone, ...missing } = only;
  expect(await transfer.refusal(order, await zipOf(missing))).toContain("the archive has no bytes of this file");
  const { "_storage/documents.jsonl": _documents, ...undescribed } = only;
  expect(await transfer.refusal(order, await zipOf(undescribed))).toContain("no _storage/documents.jsonl that describes them");
  expect(await target.http().query(queryNamed("data:files"), {})).toEqual([]);
  expect(await transfer.imported(order, await zipOf(only))).toBe(2);
});

test("IM-6 an archive that was unpacked and packed again, as one folder, with what systems add to it", async () => {
  const entries = await unzip(await readFile(join(folder.path, "out.zip")));
  const packed = Object.fromEntries([...entries].map(([name, content]) => [`snapshot/${name}`, content]));
  const transfer = new TransferClient(target);
  await transfer.imported({ format: "zip", mode: "replaceAll" }, await zipOf({ ...packed, "__MACOSX/snapshot/._users": "x", "snapshot/.DS_Store": "x" }));
  expect(await everything(target)).toEqual(await everything(source));
});

test("EX-11 without files by default; into a folder, under the name that the server gives", async () => {
  const output = await succeeds(source, "export", "--path", ".");
  const [, name] = /Downloaded snapshot export to (snapshot_rivulet_\d+\.zip)/.exec(output)!;
  const entries = await unzip(await readFile(join(folder.path, name!)));
  expect([...entries.keys()].filter((entry) => entry.startsWith("_storage"))).toEqual([]);
});

test("EX-12 an archive shows one timestamp, whatever is written meanwhile", async () => {
  const transfer = new TransferClient(source);
  const http = source.http();
  const pairs = Array.from({ length: 40 }, async (_, i) => {
    await http.mutation(mutationNamed("data:note"), { text: `pair ${i}` });
  });
  const entries = await transfer.export();
  await Promise.all(pairs);
  const texts = (path: string): unknown[] => (lines(entries.get(`${path}entries/documents.jsonl`)) as { text: string }[]).map(({ text }) => text.replace(" in a notebook", "")).sort();
  expect(texts("_components/journal/")).toEqual(texts("_components/notebook/_components/journal/"));
});

test("EX-13 EX-14 one export at a time; an archive expires, and then it is gone", async () => {
  const transfer = new TransferClient(source);
  const requests = await Promise.all([1, 2, 3].map(() => transfer.post("/api/export/request/zip?includeStorage=true")));
  expect(requests.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  expect(await Promise.all(requests.filter(({ ok }) => !ok).map((response) => response.json()))).toMatchObject([{ code: "ExportInProgress" }, { code: "ExportInProgress" }]);
  const { start_ts } = await transfer.latestExport();
  expect((await transfer.download(start_ts)).length).toBeGreaterThan(0);
  await expect(transfer.download(12n)).rejects.toThrow("UnknownExport");
  await source.advanceClock(8 * 24 * 3_600_000);
  await expect(transfer.download(start_ts)).rejects.toThrow("ExportExpired");
  expect((await fetch(`${source.url}/api/export/zip/${start_ts}`)).status).toBe(401);
});

test("EX-15 IM-60 a kill in the middle: the next start takes exports and imports up", async () => {
  const transfer = new TransferClient(source);
  const documents = Array.from({ length: 4_000 }, (_, i) => `${JSON.stringify({ i, text: "x".repeat(200) })}\n`).join("");
  for (const mode of ["replace", "append"] as const) {
    const { importId } = await transfer.prepare({ format: "jsonLines", tableName: "free", mode }, documents);
    await transfer.post("/api/perform_import", JSON.stringify({ importId }));
    await until(async () => (await transfer.state(importId)).state === "in_progress", "the import");
    await source.kill();
    await source.start();
    expect(await transfer.settled(importId)).toMatchObject({ state: "completed", num_rows_written: 4_000n });
  }
  const found = (await all(source.http(), "free")).map(({ i }) => i as number).sort((a, b) => a - b);
  expect(found).toEqual(Array.from({ length: 8_000 }, (_, i) => i >> 1));
  await transfer.post("/api/export/request/zip?includeStorage=true");
  await source.kill();
  await source.start();
  const { state, start_ts } = await transfer.latestExport();
  expect(state).toBe("completed");
  expect(lines((await unzip(await transfer.download(start_ts))).get("free/documents.jsonl"))).toHaveLength(8_000);
});
