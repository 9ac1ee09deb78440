/** `rivulet backup` and `rivulet restore` as their user runs them. BK-1 to BK-14, BK-20, BK-23, BK-27 to BK-30, BK-40. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, BIN, copyApp, mutationNamed, queryNamed, run, startServer, temporaryFolder, TestServer, until, type CommandResult } from "../harness.js";
import { remoteOf, rivulet, upload, zipNames, zipText } from "./archives.js";

const [add, list, totals, search, fireIn] = [mutationNamed("notes:add"), queryNamed("notes:list"), queryNamed("notes:totals"), queryNamed("notes:search"), mutationNamed("notes:fireIn")];

let server: TestServer;
let folder: string;
const archive = (): string => join(folder, "shop.zip");
const remote = (): string[] => remoteOf(server);

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startServer({ flags: ["--test-clock", "yes"] });
  const app = await copyApp("keepsake");
  await server.convex(app, ["env", "set", "MOTTO", "festina lente"]);
  await server.deploy("keepsake");
});

afterAll(() => server[Symbol.asyncDispose]());

describe("a server that is written to, and a new folder", () => {
  test("BK-2 BK-4 BK-20 BK-27 BK-28: everything is there, as of one moment", async () => {
    const http = server.http();
    await http.mutation(add, { text: "slow and steady 漢字 \u2028", number: 0.5 });
    const bytes = Buffer.from("what is kept");
    const fileId = await upload(server, bytes);
    const emptyId = await upload(server, Buffer.alloc(0));
    await http.mutation(fireIn, { name: "later", ms: 3_600_000 });
    const key = (await rivulet(["keys", "create", "ci", "--data", server.dataFolder])).output.split("\n")[0]!;

    let [written, isDone] = [1, false];
    const writer = (async () => {
      while (!isDone) await http.mutation(add, { text: "noise", number: written++ });
    })();
    await until(() => written > 20, "writes to be under way");
    const made = await run(process.execPath, [BIN, "backup", archive()], folder, { CONVEX_SELF_HOSTED_URL: server.url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY });
    const writtenAtEnd = written;
    // Deleted after the moment of the archive: it is in it.
    await http.mutation(mutationNamed("files:remove"), { id: fileId });
    isDone = true;
    await writer;
    expect(made).toMatchObject({ code: 0, output: expect.stringMatching(/shop\.zip: [\d,]+ entries and 2 files \(12 bytes\), as of 20\d\d-/) as string });

    const data = join(folder, "new");
    expect(await rivulet(["restore", archive(), "--data", data])).toMatchObject({ code: 0, output: expect.stringContaining("Start it with: rivulet start --data") as string });
    await using copy = new TestServer(data, { dataFolder: data, flags: ["--test-clock", "yes"] });
    await copy.start();
    const state = (await copy.http().query(totals, {})) as { notes: number; shadows: number; ticks: number; fired: string[]; motto: string };
    expect(state).toEqual({ notes: state.notes, shadows: state.notes, ticks: state.notes, fired: [], motto: "festina lente" });
    expect(state.notes).toBeGreaterThan(20);
    expect(state.notes).toBeLessThanOrEqual(writtenAtEnd);
    // The same documents, ids and times included, and nothing later.
    expect(await copy.http().query(list, {})).toEqual(((await http.query(list, {})) as object[]).slice(0, state.notes));
    expect(await copy.http().query(search, { text: "steady" })).toEqual(["slow and steady 漢字 \u2028"]);
    const url = (await copy.http().query(queryNamed("files:url"), { id: fileId })) as string;
    expect(url.startsWith(copy.url)).toBe(true);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(bytes);
    expect((await fetch((await copy.http().query(queryNamed("files:url"), { id: emptyId })) as string)).status).toBe(200);
    expect((await fetch(`${copy.url}/api/check_admin_key`, { headers: { Authorization: `Convex ${key}` } })).status).toBe(200);
    await copy.advanceClock(3_600_000);
    await until(async () => ((await copy.http().query(totals, {})) as { fired: string[] }).fired.length > 0, "the scheduled function to run in the copy");
    expect(((await http.query(totals, {})) as { fired: string[] }).fired).toEqual([]);
    await copy.http().mutation(add, { text: "goes on", number: 1e6 });
  });

  test("BK-1 BK-3 BK-6: common tools read it; only its owner may", async () => {
    const names = await zipNames(archive());
    expect([names[0], names[1], names.at(-1)]).toEqual(["manifest.json", "database.jsonl", "end.json"]);
    expect(names.filter((name) => name.startsWith("folder/"))).toContain("folder/admin-keys.json");
    expect(names.filter((name) => name.startsWith("files/"))).toHaveLength(2);
    const lines = (await zipText(archive(), "database.jsonl")).trimEnd().split("\n").map((line) => JSON.parse(line) as [string, string]);
    // Of the history only its end.
    expect(lines.filter(([key]) => key.startsWith("l"))).toHaveLength(1);
    expect((await stat(archive())).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).filter((name) => name.includes("unfinished"))).toEqual([]);
  });

  test("BK-11: a folder that no server runs on", async () => {
    const [data, file] = [join(folder, "new"), join(folder, "offline.zip")];
    expect(await rivulet(["backup", file, "--data", data])).toMatchObject({ code: 0, output: expect.stringContaining("2 files (12 bytes)") as string });
    const again = join(folder, "again");
    expect((await rivulet(["restore", file, "--data", again])).code).toBe(0);
    await using copy = await startServer({ dataFolder: again });
    expect(await copy.http().query(search, { text: "steady" })).toHaveLength(1);
  });

  test("BK-11: a folder whose server was killed, with what it had just acknowledged", async () => {
    const file = join(folder, "killed.zip");
    await using killed = await startServer();
    await killed.deploy("keepsake");
    await killed.http().mutation(add, { text: "at the last moment", number: 1 });
    await killed.kill();
    expect(await readdir(killed.dataFolder)).toContain("journal");
    expect(await rivulet(["backup", file, "--data", killed.dataFolder])).toMatchObject({ code: 0 });
    expect(await zipText(file, "database.jsonl")).toContain("at the last moment");
  });
});

/** Nobody listens on it. */
async function closedPort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, "close");
  return port;
}

