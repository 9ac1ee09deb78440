/** Text search with the official client against a real server: what is found, in which order, and what is refused. */
import type { ConvexClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { Watch } from "../sync/watch.js";
import { archived, messages, probes, type NewMessage, type SearchArguments } from "./search-api.js";

let server: TestServer;
let client: ConvexClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("search");
  client = server.client();
});

afterAll(() => server[Symbol.asyncDispose]());

async function found(args: SearchArguments): Promise<unknown[]> {
  return (await client.query(messages.search, args)).map(({ body }) => body);
}

async function add(channel: string, ...bodies: (string | number)[]): Promise<string[]> {
  return client.mutation(messages.add, { messages: bodies.map((body) => ({ channel, body })) });
}

async function refusal(name: string): Promise<string> {
  const error = await client.query(probes.probe, { name }).then(
    () => null,
    (reason: unknown) => reason as Error,
  );
  if (error === null) throw new Error(`the probe ${name} was not refused`);
  return error.message;
}

describe("SE-2 terms", () => {
  test("SE-2.1 case and punctuation do not matter, in documents and in searches", async () => {
    await add("terms", "Hello, WORLD!", "don't-panic_now", "nothing");
    expect(await found({ text: "hello world", channel: "terms" })).toEqual(["Hello, WORLD!"]);
    expect(await found({ text: "(WORLD)", channel: "terms" })).toEqual(["Hello, WORLD!"]);
    expect(await found({ text: "panic", channel: "terms" })).toEqual(["don't-panic_now"]);
    expect(await found({ text: "now", channel: "terms" })).toEqual(["don't-panic_now"]);
  });

  test("SE-2.2 of long words the first 32 characters count", async () => {
    const long = "a1".repeat(100);
    await add("long", long, "z".repeat(900_000));
    expect(await found({ text: long.slice(0, 40), channel: "long" })).toEqual([long]);
    expect(await found({ text: long, channel: "long" })).toEqual([long]);
    expect(await found({ text: "z".repeat(33), channel: "long" })).toHaveLength(1);
  });

  test("SE-2.3 accents, compatibility forms and case of all scripts are folded", async () => {
    await add("accents", "Café Ångström", "ΟΔΥΣΣΕΥΣ", "Ｆｕｌｌ width", "Ёлка зимой", "İstanbul");
    expect(await found({ text: "cafe", channel: "accents" })).toEqual(["Café Ångström"]);
    expect(await found({ text: "ÅNGSTROM", channel: "accents" })).toEqual(["Café Ångström"]);
    expect(await found({ text: "οδυσσεύς", channel: "accents" })).toEqual(["ΟΔΥΣΣΕΥΣ"]);
    expect(await found({ text: "full", channel: "accents" })).toEqual(["Ｆｕｌｌ width"]);
    expect(await found({ text: "елка", channel: "accents" })).toEqual(["Ёлка зимой"]);
    expect(await found({ text: "istanbul", channel: "accents" })).toEqual(["İstanbul"]);
  });

  test("SE-2.4 Chinese, Japanese, Korean and Thai are found by any part of a sentence", async () => {
    await add("asia", "東京都に住んでいます", "京都は古い町です", "안녕하세요 세계", "สวัสดีชาวโลก", "我爱北京天安门");
    expect(await found({ text: "東京", channel: "asia" })).toEqual(["東京都に住んでいます"]);
    expect((await found({ text: "京都", channel: "asia" })).sort()).toEqual(["京都は古い町です", "東京都に住んでいます"]);
    expect(await found({ text: "住んで", channel: "asia" })).toEqual(["東京都に住んでいます"]);
    expect(await found({ text: "녕하", channel: "asia" })).toEqual(["안녕하세요 세계"]);
    expect(await found({ text: "세계", channel: "asia" })).toEqual(["안녕하세요 세계"]);
    expect(await found({ text: "ชาวโลก", channel: "asia" })).toEqual(["สวัสดีชาวโลก"]);
    expect(await found({ text: "天安门", channel: "asia" })).toEqual(["我爱北京天安门"]);
    // One character, also the last of a sentence.
    expect(await found({ text: "门", channel: "asia" })).toEqual(["我爱北京天安门"]);
    expect(await found({ text: "爱", channel: "asia" })).toEqual(["我爱北京天安门"]);
  });
});

