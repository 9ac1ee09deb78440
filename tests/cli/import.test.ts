/** `npx convex import`, every format and mode, on one server. IM-* of docs/spec/data-transfer.md. */
import { ConvexClient, type ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mutationNamed, queryNamed, startServer, type CommandResult, type TestServer } from "../harness.js";
import { encodeId, decodeId, newId } from "../../src/values/id.js";
import { AppFolder } from "./app-folder.js";
import { TransferClient, zipOf } from "./transfer-client.js";

type Document = { readonly _id: string; readonly _creationTime: number } & Readonly<Record<string, unknown>>;

let server: TestServer;
let folder: AppFolder;
let transfer: TransferClient;
let http: ConvexHttpClient;

const convex = (...args: readonly string[]): Promise<CommandResult> => server.convex(folder.path, args);
const all = async (table: string): Promise<Document[]> => (await http.query(queryNamed("data:all"), { table })) as Document[];
const bare = (documents: readonly Document[]): unknown[] => documents.map(({ _id, _creationTime, ...rest }) => rest);
const insert = (table: string, document: unknown): Promise<string> => http.mutation(mutationNamed("data:insert"), { table, document }) as Promise<string>;
const jsonLines = (...documents: readonly unknown[]): string => documents.map((document) => `${JSON.stringify(document)}\n`).join("");
const numberOf = (id: string): number => decodeId(id)!.tableNumber;

beforeAll(async () => {
  server = await startServer({ flags: ["--import-bytes-max", "20MiB", "--test-clock", "yes"] });
  folder = await AppFolder.copyOf("transfer");
  const { code, output } = await convex("deploy", "--typecheck", "disable", "--yes");
  expect({ code, output }).toMatchObject({ code: 0 });
  transfer = new TransferClient(server);
  http = server.http();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** The deployment is empty after it. */
async function clear(): Promise<void> {
  expect(await transfer.imported({ format: "zip", mode: "replaceAll" }, await zipOf({ "users/documents.jsonl": "" }))).toBe(0);
}

describe("the command", () => {
  beforeEach(clear);

  test("IM-1 IM-10 IM-13 imports JSON lines into a table, refuses a second time, appends, and replaces", async () => {
    await folder.write("users.jsonl", jsonLines({ name: "Ann" }, { name: "Bob" }));
    const first = await convex("import", "--table", "users", "users.jsonl");
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('Added 2 documents to table "users"') });
    const again = await convex("import", "--table", "users", "users.jsonl");
    expect(again).toMatchObject({ code: 1, output: expect.stringContaining('There are documents already in table "users". Import with --append to add to them, or with --replace to replace them.') });
    await folder.write("more.csv", "\ufeffname\nCay\n\"Dan \"\"D\"\", junior\"\n");
    expect(await convex("import", "--table", "users", "--append", "more.csv")).toMatchObject({ code: 0 });
    expect(bare(await all("users"))).toEqual([{ name: "Ann" }, { name: "Bob" }, { name: "Cay" }, { name: 'Dan "D", junior' }]);
    await folder.write("array.json", JSON.stringify([{ name: "Eve" }]));
    const replaced = await convex("import", "--table", "users", "--replace", "-y", "array.json");
    expect(replaced.output).toMatch(/users \| +1 \| 4\nDeleted documents can't be brought back\./);
    expect(bare(await all("users"))).toEqual([{ name: "Eve" }]);
  });

  test("IM-14 asks before it deletes, and nothing is changed where nobody says yes", async () => {
    await insert("users", { name: "Ann" });
    await folder.write("users.jsonl", jsonLines({ name: "Bob" }));
    const { code, output } = await convex("import", "--table", "users", "--replace", "users.jsonl");
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("Perform import?") });
    expect(bare(await all("users"))).toEqual([{ name: "Ann" }]);
  });

  test("IM-15 an empty file clears a table", async () => {
    await insert("users", { name: "Ann" });
    await folder.write("empty.jsonl", "");
    expect(await convex("import", "--table", "users", "--replace", "--yes", "empty.jsonl")).toMatchObject({ code: 0 });
    expect(await all("users")).toEqual([]);
  });

  test("IM-30 errors name the line, and nothing is imported", async () => {
    await folder.write("users.jsonl", '{"name":"Ann"}\n{"name":"Bob"\n');
    const { code, output } = await convex("import", "--table", "users", "users.jsonl");
    expect(code).toBe(1);
    expect(output).toContain("line 2: this is not JSON");
    expect(await all("users")).toEqual([]);
  });
});