describe("refusals", () => {
  const refused = async (args: readonly string[], message: RegExp | string): Promise<void> => {
    const { code, output }: CommandResult = await rivulet(args);
    expect(output).toMatch(message);
    expect(code).toBe(1);
  };

  test("BK-12: a file that is there", () => refused(["backup", archive(), ...remote()], /There is a file .*shop\.zip already.*--force/));

  test("BK-13: no server, a wrong key, no key, no address, no folder", async () => {
    const file = join(folder, "none.zip");
    await refused(["backup", file, "--url", `http://127.0.0.1:${await closedPort()}`, "--admin-key", ADMIN_KEY], /can't be reached: connect ECONNREFUSED.*Does it run/);
    await refused(["backup", file, "--url", server.url, "--admin-key", "tests|wrong-wrong-wrong-wrong"], /The admin key is not valid/);
    await refused(["backup", file, "--url", server.url], /An admin key is needed: give --admin-key/);
    await refused(["backup", file, "--url", "localhost:3210", "--admin-key", "x"], /is no address of a server/);
    await refused(["backup", file, "--data", join(folder, "nowhere")], /There is no data folder .*nowhere/);
    await refused(["backup", join(folder, "no", "such", "folder.zip"), ...remote()], /The backup can't be written: ENOENT.*Choose another place/);
    expect(existsSync(file)).toBe(false);
  });

  test("BK-11: a folder in use", async () => {
    await refused(["backup", join(folder, "used.zip"), "--data", server.dataFolder], /A server runs on .*rivulet backup <file> --url/);
    await refused(["restore", archive(), "--data", server.dataFolder], /A server runs on .*--url/);
  });

  test("BK-20: a folder with a deployment, or with anything else", async () => {
    await refused(["restore", archive(), "--data", join(folder, "again")], /holds a deployment already/);
    await refused(["restore", archive(), "--data", folder], /holds files of something else/);
    await using copy = await startServer({ dataFolder: join(folder, "again") });
    expect(await copy.http().query(search, { text: "steady" })).toHaveLength(1);
  });

  test("BK-23: a running server without --yes", () => refused(["restore", archive(), ...remote()], /replaces everything that http.*Nothing was done\. Add --yes/));

  test("BK-40: who may not, and how not", async () => {
    const ask = async (method: string, path: string, key: string | null): Promise<unknown[]> => {
      const response = await fetch(`${server.url}/api/rivulet/${path}`, { method, headers: key === null ? {} : { Authorization: `Convex ${key}` } });
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    for (const [method, path, other] of [["GET", "backup", "POST"], ["POST", "restore", "GET"]] as const) {
      expect(await ask(method, path, null)).toEqual([401, "AdminKeyRequired"]);
      expect(await ask(method, path, "tests|wrong-wrong-wrong")).toEqual([403, "BadAdminKey"]);
      expect(await ask(other, path, ADMIN_KEY)).toEqual([405, "MethodNotAllowed"]);
    }
  });

  test("BK-13 BK-30: one at a time, and one that is broken off leaves nothing behind", async () => {
    // More than fits into the buffers of a connection that is not read.
    const large = await upload(server, randomBytes(40_000_000));
    const abort = new AbortController();
    const slow = await fetch(`${server.url}/api/rivulet/backup`, { headers: { Authorization: `Convex ${ADMIN_KEY}` }, signal: abort.signal });
    const reader = slow.body!.getReader();
    await reader.read();
    await refused(["backup", join(folder, "second.zip"), ...remote()], /under way already/);
    abort.abort();
    await reader.read().catch(() => null);
    await until(async () => (await rivulet(["backup", join(folder, "third.zip"), ...remote(), "--force"])).code === 0, "the first to be over");
    await server.http().mutation(mutationNamed("files:remove"), { id: large });
  });
});