describe("SE-3 results", () => {
  test("SE-3.2 the last word is a prefix, the others are whole words", async () => {
    await add("prefix", "rabbit", "send request", "crab");
    expect((await found({ text: "r", channel: "prefix" })).sort()).toEqual(["rabbit", "send request"]);
    expect(await found({ text: "re", channel: "prefix" })).toEqual(["send request"]);
    expect(await found({ text: "rab ", channel: "prefix" })).toEqual(["rabbit"]);
    expect(await found({ text: "rab zebra", channel: "prefix" })).toEqual([]);
    expect(await found({ text: "send req", channel: "prefix" })).toEqual(["send request"]);
  });

  test("SE-3.3 more matched words, more occurrences and shorter texts come first, rare words weigh more", async () => {
    await add("rank", "apple pie with cream", "apple", "apple apple tart", "a long text about many things and one apple among them", "pie");
    expect((await found({ text: "apple pie", channel: "rank" }))[0]).toBe("apple pie with cream");
    const apples = await found({ text: "apple", channel: "rank" });
    expect(apples[0]).toBe("apple apple tart");
    expect(apples[1]).toBe("apple");
    expect(apples.at(-1)).toBe("a long text about many things and one apple among them");
    await add("rare", ...Array.from({ length: 20 }, (_, i) => `common word${i}`), "rarely word");
    expect((await found({ text: "common rarely", channel: "rare" }))[0]).toBe("rarely word");
  });

  test("SE-3.4 among equals the newest comes first", async () => {
    for (const name of ["one", "two", "three"]) await add("ties", `same ${name}`);
    expect(await found({ text: "same", channel: "ties" })).toEqual(["same three", "same two", "same one"]);
  });

  test("SE-3.5 exact words come before those that only begin so", async () => {
    await add("exact", "art", "article article article", "artist", "a text that is quite long and speaks of art");
    const all = await found({ text: "art", channel: "exact" });
    expect(all.slice(0, 2)).toEqual(["art", "a text that is quite long and speaks of art"]);
    expect(all).toHaveLength(4);
  });

  test("SE-3.6 filters by one field and by several, by nested fields, and by absence", async () => {
    const kinds: NewMessage[] = [
      { channel: "kinds", body: "bird one", author: "ann", meta: { kind: "a" } },
      { channel: "kinds", body: "bird two", meta: { kind: ["deep", { value: 1 }] } },
      { channel: "kinds", body: "bird three", author: "ann" },
      { channel: "elsewhere", body: "bird four", meta: { kind: "a" } },
      { channel: "kinds", body: "bird five", meta: { kind: "k".repeat(200_000) } },
    ];
    await client.mutation(messages.add, { messages: kinds });
    const ofKind = async (kind: unknown, channel = "kinds"): Promise<unknown[]> => (await client.query(messages.ofKind, { text: "bird", kind, channel })).map(({ body }) => body);
    expect(await found({ text: "bird", channel: "elsewhere" })).toEqual(["bird four"]);
    expect(await ofKind("a")).toEqual(["bird one"]);
    expect(await ofKind(["deep", { value: 1 }])).toEqual(["bird two"]);
    expect(await ofKind("k".repeat(200_000))).toEqual(["bird five"]);
    expect(await ofKind("k".repeat(199_999))).toEqual([]);
    expect((await client.query(messages.withoutAuthor, { text: "bird" })).map(({ body }) => body).sort()).toEqual(["bird five", "bird four", "bird two"]);
  });

  test("SE-3.7 texts without words find nothing", async () => {
    await add("empty", "something", "");
    expect(await found({ text: "", channel: "empty" })).toEqual([]);
    expect(await found({ text: "  ?! ", channel: "empty" })).toEqual([]);
    expect(await client.query(probes.probe, { name: "emptyText" })).toEqual([]);
    expect(await client.query(probes.probe, { name: "punctuation" })).toEqual([]);
  });

  test("SE-3.8 documents whose field is missing or no string are not indexed, until it is one", async () => {
    const [id] = await add("types", 12345);
    await client.mutation(messages.add, { messages: [{ channel: "types" }] });
    expect(await found({ text: "12345", channel: "types" })).toEqual([]);
    await client.mutation(messages.edit, { id: id!, body: "number 12345" });
    expect(await found({ text: "12345", channel: "types" })).toEqual(["number 12345"]);
    await client.mutation(messages.edit, { id: id!, body: null });
    expect(await found({ text: "12345", channel: "types" })).toEqual([]);
  });

  test("SE-3.9 an index of a nested field", async () => {
    await client.mutation(messages.add, { messages: [{ channel: "nested", meta: { title: "Moby Dick" } }, { channel: "nested", meta: {} }, { channel: "nested" }] });
    expect(await client.query(messages.byTitle, { text: "moby" })).toHaveLength(1);
  });

  test("SE-3.10 every way to consume a query", async () => {
    await client.mutation(messages.add, { messages: ["gull gull gull", "gull gull", "gull"].map((body, i) => ({ channel: "ways", body, author: i === 0 ? "bob" : "ann" })) });
    expect(await client.query(messages.ways, { text: "gull" })).toEqual({
      collect: ["gull gull gull", "gull gull", "gull"],
      take: ["gull gull gull", "gull gull"],
      first: "gull gull gull",
      filtered: ["gull gull", "gull"],
      filteredTake: ["gull gull"],
      iterated: ["gull gull gull", "gull gull", "gull"],
      paginate: ["gull gull gull"],
    });
    await expect(client.query(messages.unique, { text: "gull" })).rejects.toThrow("unique() query returned more than one result from table messages");
    expect(await client.query(messages.unique, { text: "nobodysaidthis" })).toBeNull();
  });
});