describe("formats", () => {
  beforeEach(clear);

  test("IM-2 CSV: a cell is a number where it reads as one, and a text otherwise", async () => {
    await transfer.imported({ format: "csv", tableName: "free" }, 'a,b,c\r\n1,-2.5e3,0x10\r\n007,,NaN\r\n"1","two\nlines",1e999\r\n');
    expect(bare(await all("free"))).toEqual([
      { a: 1, b: -2500, c: "0x10" },
      { a: 7, b: "", c: "NaN" },
      { a: 1, b: "two\nlines", c: "1e999" },
    ]);
  });

  test("IM-3 JSON keeps its values; texts that say what they are become int64s and bytes", async () => {
    const document = { null: null, nested: { a: [1, "x", true] }, float: 1, big: { $integer: "BQAAAAAAAAA=" }, bytes: { $bytes: "AAE=" }, special: { $float: "AAAAAAAA+H8=" } };
    await transfer.imported({ format: "jsonLines", tableName: "free" }, `\n${JSON.stringify(document)}\r\n\n`);
    const [stored] = bare(await all("free")) as [Record<string, unknown>];
    expect(stored).toEqual({ null: null, nested: { a: [1, "x", true] }, float: 1, big: 5n, bytes: new Uint8Array([0, 1]).buffer, special: NaN });
  });

  test("IM-4 a JSON array has 8 MiB at most", async () => {
    const large = JSON.stringify(Array.from({ length: 9 }, () => ({ text: "x".repeat(1_000_000) })));
    expect(await transfer.refusal({ format: "jsonArray", tableName: "free" }, large)).toContain("larger than 8 MiB. Import more as JSON lines");
  });

  test("IM-5 a file of several parts arrives whole", async () => {
    const documents = Array.from({ length: 60 }, (_, i) => ({ i, text: "é".repeat(50_000) }));
    expect(await transfer.imported({ format: "jsonLines", tableName: "free" }, jsonLines(...documents))).toBe(60);
    expect((await all("free")).map(({ i }) => i)).toEqual(documents.map(({ i }) => i));
  });
});

