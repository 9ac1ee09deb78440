// @vitest-environment happy-dom
/** Live searches: who runs again when, and paginated searches in React. SE-5, SE-7. */
import type { ConvexClient } from "convex/browser";
import { ConvexReactClient, usePaginatedQuery } from "convex/react";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { NODE_WEB_SOCKET } from "../sync/base-client.js";
import { MountedHook } from "../sync/mounted-hook.js";
import { Watch } from "../sync/watch.js";
import { messages, type Message } from "./search-api.js";

let server: TestServer;
let client: ConvexClient;
let react: ConvexReactClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("search");
  const options = { logger: false, unsavedChangesWarning: false, webSocketConstructor: NODE_WEB_SOCKET };
  client = server.client(options);
  react = server.adopt(new ConvexReactClient(server.url, options));
});

afterAll(() => server[Symbol.asyncDispose]());

async function add(channel: string, ...bodies: string[]): Promise<string[]> {
  return client.mutation(messages.add, { messages: bodies.map((body) => ({ channel, body })) });
}

type Counted = { bodies: unknown[]; run: number };

/** Does something, and waits until every query that it wakes has been answered: the answer of the mutation comes with them. */
async function isWokenBy(watch: Watch<Counted>, action: () => Promise<unknown>): Promise<boolean> {
  const before = await watch.value();
  await action();
  const after = await watch.value();
  return after.run !== before.run;
}

describe("SE-7 who runs again", () => {
  test("SE-7.2 a search runs again when its result can have changed, and only then", async () => {
    const [first] = await add("live", "parrot parrot parrot", "parrot parrot", "parrot one", "parrot with a long tail", "crow");
    const watch = Watch.on(client, messages.counted, { text: "parrot", channel: "live", count: 2 });
    await watch.value();
    const wakes = (action: () => Promise<unknown>): Promise<boolean> => isWokenBy(watch, action);
    // What does not concern it.
    expect(await wakes(() => add("live", "sparrow"))).toBe(false);
    expect(await wakes(() => add("other", "parrot parrot parrot parrot"))).toBe(false);
    expect(await wakes(() => add("live", "a parrot that is too far down to be among the first two of these results"))).toBe(false);
    const [last] = await client.query(messages.search, { text: "tail", channel: "live" });
    expect(await wakes(() => client.mutation(messages.like, { id: last!._id }))).toBe(false);
    expect(await wakes(() => client.mutation(messages.remove, { id: last!._id }))).toBe(false);
    // What does.
    expect(await wakes(() => client.mutation(messages.like, { id: first! }))).toBe(true);
    expect(await wakes(() => add("live", "parrot parrot parrot parrot"))).toBe(true);
    expect((await watch.value()).bodies).toEqual(["parrot parrot parrot parrot", "parrot parrot parrot"]);
    expect(await wakes(() => client.mutation(messages.edit, { id: first!, body: "gone" }))).toBe(true);
    expect((await watch.value()).bodies).toEqual(["parrot parrot parrot parrot", "parrot parrot"]);
    watch.unsubscribe();
  });

  test("SE-7.3 a document that moves in or out of a filter wakes it", async () => {
    const [id] = await add("from", "magpie");
    const watch = Watch.on(client, messages.counted, { text: "magpie", channel: "to" });
    expect((await watch.value()).bodies).toEqual([]);
    await client.mutation(messages.move, { id: id!, channel: "to" });
    await watch.value(({ bodies }) => bodies.length === 1);
    await client.mutation(messages.move, { id: id!, channel: "from" });
    await watch.value(({ bodies }) => bodies.length === 0);
    watch.unsubscribe();
  });

  test("SE-7.4 a new word that the search would match wakes it: longer ones for a prefix, near ones for typing errors", async () => {
    const prefix = Watch.on(client, messages.counted, { text: "flam", channel: "words" });
    const near = Watch.on(client, messages.counted, { text: "flamingo x", channel: "words", typoTolerance: 2 });
    await Promise.all([prefix.value(), near.value()]);
    await add("words", "flambé");
    await prefix.value(({ bodies }) => bodies.length === 1);
    await add("words", "flmaingo");
    await near.value(({ bodies }) => bodies.length === 1);
    prefix.unsubscribe();
    near.unsubscribe();
  });

  test("SE-7.5 several words: a document that gains or loses one of them moves", async () => {
    const [a, b] = await add("several", "red fox", "red hen");
    const watch = Watch.on(client, messages.counted, { text: "fox red x", channel: "several" });
    await watch.value(({ bodies }) => bodies[0] === "red fox");
    await client.mutation(messages.edit, { id: b!, body: "red hen and fox fox" });
    await client.mutation(messages.edit, { id: a!, body: "red" });
    await watch.value(({ bodies }) => bodies.join() === "red hen and fox fox,red");
    watch.unsubscribe();
  });
});

describe("SE-5 pages", () => {
  interface Shown {
    readonly status: string;
    readonly bodies: unknown[];
    readonly loadMore: (count: number) => void;
  }

  function mountPages(text: string, channel: string, initialNumItems: number): MountedHook<null, Shown> {
    return new MountedHook(
      react,
      () => {
        const { results, status, loadMore } = usePaginatedQuery(messages.pages, { text, channel } as never, { initialNumItems });
        return { status, bodies: (results as Message[]).map(({ body }) => body), loadMore };
      },
      null,
    );
  }

  test("SE-5.3 usePaginatedQuery shows a search page by page, and keeps it whole while others write", async () => {
    const texts = Array.from({ length: 7 }, (_, i) => `${"swan ".repeat(7 - i)}number${i}`);
    await add("paged", ...texts);
    const hook = mountPages("swan", "paged", 3);
    await hook.until(({ status }) => status === "CanLoadMore", "the first page");
    expect(hook.last.bodies).toEqual(texts.slice(0, 3));
    hook.last.loadMore(3);
    await hook.until(({ bodies }) => bodies.length === 6, "the second page");
    await add("paged", "swan ".repeat(20) + "new");
    await hook.until(({ bodies }) => bodies[0] === "swan ".repeat(20) + "new", "the new best result");
    expect(hook.last.bodies.slice(1)).toEqual(texts.slice(0, 6));
    const [second] = await client.query(messages.search, { text: "number4", channel: "paged" });
    await client.mutation(messages.remove, { id: second!._id });
    await hook.until(({ bodies }) => !bodies.includes(texts[4]), "the removal");
    hook.last.loadMore(10);
    await hook.until(({ status }) => status === "Exhausted", "the end");
    expect(hook.last.bodies).toEqual(["swan ".repeat(20) + "new", ...texts.filter((_, i) => i !== 4)]);
    hook.unmount();
  });

  test("SE-5.4 a cursor of another search is refused as invalid", async () => {
    await add("cursors", "duck one", "duck two");
    const page = await client.query(messages.pages, { text: "duck", channel: "cursors", paginationOpts: { numItems: 1, cursor: null } });
    await expect(client.query(messages.pages, { text: "goose", channel: "cursors", paginationOpts: { numItems: 1, cursor: page.continueCursor } })).rejects.toThrow("InvalidCursor");
    await expect(client.query(messages.pages, { text: "duck", channel: "cursors", paginationOpts: { numItems: 1, cursor: "nonsense" } })).rejects.toThrow("InvalidCursor");
  });
});
