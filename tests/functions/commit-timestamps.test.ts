/** `db.vars.commitTs`: a value that documents get when their mutation commits. F-115.1 to F-115.7. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryNamed, startServer, type TestServer } from "../harness.js";
import { Watch } from "../sync/watch.js";
import { Caller, cause } from "./caller.js";

interface Commit {
  readonly _id: string;
  readonly _creationTime: number;
  readonly key: string;
  readonly at: bigint;
  readonly also?: unknown;
}

interface Added {
  readonly id: string;
  readonly isPlaceholder: boolean;
  readonly text: string;
  readonly isLast: boolean;
  readonly at: bigint;
}

let server: TestServer;
let app: Caller;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("surface");
  app = new Caller(server.http());
});

afterAll(() => server[Symbol.asyncDispose]());

const since = (ts: bigint): Promise<Commit[]> => app.query("commits:since", { ts });
const snapshotTs = (): Promise<bigint> => app.query("commits:snapshotTs");
const add = (key: string): Promise<Added> => app.mutation("commits:add", { key });

describe("the commit timestamp", () => {
  test("F-115.1 is a placeholder until the commit, and in nanoseconds after it, in documents and in what is returned", async () => {
    const before = await snapshotTs();
    const added = await add("first");
    const [commit] = await since(before);
    expect(added).toEqual({ id: commit!._id, isPlaceholder: true, text: "[unresolved commit timestamp]", isLast: true, at: commit!.at });
    expect(commit!.also).toEqual({ list: [commit!.at, 1] });
    expect(Math.abs(Number(commit!.at / 1_000_000n) - Date.now())).toBeLessThan(60_000);
    expect(await snapshotTs()).toBe(commit!.at);
  });

  test("F-115.2 orders an index by commits, of one and of many at once", async () => {
    const start = await snapshotTs();
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => add(`key ${i}`)));
    const commits = await since(start);
    expect(commits).toHaveLength(30);
    expect(new Set(commits.map(({ at }) => at)).size).toBe(30);
    expect(commits.map(({ at }) => at)).toEqual(answers.map(({ at }) => at).toSorted((a, b) => (a < b ? -1 : 1)));
  });

  test("F-115.3 moves a document to the end when it is written again, and stays where it is not", async () => {
    const start = await snapshotTs();
    const [a, b] = [await add("a"), await add("b")];
    await app.mutation("commits:touch", { id: a.id, key: "a again" });
    const commits = await since(start);
    expect(commits.map(({ key }) => key)).toEqual(["b", "a again"]);
    expect(commits[0]!.at).toBe(b.at);
    expect(commits[1]!.at).toBeGreaterThan(b.at);
    expect(commits[1]!.also).toEqual({ list: [a.at, 1] });
  });

  test("F-115.4 is the same throughout a transaction with sub-mutations; v.commitTs() takes it in both", async () => {
    const start = await snapshotTs();
    const { at, mine } = await app.mutation<{ at: bigint; mine: bigint }>("commits:addBelow", { key: "below" });
    expect([at, (await since(start)).map((commit) => commit.at)]).toEqual([mine, [mine]]);
    expect(await app.mutation("commits:passOn", { key: "passed on" })).toEqual([true, true]);
    expect(await app.query("commits:newest")).toBeGreaterThan(mine);
  });

  test("F-115.5 is nothing that can be reckoned with or passed on, and no client can send it", async () => {
    expect(cause(await app.mutationError("commits:misuse", { how: "schedule" }))).toContain("is not known before the commit");
    expect(cause(await app.queryError("commits:fabricated"))).toContain("is not known before the commit");
    for (const how of ["number", "json"]) expect(cause(await app.mutationError("commits:misuse", { how }))).toContain("This commit timestamp is not known yet");
    expect(cause(await app.mutationError("commits:misuse", { how: "wrong field" }))).toContain("does not match the schema");
    const body = JSON.stringify({ path: "commits:since", format: "convex_encoded_json", args: [{ ts: { $commitTs: null } }] });
    const response = await fetch(`${server.url}/api/query`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
    expect(await response.text()).toContain("Received a commit timestamp before its commit.");
  });

  test("F-115.6 leaves nothing of what fails or is deleted again, and wakes who watches the range", async () => {
    const start = await snapshotTs();
    const watch = Watch.on(server.client(), queryNamed("commits:since"), { ts: start });
    expect(await watch.value()).toEqual([]);
    expect(cause(await app.mutationError("commits:add", { key: "x", fail: true }))).toContain("not this time");
    await app.mutation("commits:addAndRemove");
    await add("seen");
    expect((await watch.value((commits) => (commits as Commit[]).length > 0) as Commit[]).map(({ key }) => key)).toEqual(["seen"]);
    expect(watch.values).toHaveLength(2);
  });

  test("F-115.7 is that of the commit for slow mutations too, and is the same after a kill", async () => {
    const start = await snapshotTs();
    const slow = (key: string): Promise<boolean> => app.mutation("commits:slow", { key, rounds: 5_000_000 });
    for (let i = 0; i < 3; i++) await slow(`measured ${i}`);
    await Promise.all([slow("slow 1"), add("fast 1"), slow("slow 2"), add("fast 2")]);
    const commits = await since(start);
    expect(commits).toHaveLength(7);
    expect(new Set(commits.map(({ at }) => at)).size).toBe(7);
    await server.kill();
    await server.start();
    expect(await since(start)).toEqual(commits);
    expect(await snapshotTs()).toBeGreaterThanOrEqual(commits.at(-1)!.at);
  });
});