describe("ids and times", () => {
  beforeEach(clear);

  test("IM-20 are kept, and given to documents that lack them", async () => {
    const [id, other] = [newId(10_777), newId(10_777)];
    await transfer.imported({ format: "jsonLines", tableName: "users" }, jsonLines({ _id: id, _creationTime: 1_000.5, name: "Ann" }, { name: "Bob" }, { _id: other, name: "Cay" }));
    const users = await all("users");
    expect(users[0]).toEqual({ _id: id, _creationTime: 1_000.5, name: "Ann" });
    expect(users.map(({ name }) => name)).toEqual(["Ann", "Bob", "Cay"]);
    expect(users.map((user) => numberOf(user._id))).toEqual([10_777, 10_777, 10_777]);
    expect(users[2]!._creationTime).toBeGreaterThan(users[1]!._creationTime);
    const dan = await insert("users", { name: "Dan" });
    expect(numberOf(dan)).toBe(10_777);
    expect(await insert("messages", { author: id, body: "by Ann" })).toEqual(expect.any(String));
  });

  test("IM-21 ids of another table than the one that has documents are refused", async () => {
    const own = await insert("users", { name: "Ann" });
    const foreign = newId(10_778);
    const order = { format: "jsonLines", tableName: "users", mode: "append" } as const;
    expect(await transfer.refusal(order, jsonLines({ _id: foreign, name: "Bob" }))).toContain('The ids of table "users" in the import are of another table');
    expect(await transfer.refusal({ format: "jsonLines", tableName: "free" }, jsonLines({ _id: own, name: "Bob" }))).toContain('are those of the table "users" here, which has documents');
    expect(await transfer.refusal(order, jsonLines({ _id: newId(numberOf(own)), name: "Bob" }, { _id: foreign, name: "Cay" }))).toContain(`line 2: the _id ${foreign} is not one of table "users"`);
    expect(await transfer.imported({ ...order, mode: "replace" }, jsonLines({ _id: foreign, name: "Bob" }))).toBe(1);
    expect((await all("users")).map(({ _id }) => _id)).toEqual([foreign]);
    expect(await http.query(queryNamed("data:get"), { id: own })).toBeNull();
  });

  test("IM-22 an id is one document's: twice in a file, or in the table already, it is refused", async () => {
    const ann = await insert("users", { name: "Ann" });
    const order = { format: "jsonLines", tableName: "users", mode: "append" } as const;
    expect(await transfer.refusal(order, jsonLines({ name: "Bob" }, { _id: ann, name: "Ann again" }))).toContain(`line 2: a document with the _id ${ann} is there already`);
    const twice = newId(numberOf(ann));
    expect(await transfer.refusal({ ...order, mode: "replace" }, jsonLines({ _id: twice, name: "a" }, { _id: twice, name: "b" }))).toContain("line 2: a document with the _id");
    expect(bare(await all("users"))).toEqual([{ name: "Ann" }]);
  });

  test("IM-23 ids that a schema wants of one table may not be of another", async () => {
    const author = newId(10_901);
    const archive = (number: number) => zipOf({ "users/documents.jsonl": jsonLines({ _id: newId(number), name: "Ann" }), "messages/documents.jsonl": jsonLines({ _id: newId(10_902), author, body: "x" }) });
    expect(await transfer.refusal({ format: "zip" }, await archive(10_903))).toMatch(/messages\/documents\.jsonl, line 1: .*does not match validator/s);
    expect(await transfer.imported({ format: "zip" }, await archive(10_901))).toBe(2);
  });

  test("IM-24 a table that documents refer to keeps its number", async () => {
    const author = await insert("users", { name: "Ann" });
    await insert("messages", { author, body: "x" });
    const order = { format: "jsonLines", tableName: "users", mode: "replace" } as const;
    expect(await transfer.refusal(order, jsonLines({ _id: newId(10_911), name: "Bob" }))).toContain('documents of "messages" hold ids of "users"');
    expect(await transfer.imported(order, jsonLines({ _id: author, name: "Ann, renamed" }))).toBe(1);
    expect(await http.query(queryNamed("data:get"), { id: author })).toMatchObject({ name: "Ann, renamed" });
  });

  test("IM-25 empty tables give their numbers away", async () => {
    const free = await insert("free", {});
    await http.mutation(mutationNamed("data:remove"), { id: free });
    await transfer.imported({ format: "jsonLines", tableName: "users" }, jsonLines({ _id: newId(numberOf(free)), name: "Ann" }));
    expect(numberOf(await insert("free", {}))).not.toBe(numberOf(free));
  });
});

