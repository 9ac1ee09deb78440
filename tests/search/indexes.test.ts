/** Search indexes through pushes, kills and the optimistic lane. SE-1, SE-9. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { copyApp, startServer, until, type CommandResult, type TestServer } from "../harness.js";
import { messages, probes } from "./search-api.js";

/** Of a test with several pushes, each of which starts the CLI. */
const PUSHES_MS = 240_000;

const servers: TestServer[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server[Symbol.asyncDispose]()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function newServer(): Promise<TestServer> {
  const server = await startServer({ flags: ["--redact-errors", "no", "--function-time-max", "20s"] });
  servers.push(server);
  return server;
}

class App {
  private constructor(
    private readonly server: TestServer,
    private readonly folder: string,
  ) {}

  static async on(server: TestServer): Promise<App> {
    const folder = await copyApp("search");
    folders.push(folder);
    return new App(server, folder);
  }

  /** Pushes with a part of the schema's text replaced. */
  async push(part = "", replacement = ""): Promise<CommandResult> {
    const path = join(this.folder, "convex", "schema.ts");
    const schema = await readFile(path, "utf8");
    if (!schema.includes(part)) throw new Error(`The schema has no ${part}`);
    await writeFile(path, schema.replace(part, replacement));
    return this.server.convex(this.folder, ["deploy", "--typecheck", "disable", "--yes"]);
  }
}

const STAGED = "staged: true";
const BODY_INDEX = '.searchIndex("search_body", { searchField: "body", filterFields: ["channel", "author", "meta.kind"] })';

describe("SE-1 pushes", () => {
  test("SE-1.5 an index is filled with the documents that are there, is dropped, and comes back; the CLI is told", { timeout: PUSHES_MS }, async () => {
    const server = await newServer();
    const app = await App.on(server);
    expect((await app.push(BODY_INDEX)).code).toBe(0);
    const client = server.client();
    for (let i = 0; i < 6; i++) await client.mutation(messages.addCopies, { body: "lemur", channel: `zoo ${i}`, count: 300 });
    await client.mutation(messages.add, { messages: [{ channel: "zoo", body: "one okapi" }] });
    await expect(client.query(messages.search, { text: "okapi" })).rejects.toThrow("Search index messages.search_body not found.");

    const added = await app.push(".searchIndex(", `${BODY_INDEX}.searchIndex(`);
    expect(added.code).toBe(0);
    expect(added.output).toContain("search_body");
    expect(await client.query(messages.search, { text: "okapi" })).toHaveLength(1);
    expect(await client.query(messages.search, { text: "lemur", channel: "zoo 3" })).toHaveLength(300);

    const staged = await app.push(BODY_INDEX, BODY_INDEX.replace("] })", "], staged: true })"));
    expect(staged.code).toBe(0);
    await expect(client.query(messages.search, { text: "okapi" })).rejects.toThrow("Index messages.search_body is staged");
    await client.mutation(messages.add, { messages: [{ channel: "zoo", body: "two okapis, written while staged: okapi" }] });
    expect((await app.push(BODY_INDEX.replace("] })", "], staged: true })"), BODY_INDEX)).code).toBe(0);
    expect(await client.query(messages.search, { text: "okapi x" })).toHaveLength(2);
  });

  test("SE-1.6 a staged index is filled without the push waiting for it, and is there when it is no longer staged", { timeout: PUSHES_MS }, async () => {
    const server = await newServer();
    const app = await App.on(server);
    await app.push();
    const client = server.client();
    await client.mutation(messages.add, { messages: [{ channel: "zoo", body: "tapir" }] });
    await expect(client.query(probes.probe, { name: "stagedIndex" })).rejects.toThrow("Index messages.staged_body is staged");
    expect((await app.push(`, ${STAGED}`)).code).toBe(0);
    expect(await client.query(probes.probe, { name: "stagedIndex" })).toEqual([]);
  });

  test("SE-1.2 an index of a field that is no string is refused by the push", async () => {
    const app = await App.on(await newServer());
    const { code, output } = await app.push('searchField: "meta.title"', 'searchField: "likes"');
    expect(code).not.toBe(0);
    expect(output.replace(/\s+/g, " ")).toContain('Search index "messages.search_title" searches the field `likes`, which is `v.float64()`. Name a field that is a `v.string()`.');
  });
});

describe("SE-9 what else runs searches", () => {
  test("SE-9.1 after SIGKILL everything that was acknowledged is found, and counts still fit", async () => {
    const server = await newServer();
    await server.deploy("search");
    for (let round = 0; round < 3; round++) {
      const acknowledged: string[] = [];
      const channel = `river ${round}`;
      const writing = (async (): Promise<void> => {
        for (let i = 0; ; i++) acknowledged.push(...(await server.http().mutation(messages.add, { messages: [{ channel, body: `otter ${i} of round ${round}` }] })));
      })().catch(() => undefined);
      await until(() => acknowledged.length >= 20, "some writes");
      await server.kill();
      await writing;
      await server.start();
      const http = server.http();
      const found = (await http.query(messages.search, { text: "otter", channel })).map(({ _id }) => _id);
      expect(acknowledged.filter((id) => !found.includes(id))).toEqual([]);
      expect(found.length - acknowledged.length).toBeLessThanOrEqual(1);
      const [best] = await http.query(messages.search, { text: "7 otter", channel });
      expect(best!.body).toBe(`otter 7 of round ${round}`);
    }
  });

  test("SE-9.2 a mutation of the optimistic lane searches and is searched like any other", async () => {
    const server = await newServer();
    await server.deploy("search");
    const client = server.client();
    await client.mutation(messages.add, { messages: [{ channel: "lane", body: "marmot" }] });
    const summarize = (): Promise<number> => client.mutation(messages.slowSummary, { text: "marmot", channel: "lane", rounds: 30_000_000 });
    for (let i = 0; i < 4; i++) expect(await summarize()).toBe(1);
    expect(await server.metric("rivulet_engine_lane_runs_total")).toBeGreaterThan(0);
    expect(await client.query(messages.search, { text: "found", channel: "lane summary" })).toHaveLength(4);
    // A write that comes while it computes: it may not answer with what was found before.
    const slow = summarize();
    const other = server.client();
    await other.mutation(messages.add, { messages: [{ channel: "lane", body: "another marmot" }] });
    const count = await slow;
    expect(await client.query(messages.search, { text: `${count} found`, channel: "lane summary" })).not.toHaveLength(0);
    expect(await summarize()).toBe(2);
  });
});
