/** `@convex-dev/rag`, used as its README does, with an embedding model made for tests: texts that share words are near each other. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Value } from "convex/values";
import { startServer, until, type TestServer } from "../harness.js";
import { AppCalls, refusal } from "./app-calls.js";

let server: TestServer;
let app: AppCalls;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("ai");
  app = new AppCalls(server);
});

afterAll(() => server[Symbol.asyncDispose]());

interface Added {
  readonly entryId: string;
  readonly status: string;
  readonly created: boolean;
  readonly replaced: string | null;
  readonly tokens: number;
}

interface Found {
  readonly text: string;
  readonly results: readonly { readonly texts: readonly string[]; readonly order: number; readonly startOrder: number; readonly score: number }[];
  readonly titles: readonly (string | null)[];
}

const add = (args: Record<string, Value>): Promise<Added> => app.action("library:add", args);
const search = (args: Record<string, Value>): Promise<Found> => app.action("library:search", args);
const texts = ({ results }: Found): string[] => results.map((result) => result.texts.join(" | "));
const completed = (entryId: string): Promise<{ replaced: string | null; error: string | null }[]> => app.query("library:completed", { entryId });
const FIRST_PAGE = { cursor: null, numItems: 100 };

const TRAVEL = ["Trains run on rails.", "Ships sail the sea.", "Planes fly in the sky.", "Horses walk on grass.", "Bicycles need no fuel."];

describe("search", () => {
  beforeAll(async () => {
    await add({ namespace: "travel", title: "Travel", chunks: TRAVEL });
    await add({ namespace: "travel", title: "Animals", text: "Cats purr and dogs bark." });
    await add({ namespace: "elsewhere", title: "Elsewhere", text: "Ships of another namespace sail the sea." });
  });

  test("finds the nearest chunks of the namespace, best first, with their entries", async () => {
    const found = await search({ namespace: "travel", query: "ships at sea", limit: 2 });
    expect(texts(found)[0]).toBe("Ships sail the sea.");
    expect(found.titles[0]).toBe("Travel");
    expect(found.text).toContain("## Travel:\n\nShips sail the sea.");
    expect(found.results[0]!.score).toBeGreaterThan(found.results[1]!.score);
    expect(texts(await search({ namespace: "travel", query: "dogs that bark", limit: 1 }))).toEqual(["Cats purr and dogs bark."]);
    expect(await search({ namespace: "nowhere", query: "ships" })).toEqual({ text: "", results: [], titles: [] });
  });

  test("keeps to the limit and to the threshold of scores", async () => {
    expect((await search({ namespace: "travel", query: "ships", limit: 3 })).results).toHaveLength(3);
    expect(texts(await search({ namespace: "travel", query: "ships sail the sea", threshold: 0.9 }))).toEqual(["Ships sail the sea."]);
  });

  test("brings the chunks around what it found", async () => {
    const found = await search({ namespace: "travel", query: "planes fly in the sky", limit: 1, around: { before: 2, after: 1 } });
    expect(found.results).toMatchObject([{ order: 2, startOrder: 0, texts: TRAVEL.slice(0, 4) }]);
    expect(texts(await search({ namespace: "travel", query: "trains run on rails", limit: 1, around: { before: 5, after: 1 } }))).toEqual([TRAVEL.slice(0, 2).join(" | ")]);
  });

  test("by words, and by both", async () => {
    expect(texts(await search({ namespace: "travel", query: "bicycles", searchType: "text" }))).toEqual(["Bicycles need no fuel."]);
    expect(texts(await search({ namespace: "travel", query: "gras", searchType: "text" }))).toEqual(["Horses walk on grass."]);
    expect(texts(await search({ namespace: "travel", query: "purr", searchType: "hybrid", limit: 1 }))).toEqual(["Cats purr and dogs bark."]);
    expect(await search({ namespace: "travel", query: "submarine", searchType: "text" })).toMatchObject({ results: [] });
  });

  test("answers a question with what it found as context", async () => {
    const answer = await app.action<string>("library:ask", { namespace: "travel", prompt: "What do ships sail?" });
    expect(answer).toContain("Ships sail the sea.");
    expect(answer).toContain("What do ships sail?");
  });
});

test("filters: any of those that are given, and a value of several fields for all of them", async () => {
  const namespace = "filtered";
  const entry = (category: string, contentType: string): Promise<Added> =>
    add({ namespace, text: `Report about ${category} as ${contentType}.`, filterValues: [{ name: "category", value: category }, { name: "contentType", value: contentType }, { name: "categoryAndType", value: { category, contentType } }] });
  for (const category of ["news", "sports", "weather"]) for (const type of ["article", "video"]) await entry(category, type);
  const found = async (filters: Value, searchType = "vector"): Promise<string[]> => texts(await search({ namespace, query: "report", filters, searchType })).toSorted();
  for (const searchType of ["vector", "text"]) {
    expect(await found([{ name: "category", value: "news" }], searchType)).toEqual(["Report about news as article.", "Report about news as video."]);
    expect(await found([{ name: "category", value: "news" }, { name: "contentType", value: "video" }], searchType)).toEqual(["Report about news as article.", "Report about news as video.", "Report about sports as video.", "Report about weather as video."]);
    expect(await found([{ name: "categoryAndType", value: { category: "sports", contentType: "video" } }], searchType)).toEqual(["Report about sports as video."]);
    expect(await found([{ name: "category", value: "nothing" }], searchType)).toEqual([]);
  }
  expect(await refusal(add({ namespace, text: "x", filterValues: [{ name: "unknown", value: 1 }] }))).toContain("is not valid (one of category, contentType, categoryAndType)");
});

test("importance weighs what is found", async () => {
  await add({ namespace: "weighed", text: "gold is heavy", importance: 0.1 });
  await add({ namespace: "weighed", text: "gold is heavy indeed", importance: 1 });
  expect(texts(await search({ namespace: "weighed", query: "gold is heavy" }))).toEqual(["gold is heavy indeed", "gold is heavy"]);
});

describe("entries", () => {
  const list = async (namespace: string, status: string): Promise<string[]> => (await app.query<{ page: { entryId: string }[] }>("library:list", { namespace, status, paginationOpts: FIRST_PAGE })).page.map(({ entryId }) => entryId);

  test("a key replaces its content when the new one is ready; onComplete is told in the same transaction", async () => {
    const first = await add({ namespace: "keyed", key: "file.txt", text: "The old harbour." });
    expect(first).toMatchObject({ status: "ready", created: true, replaced: null });
    expect(await completed(first.entryId)).toEqual([{ replaced: null, error: null }]);
    const second = await add({ namespace: "keyed", key: "file.txt", text: "The new airport." });
    expect(second).toMatchObject({ created: true, replaced: first.entryId });
    expect(await completed(second.entryId)).toEqual([{ replaced: first.entryId, error: null }]);
    expect(texts(await search({ namespace: "keyed", query: "harbour airport" }))).toEqual(["The new airport."]);
    expect([await list("keyed", "ready"), await list("keyed", "replaced")]).toEqual([[second.entryId], [first.entryId]]);
  });

  test("the same content is not added twice", async () => {
    const contentHash = await app.action<string>("library:hash", { text: "once" });
    const first = await add({ namespace: "hashed", key: "k", text: "once", contentHash });
    const again = await add({ namespace: "hashed", key: "k", text: "once", contentHash });
    expect(again).toMatchObject({ entryId: first.entryId, created: false, status: "ready" });
    expect(await completed(first.entryId)).toHaveLength(1);
  });

  test("are deleted with their chunks: at once, later, by key", async () => {
    const entries = await Promise.all(["one", "two", "three"].map((key) => add({ namespace: "deleted", key, chunks: [`lighthouse ${key}`, `tower ${key}`] })));
    const { page } = await app.query<{ page: { text: string }[] }>("library:chunks", { entryId: entries[0]!.entryId, paginationOpts: FIRST_PAGE });
    expect(page.map(({ text }) => text)).toEqual(["lighthouse one", "tower one"]);
    await app.action("library:remove", { entryId: entries[0]!.entryId });
    expect(await app.query("library:entry", { entryId: entries[0]!.entryId })).toBeNull();
    await app.action("library:removeKey", { namespace: "deleted", key: "two" });
    await app.mutation("library:removeLater", { entryId: entries[2]!.entryId });
    await until(async () => (await list("deleted", "ready")).length === 0, "all entries to go");
    await until(async () => (await search({ namespace: "deleted", query: "lighthouse tower" })).results.length === 0, "their chunks to go");
  });

  test("what can't be embedded leaves nothing that is found", async () => {
    expect(await refusal(add({ namespace: "broken", key: "k", text: "this is unembeddable" }))).toContain("the embedding model is out of order");
    expect(await search({ namespace: "broken", query: "this" })).toMatchObject({ results: [] });
  });
});

describe("added later, from a file", () => {
  const upload = async (name: string, text: string): Promise<string> => {
    const response = await fetch(`${server.url}/upload`, { method: "POST", headers: { "X-Name": name, "Content-Type": "text/plain" }, body: text });
    if (!response.ok) throw new Error(await response.text());
    return response.text();
  };

  test("a chunker action of the app is run by the component's pool", async () => {
    const entryId = await upload("story.txt", "A dragon lives here.\n\nA knight comes by.\n\nThey have tea.");
    await until(async () => (await completed(entryId)).length === 1, "the file to be read");
    expect(await completed(entryId)).toEqual([{ replaced: null, error: null }]);
    expect(texts(await search({ namespace: "files", query: "who has tea", limit: 1 }))).toEqual(["They have tea."]);
  });

  test("over a kill: every file is there in the end, whole and once", async () => {
    const names = Array.from({ length: 6 }, (_, n) => `file${n}`);
    const uploads = await Promise.all(names.map((name) => upload(name, Array.from({ length: 30 }, (_, n) => `Paragraph ${n} of ${name}.`).join("\n\n"))));
    await server.kill();
    await server.start();
    await until(async () => {
      // The pool looks for actions that a kill interrupted every few minutes, and waits before it tries again.
      await server.advanceClock(60_000);
      return (await Promise.all(uploads.map(completed))).every((all) => all.length === 1 && all[0]!.error === null);
    }, "every file to be read");
    for (const [n, name] of names.entries()) {
      const { page } = await app.query<{ page: { text: string; state: string }[] }>("library:chunks", { entryId: uploads[n]!, paginationOpts: FIRST_PAGE });
      expect(page.map(({ text, state }) => [text, state])).toEqual(Array.from({ length: 30 }, (_, paragraph) => [`Paragraph ${paragraph} of ${name}.`, "ready"]));
    }
  });
});