describe("what is refused", () => {
  beforeAll(clear);

  const cases: readonly (readonly [title: string, content: string | Buffer, expected: string])[] = [
    ["a field with $", jsonLines({ ok: 1 }, { $no: 1, x: 2 }), "line 2: Field name $no starts with a '$', which is reserved."],
    ["a field of the system's", jsonLines({ _other: 1 }), "line 1: Field name _other starts with an underscore"],
    ["what is no object", "{}\n[1]\n", "line 2: a document must be a JSON object, and this is an array."],
    ["an id that is none", jsonLines({ _id: "1" }), 'line 1: the field "_id" must be an id in the format of the database, not "1".'],
    ["a time that is none", jsonLines({ _creationTime: "now" }), 'line 1: the field "_creationTime" must be a number of milliseconds'],
    ["a document that is too large", `${jsonLines({})}{"a":"${"x".repeat(1_100_000)}"}\n`, "line 2: Value is too large (1.05 MiB > maximum size 1 MiB)"],
    ["text that is not UTF-8", Buffer.from([0x7b, 0x7d, 0x0a, 0x22, 0xff, 0x22]), "line 2: the text is not UTF-8"],
    ["a value nested too deeply", `${'{"a":'.repeat(20)}1${"}".repeat(20)}\n`, "line 1: Value is nested too deeply"],
  ];

  test.each(cases)("IM-31 %s", async (_title, content, expected) => {
    expect(await transfer.refusal({ format: "jsonLines", tableName: "free" }, content)).toContain(expected);
    expect(await all("free")).toEqual([]);
  });

  test.each([
    ["a, b\n1,2,3\n", "line 2: this is not CSV"],
    ["a,a\n1,2\n", 'line 1: two columns are named "a"'],
    ["a,\n1,2\n", "line 1: column 2 has no name"],
    ['a\n"open\n', "this is not CSV"],
    ["$a\n1\n", "line 2: Field name $a starts with a '$'"],
  ])("IM-32 CSV that is not in order: %j", async (content, expected) => {
    expect(await transfer.refusal({ format: "csv", tableName: "free" }, content)).toContain(expected);
  });

  test.each([
    ['[{"a":1},\n{"a":}]', "line 2: this is not JSON"],
    ['{"a":1}', "it must be an array of objects".replace("it", "It")],
    ['[{"a":1},2]', "element 2: a document must be a JSON object, and this is a number."],
  ])("IM-33 a JSON array that is not in order: %j", async (content, expected) => {
    expect(await transfer.refusal({ format: "jsonArray", tableName: "free" }, content)).toContain(expected);
  });

  test("IM-34 documents that the schema refuses, names that no table can have, components that are not there", async () => {
    expect(await transfer.refusal({ format: "jsonLines", tableName: "users" }, jsonLines({ name: "Ann" }, { name: 1 }))).toMatch(/^line 2: .*table "users".*does not match/s);
    expect(await transfer.refusal({ format: "jsonLines", tableName: "_imports" }, "{}")).toContain("System tables can't be imported");
    expect(await transfer.refusal({ format: "jsonLines", tableName: "1st" }, "{}")).toContain('"1st" can\'t be the name of a table');
    expect(await transfer.refusal({ format: "jsonLines", tableName: "entries", componentPath: "nobody" }, "{}")).toContain('There is no component "nobody" here. The app mounts journal, notebook, notebook/journal');
  });

  test("IM-35 archives that are not in order", async () => {
    const refusal = async (entries: Record<string, string | Buffer>): Promise<string> => await transfer.refusal({ format: "zip" }, await zipOf(entries));
    expect(await refusal({})).toContain("there is nothing to import");
    expect(await refusal({ "free.jsonl": "{}" })).toContain('an entry "free.jsonl", which is not part of an export');
    expect(await refusal({ "free/data.jsonl": "{}" })).toContain('an entry "free/data.jsonl"');
    expect(await refusal({ "_modules/documents.jsonl": "{}" })).toContain("system tables can't be imported");
    expect(await refusal({ "_components/nobody/free/documents.jsonl": "{}" })).toContain('There is no component "nobody"');
    expect(await refusal({ "free/documents.jsonl": "{", "users/documents.jsonl": "" })).toContain("free/documents.jsonl: line 1: this is not JSON");
    expect(await refusal({ "free/documents.jsonl": jsonLines({ a: 1 }), "free/generated_schema.jsonl": '"{a: ]"' })).toContain("the shape can't be understood");
    expect(await refusal({ "free/documents.jsonl": Buffer.alloc(30 * 2 ** 20, " ") })).toContain("holds more than 20971520 bytes when it is unpacked");
    expect(await transfer.refusal({ format: "zip" }, "no zip")).toContain("The zip archive can't be read");
    const traversal = (await zipOf({ "xx/xx/free.jsonl": "{}" })).toString("latin1").replaceAll("xx/xx/free.jsonl", "../../free.jsonl");
    expect(await transfer.refusal({ format: "zip" }, Buffer.from(traversal, "latin1"))).toContain("invalid relative path");
  });

  test("IM-36 uploads that are not in order", async () => {
    const post = async (path: string, body?: string): Promise<unknown> => await (await transfer.post(path, body)).json();
    expect(await post("/api/import/upload_part?uploadToken=../../etc&partNumber=1", "x")).toMatchObject({ code: "UnknownUpload" });
    const { uploadToken } = (await post("/api/import/start_upload")) as { uploadToken: string };
    expect(await post(`/api/import/upload_part?uploadToken=${uploadToken}&partNumber=0`, "x")).toMatchObject({ code: "BadPart" });
    expect(await post(`/api/import/upload_part?uploadToken=${uploadToken}&partNumber=2`, "x")).toBe("2:1");
    const order = { mode: "append", format: "jsonLines", tableName: "free" };
    expect(await post("/api/import/finish_upload", JSON.stringify({ import: order, uploadToken, partTokens: ["2:1"] }))).toMatchObject({ code: "BadPart" });
    expect(await post("/api/import/finish_upload", JSON.stringify({ import: { ...order, mode: "nothing" }, uploadToken, partTokens: [] }))).toMatchObject({ code: "BadImport" });
    expect(await post("/api/import/finish_upload", JSON.stringify({ import: { ...order, format: "zip" }, uploadToken, partTokens: [] }))).toMatchObject({ code: "BadImport" });
    expect(await post("/api/perform_import", JSON.stringify({ importId: "none" }))).toMatchObject({ code: "UnknownImport" });
  });
});

