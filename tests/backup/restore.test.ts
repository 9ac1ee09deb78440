/** A restore into a server that runs: what its clients see, kills in the middle, archives that are no good. BK-21 to BK-26. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, BIN, mutationNamed, queryNamed, run, startServer, temporaryFolder, until, type TestServer } from "../harness.js";
import { remoteOf, rivulet, upload, writeZip, zipEntries } from "./archives.js";

const [add, addMany, totals] = [mutationNamed("notes:add"), mutationNamed("notes:addMany"), queryNamed("notes:totals")];

let server: TestServer;
let folder: string;
let archive: string;
let fileId: string;

const notes = async (): Promise<number> => ((await server.http().query(totals, {})) as { notes: number }).notes;
const restoreArgs = (file: string, ...more: string[]): string[] => ["restore", file, ...remoteOf(server), "--yes", ...more];

beforeAll(async () => {
  folder = await temporaryFolder();
  archive = join(folder, "small.zip");
  server = await startServer();
  await server.deploy("keepsake");
  await server.http().mutation(add, { text: "before", number: 1 });
  fileId = await upload(server, Buffer.from("bytes"));
  expect((await rivulet(["backup", archive, ...remoteOf(server)])).code).toBe(0);
});

afterAll(() => server[Symbol.asyncDispose]());

describe("into a server that runs", () => {
  test("BK-22 BK-24: clients stay, and see the restored state; timestamps go on", async () => {
    const client = server.client();
    const seen: number[] = [];
    client.onUpdate(totals, {}, (value) => seen.push((value as { notes: number }).notes));
    await client.mutation(add, { text: "after", number: 2 });
    await server.http().mutation(mutationNamed("files:remove"), { id: fileId });
    await until(() => seen.at(-1) === 2, "the second note to show");
    const timestamp = async (): Promise<bigint> => BigInt(((await (await fetch(`${server.url}/api/query_ts`, { method: "POST" })).json()) as { ts: string }).ts);
    const before = await timestamp();
    const deltas = async (): Promise<number> => (await fetch(`${server.url}/api/document_deltas?cursor=${before}`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } })).status;
    expect(await deltas()).toBe(200);
    expect(await rivulet(restoreArgs(archive))).toMatchObject({ code: 0, output: expect.stringContaining("Restored.") as string });
    await until(() => seen.at(-1) === 1, "the restored state to show");
    expect(await timestamp()).toBeGreaterThan(before);
    expect(await deltas()).toBe(400);
    await client.mutation(add, { text: "on", number: 3 });
    await until(() => seen.at(-1) === 2, "a write to the restored state to show");
    const url = (await server.http().query(queryNamed("files:url"), { id: fileId })) as string;
    expect(await (await fetch(url)).text()).toBe("bytes");
    expect(await readdir(server.dataFolder)).not.toContain("restore");
    await server.kill();
    await server.start();
    expect(await notes()).toBe(2);
    expect(await (await fetch(url)).text()).toBe("bytes");
  });

  test("BK-25: its admin keys stay its own, unless it is told otherwise", async () => {
    const key = (await rivulet(["keys", "create", "made-later", "--data", server.dataFolder])).output.split("\n")[0]!;
    const status = async (): Promise<number> => (await fetch(`${server.url}/api/check_admin_key`, { headers: { Authorization: `Convex ${key}` } })).status;
    expect((await rivulet(restoreArgs(archive))).code).toBe(0);
    expect(await status()).toBe(200);
    const withKeys = join(folder, "keys.zip");
    await writeZip(withKeys, (await zipEntries(archive)).map(([name, text]) => [name, text] as const).toSpliced(-1, 0, ["folder/admin-keys.json", '{"keys":[]}']));
    expect((await rivulet(restoreArgs(withKeys, "--with-keys"))).code).toBe(0);
    expect(await status()).toBe(403);
  });
});

describe("archives that are no good change nothing", () => {
  const refused = async (name: string, change: (entries: [string, string][]) => [string, string][], message: RegExp): Promise<void> => {
    const path = join(folder, `${name}.zip`);
    await writeZip(path, change(await zipEntries(archive)));
    await refusedFile(path, message);
  };
  /** By the server itself too, which a client of another version may ask. */
  const refusedFile = async (path: string, message: RegExp): Promise<void> => {
    const [before, data] = [await notes(), join(folder, "never")];
    const output = [await rivulet(restoreArgs(path)), await rivulet(["restore", path, "--data", data])].map((result) => `${result.code} ${result.output}`);
    for (const text of output) expect(text).toMatch(message);
    const response = await fetch(`${server.url}/api/rivulet/restore`, { method: "POST", headers: { Authorization: `Convex ${ADMIN_KEY}` }, body: await readFile(path) });
    expect((await response.text()).trim().split("\n").at(-1)).toMatch(/^\{"error":/);
    expect(await notes()).toBe(before);
    expect((await readdir(data).catch(() => [])).filter((name) => !name.startsWith("lock.mdb"))).toEqual([]);
  };
  const edit = (name: string, change: (text: string) => string) => (entries: [string, string][]): [string, string][] => entries.map(([entry, text]) => [entry, entry === name ? change(text) : text]);
  const without = (name: string) => (entries: [string, string][]): [string, string][] => entries.filter(([entry]) => !entry.startsWith(name));

  test("BK-26: cut short, and no zip at all", async () => {
    const whole = await readFile(archive);
    const [short, text] = [join(folder, "short.zip"), join(folder, "text.zip")];
    await writeFile(short, whole.subarray(0, whole.length - 100));
    await writeFile(text, "hello");
    await refusedFile(short, /1 error: .*short\.zip is no whole backup of Rivulet: .*Take another copy/);
    await refusedFile(text, /1 error: .*text\.zip is no whole backup/);
  });

  test("BK-26: something else, a newer version, a part missing", async () => {
    await refused("export", () => [["_tables/documents.jsonl", ""]], /is no backup of Rivulet: it holds "_tables.*npx convex import/);
    await refused("newer", edit("manifest.json", (text) => text.replace('"version": 1', '"version": 2')), /in version 2 of the format; this one reads up to 1\. Install a newer/);
    await refused("headless", without("manifest.json"), /it has no manifest\.json/);
    await refused("endless", without("end.json"), /it has no end\.json/);
  });

  test("BK-26: a line or a file changed or missing", async () => {
    await refused("line", edit("database.jsonl", (text) => text.replace("before", "BEFORE")), /database\.jsonl is not what was written/);
    await refused("lost", edit("database.jsonl", (text) => text.slice(text.indexOf("\n") + 1)), /database\.jsonl is not what was written: \d+ of \d+ entries/);
    await refused("no-entry", edit("database.jsonl", () => "[1]\n"), /line 1 of database\.jsonl is no entry/);
    // What the server has under the same key needs no other.
    const [shard = ""] = (await readdir(join(server.dataFolder, "files"))).filter((name) => /^[0-9a-f]{2}$/.test(name));
    await server.http().mutation(mutationNamed("files:remove"), { id: fileId });
    await until(async () => (await readdir(join(server.dataFolder, "files", shard))).length === 0, "the file to be removed");
    await refused("file", (entries) => edit(entries.find(([name]) => name.startsWith("files/"))![0], () => "BYTES")(entries), /is damaged: the file \S+ in it is not what was stored/);
    await refused("size", (entries) => edit(entries.find(([name]) => name.startsWith("files/"))![0], () => "byte")(entries), /has 4 bytes, and the database says 5/);
    await refused("gone", without("files/"), /it has no files\//);
  });
});

describe("kill -9", () => {
  let large: string;

  beforeAll(async () => {
    large = join(folder, "large.zip");
    for (let i = 0; i < 10; i++) await server.http().mutation(addMany, { count: 1_000, chars: 500 });
    expect((await rivulet(["backup", large, ...remoteOf(server)])).code).toBe(0);
  });

  test("BK-21: of a restore into a folder: no server starts on it, and the same command takes it up", async () => {
    const data = join(folder, "killed");
    const restoring = spawn(process.execPath, [BIN, "restore", large, "--data", data], { stdio: "ignore" });
    await until(async () => (await readdir(data).catch((): string[] => [])).includes("data.mdb"), "the restore to be under way");
    restoring.kill("SIGKILL");
    await once(restoring, "exit");
    expect(await run(process.execPath, [BIN, "start", "--data", data, "--port", "0"], folder)).toMatchObject({ code: 1, output: expect.stringMatching(/A restore into the data folder .* was interrupted\. Run it again/) as string });
    expect((await rivulet(["restore", large, "--data", data])).code).toBe(0);
    await using copy = await startServer({ dataFolder: data });
    expect(((await copy.http().query(totals, {})) as { notes: number }).notes).toBe(await notes());
  });

  test("BK-22: of a server: it has the old state or the new", async () => {
    const all = await notes();
    const body = await readFile(large);
    const restore = async (): Promise<string> => (await fetch(`${server.url}/api/rivulet/restore`, { method: "POST", headers: { Authorization: `Convex ${ADMIN_KEY}` }, body })).text();
    const startMs = performance.now();
    expect(await restore()).toContain('"restored"');
    const wholeMs = performance.now() - startMs;
    for (const part of [0.2, 0.7, 0.9]) {
      expect((await rivulet(restoreArgs(archive))).code).toBe(0);
      const restoring = restore().catch(() => "broken off");
      await new Promise((resolve) => setTimeout(resolve, wholeMs * part));
      await server.kill();
      const said = await restoring;
      await server.start();
      const found = await notes();
      if (said.includes('"restored"')) expect(found).toBe(all);
      else expect([1, all]).toContain(found);
      expect(await readdir(server.dataFolder)).not.toContain("restore");
    }
  });
});