describe("SE-4 typing errors", () => {
  test("SE-4.1 are forgiven only when asked for, and exact words come first", async () => {
    await add("typos", "hello there", "hallo dort", "a long text in which the word helo is written wrong", "yellow");
    expect(await found({ text: "helo x", channel: "typos" })).toEqual(["a long text in which the word helo is written wrong"]);
    const tolerant = await found({ text: "helo", channel: "typos", typoTolerance: 1 });
    expect(tolerant).toEqual(["a long text in which the word helo is written wrong", "hello there"]);
    expect(await found({ text: "jello", channel: "typos", typoTolerance: 1 })).toContain("hello there");
    expect(await found({ text: "ehllo", channel: "typos", typoTolerance: 1 })).toEqual(["hello there"]);
  });

  test("SE-4.2 two in words of six characters and more, none in the shortest", async () => {
    await add("typos two", "restaurant", "cat");
    expect(await found({ text: "resturnt", channel: "typos two", typoTolerance: 2 })).toEqual(["restaurant"]);
    expect(await found({ text: "resturnt", channel: "typos two", typoTolerance: 1 })).toEqual([]);
    expect(await found({ text: "ca x", channel: "typos two", typoTolerance: 2 })).toEqual([]);
    expect(await found({ text: "cta", channel: "typos two", typoTolerance: 2 })).toEqual(["cat"]);
  });
});

describe("SE-6 transactions", () => {
  test("SE-6.1 a mutation searches through its own writes", async () => {
    expect(await client.mutation(messages.ownWrites, { channel: "own" })).toEqual([[], ["penguin penguin", "a penguin"], ["penguin penguin"], []]);
    expect(await found({ text: "penguin", channel: "own" })).toEqual([]);
    expect(await found({ text: "walrus", channel: "own" })).toEqual(["a walrus"]);
  });

  test("SE-6.2 and those of its sub-transactions, not of those that failed", async () => {
    expect(await client.mutation(probes.subTransactions, { channel: "sub" })).toEqual([["kept otter"]]);
    expect(await found({ text: "otter", channel: "sub" })).toEqual(["kept otter"]);
  });

  test("SE-6.3 actions search through queries", async () => {
    await add("action", "heron in an action");
    expect(await client.action(probes.throughAction, { text: "heron" })).toEqual(["heron in an action"]);
  });

  test("SE-6.4 the package's own ctx, on string syscalls", async () => {
    await add("syscalls", "ibis one", "ibis two");
    const filters = [
      { type: "Search", fieldPath: "body", value: "ibis" },
      { type: "Eq", fieldPath: "channel", value: "syscalls" },
    ];
    expect(await client.query(probes.syscall, { filters, page: false })).toEqual(["ibis two", "ibis one"]);
    expect(await client.query(probes.syscall, { filters, page: true })).toMatchObject({ page: [{ body: "ibis two" }, { body: "ibis one" }], isDone: true });
    await expect(client.query(probes.syscall, { filters: [{ type: "Near" }], page: false })).rejects.toThrow("Malformed query of the search index messages.search_body");
    await expect(client.query(probes.syscall, { filters: [null], page: true })).rejects.toThrow("Malformed query of the search index messages.search_body");
  });
});