describe("modes", () => {
  beforeEach(clear);

  test("IM-11 --replace-all: tables of the schema are cleared, others deleted, whatever is not in the import", async () => {
    await insert("users", { name: "Ann" });
    await insert("free", { a: 1 });
    await transfer.imported({ format: "jsonLines", tableName: "extra" }, jsonLines({ a: 1 }));
    await http.mutation(mutationNamed("data:note"), { text: "noted" });
    const { importId, state } = await transfer.prepare({ format: "jsonLines", tableName: "users", mode: "replaceAll" }, jsonLines({ name: "Bob" }));
    expect(state).toMatchObject({ state: "waiting_for_confirmation", require_manual_confirmation: true });
    expect(state.message_to_confirm).toMatch(/users +\| +1 \| 1\n.*free +\| +0 \| 1\n/s);
    expect(state.message_to_confirm).toMatch(/extra \(the table goes\) +\| +0 \| 1\n/);
    await transfer.post("/api/perform_import", JSON.stringify({ importId }));
    expect(await transfer.settled(importId)).toMatchObject({ state: "completed", num_rows_written: 1n });
    expect(bare(await all("users"))).toEqual([{ name: "Bob" }]);
    expect([await all("free"), await all("extra")]).toEqual([[], []]);
    expect(await http.query(queryNamed("data:notes"), {})).toEqual({ journal: [], notebook: [] });
    expect(await convex("data")).toMatchObject({ output: expect.not.stringContaining("extra") });
  });

  test("IM-12 --component: into the tables of a component", async () => {
    expect(await transfer.imported({ format: "jsonLines", tableName: "entries", componentPath: "notebook/journal" }, jsonLines({ text: "imported" }))).toBe(1);
    await http.mutation(mutationNamed("data:note"), { text: "noted" });
    const { journal, notebook } = (await http.query(queryNamed("data:notes"), {})) as { journal: Document[]; notebook: Document[] };
    expect([bare(journal), bare(notebook)]).toEqual([[{ text: "noted" }], [{ text: "imported" }, { text: "noted in a notebook" }]]);
    expect(await transfer.refusal({ format: "jsonLines", tableName: "entries", componentPath: "journal" }, jsonLines({ text: "again" }))).toContain("There are documents already");
  });

  test("IM-16 a cancelled import changes nothing, and can't be confirmed", async () => {
    await insert("users", { name: "Ann" });
    const { importId } = await transfer.prepare({ format: "jsonLines", tableName: "users", mode: "replace" }, jsonLines({ name: "Bob" }));
    expect((await transfer.post("/api/cancel_import", JSON.stringify({ importId }))).status).toBe(200);
    expect(await transfer.state(importId)).toEqual({ state: "failed", error_message: "The import was canceled." });
    expect(await (await transfer.post("/api/perform_import", JSON.stringify({ importId }))).json()).toMatchObject({ code: "ImportNotWaiting" });
    expect(bare(await all("users"))).toEqual([{ name: "Ann" }]);
  });
});

describe("what is imported is there", () => {
  beforeEach(clear);

  test("IM-40 IM-41 subscribers see the old or the new documents, never a part of both, and all indexes know them", async () => {
    const order = { format: "zip", mode: "replace" } as const;
    const users = Array.from({ length: 700 }, () => newId(10_501));
    const archive = (word: string) =>
      zipOf({
        "users/documents.jsonl": jsonLines(...users.map((_id, i) => ({ _id, name: `${word} ${i}` }))),
        "messages/documents.jsonl": jsonLines(...users.map((author, i) => ({ author, body: `${word} ${i}` }))),
        "points/documents.jsonl": jsonLines(...[[1, 0, 0], [0, 1, 0], [0, 0, 1]].map((embedding, i) => ({ _id: encodeId(10_502, new Uint8Array(16).fill(i + (word === "old" ? 0 : 10))), name: word, embedding }))),
      });
    await transfer.imported(order, await archive("old"));
    const seen: string[][] = [];
    const client = server.adopt(new ConvexClient(server.url, { logger: false }));
    const first = new Promise<void>((resolve) => {
      client.onUpdate(makeFunctionReference<"query">("data:all"), { table: "messages" }, (documents) => {
        seen.push((documents as { body: string }[]).map(({ body }) => body.split(" ")[0]!));
        resolve();
      });
    });
    await first;
    await transfer.imported(order, await archive("new"));
    expect(await http.query(queryNamed("data:byAuthor"), { author: users[7]! })).toEqual(["new 7"]);
    expect([await http.query(queryNamed("data:search"), { text: "old" }), await http.query(queryNamed("data:search"), { text: "699" })]).toEqual([[], ["new 699"]]);
    expect(await http.action(makeFunctionReference<"action">("data:nearest"), { vector: [0.9, 0.3, 0] })).toEqual([10, 11].map((i) => encodeId(10_502, new Uint8Array(16).fill(i))));
    await expect.poll(() => seen.length).toBe(2);
    expect(seen.map((words) => [words.length, new Set(words).size, words[0]])).toEqual([[700, 1, "old"], [700, 1, "new"]]);
    await insert("messages", { author: users[7]!, body: "added later" });
    expect(await http.query(queryNamed("data:search"), { text: "later" })).toEqual(["added later"]);
  });

  test("IM-42 a push beside an import: one of them says that the other came between", async () => {
    const { importId } = await transfer.prepare({ format: "jsonLines", tableName: "users" }, jsonLines({ name: "Ann" }));
    const undo = await folder.edit("convex/schema.ts", "users: defineTable({ name: v.string() })", "users: defineTable({ name: v.string(), age: v.number() })");
    expect(await convex("deploy", "--typecheck", "disable", "--yes")).toMatchObject({ code: 0 });
    await transfer.post("/api/perform_import", JSON.stringify({ importId }));
    expect(await transfer.settled(importId)).toMatchObject({ state: "failed", error_message: expect.stringContaining("missing the required field `age`") });
    await undo();
    expect(await convex("deploy", "--typecheck", "disable", "--yes")).toMatchObject({ code: 0 });
    expect(await all("users")).toEqual([]);
  });
});