describe("SE-9 components", () => {
  test("SE-9.3 each mount of a component has search indexes of its own, and they are live", async () => {
    const watch = Watch.on(client, archived.find, { text: "walnut" });
    expect(await watch.value()).toEqual([[], []]);
    await add("walnuts", "walnut of the app");
    expect(await client.mutation(archived.add, { body: "walnut of the component" })).toEqual(["walnut of the component"]);
    expect(await watch.value(([first]) => first!.length > 0)).toEqual([["walnut of the component"], []]);
    expect(await found({ text: "walnut", channel: "walnuts" })).toEqual(["walnut of the app"]);
    watch.unsubscribe();
  });
});

describe("SE-8 limits and errors", () => {
  test.each([
    ["unknownIndex", "Search index messages.nowhere not found."],
    ["databaseIndex", "Index messages.by_channel is no search index."],
    ["searchAsIndex", "Index messages.search_body can't be read with withIndex(…)"],
    ["stagedIndex", "Index messages.staged_body is staged"],
    ["wrongField", 'searches the field "body", not "channel"'],
    ["noFilterField", 'has no filter field "likes"'],
    ["filterTwice", 'filters by "channel" twice'],
    ["noSearch", "has no search expression"],
    ["emptyBuilder", "has no search expression"],
    ["searchTwice", "has 2 search expressions"],
    ["textIsNumber", "must be a string, not number"],
    ["textIsMissing", "Must provide arg 2 `query` to `search`"],
    ["eqWithoutValue", "Must provide arg 2 `value` to `eq`"],
    ["noBuilder", "Must provide arg 2 `searchFilter` to `withSearchIndex`"],
    ["noName", "Must provide arg 1 `indexName` to `withSearchIndex`"],
    ["ordered", "Search queries must always be in relevance order. Can not set order manually."],
    ["usedTwice", "SearchFilterBuilder has already been used!"],
    ["words17", "17 words (maximum 16)"],
    ["longText", "100000 characters (maximum 65536)"],
    ["wrongTolerance", "`typoTolerance` of q.search(…) must be 0, 1 or 2, not 3."],
  ])("SE-8.1 %s is refused", async (name, text) => {
    expect(await refusal(name)).toContain(text);
  });

  test.each(["words16", "sameWord17", "longSentence"])("SE-8.2 %s is allowed", async (name) => {
    expect(await client.query(probes.probe, { name })).toEqual([]);
  });

  test("SE-8.3 a query goes through at most 1,024 results, and pages go on", async () => {
    await client.mutation(messages.addCopies, { body: "swarm", channel: "many", count: 600 });
    await client.mutation(messages.addCopies, { body: "swarm", channel: "many", count: 424 });
    expect(await found({ text: "swarm", channel: "many" })).toHaveLength(1_024);
    await add("many", "swarm");
    await expect(found({ text: "swarm", channel: "many" })).rejects.toThrow("Search query scanned too many documents");
    expect(await found({ text: "swarm", channel: "many", count: 1_024 })).toHaveLength(1_024);
    const ids = new Set<string>();
    let cursor: string | null = null;
    for (let isDone = false; !isDone; ) {
      const page: Awaited<ReturnType<typeof client.query<typeof messages.pages>>> = await client.query(messages.pages, { text: "swarm", channel: "many", paginationOpts: { numItems: 500, cursor } });
      for (const { _id } of page.page) ids.add(_id);
      ({ isDone, continueCursor: cursor } = page);
    }
    expect(ids.size).toBe(1_025);
  });
});
