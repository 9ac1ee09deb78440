/**
 * Paginated live queries: pages that stay adjacent whatever is written between, before and behind them. The end of a page
 * is fixed by its first run, travels to the client as its journal, and comes back with every resubscription. SY-50 to SY-56.
 */
import type { BaseConvexClient, ConvexHttpClient } from "convex/browser";
import type { PaginationResult } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { baseClient } from "./base-client.js";
import { bodies, messages, type Message } from "./basics-api.js";
import { TcpProxy } from "./tcp-proxy.js";

let server: TestServer;
let http: ConvexHttpClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("basics");
  http = server.http();
});

afterAll(() => server[Symbol.asyncDispose]());

type Page = PaginationResult<Message>;

/** A list as a client holds it: one subscription a page. */
class LivePages {
  readonly #pages: Record<string, string | number | null>[] = [];

  constructor(
    readonly client: BaseConvexClient,
    readonly channel: string,
  ) {}

  async add(cursor: string | null, numItems: number): Promise<Page> {
    const paginationOpts = { cursor, numItems, id: this.#pages.length };
    this.#pages.push(paginationOpts);
    this.client.subscribe("messages:page", { channel: this.channel, paginationOpts });
    return until(() => this.#result(paginationOpts), "a page");
  }

  get pages(): Page[] {
    return this.#pages.map((options) => this.#result(options)!);
  }

  get bodies(): string[] {
    return this.pages.flatMap(({ page }) => bodies(page));
  }

  #result(paginationOpts: Record<string, string | number | null>): Page | undefined {
    return this.client.localQueryResult("messages:page", { channel: this.channel, paginationOpts }) as Page | undefined;
  }
}

async function write(channel: string, texts: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const body of texts) ids.push(await http.mutation(messages.send, { channel, body }));
  return ids;
}

/** Newest first, as the pages are. */
async function wholeList(channel: string): Promise<string[]> {
  return bodies(await http.query(messages.list, { channel })).reverse();
}

describe("pages", () => {
  test("SY-50 pages follow each other without gap or overlap, and the last one says that it is", async () => {
    await write("chain", ["1", "2", "3", "4", "5", "6", "7"]);
    const live = new LivePages(baseClient(server), "chain");
    const first = await live.add(null, 3);
    expect([bodies(first.page), first.isDone]).toEqual([["7", "6", "5"], false]);
    const second = await live.add(first.continueCursor, 3);
    expect([bodies(second.page), second.isDone]).toEqual([["4", "3", "2"], false]);
    const third = await live.add(second.continueCursor, 3);
    expect([bodies(third.page), third.isDone]).toEqual([["1"], true]);
    expect(new Set([first, second, third].map(({ continueCursor }) => continueCursor)).size).toBe(3);
  });

  test("SY-51 an empty list is one page that is done, and grows", async () => {
    const live = new LivePages(baseClient(server), "empty");
    expect(await live.add(null, 3)).toMatchObject({ page: [], isDone: true });
    await write("empty", ["1", "2", "3", "4", "5"]);
    await until(() => live.bodies.length === 5, "all five");
    expect(live.pages[0]).toMatchObject({ isDone: true });
  });

  test("SY-52 inserts and deletes of others leave the pages adjacent", async () => {
    const channel = "adjacent";
    const ids = await write(channel, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    const live = new LivePages(baseClient(server), channel);
    const first = await live.add(null, 3);
    const second = await live.add(first.continueCursor, 3);
    await live.add(second.continueCursor, 3);
    const remove = (n: number): Promise<null> => http.mutation(messages.remove, { id: ids[n - 1]! });
    const steps = [() => write(channel, ["10", "11"]), () => remove(7), () => remove(6), () => remove(4), () => remove(1), () => write(channel, ["12"])];
    for (const step of steps) {
      await step();
      const expected = await wholeList(channel);
      await until(() => JSON.stringify(live.bodies) === JSON.stringify(expected), `the pages to show ${expected.join()}; they show ${live.bodies.join()}`);
    }
    // 7 ended the first page and 4 the second: their places stay, so what is in each page is known exactly.
    expect(live.pages.map(({ page }) => bodies(page))).toEqual([["12", "11", "10", "9", "8"], ["5"], ["3", "2"]]);
  });

  test("SY-53 at every transition the pages are of one timestamp", async () => {
    const channel = "transitions";
    await write(channel, Array.from({ length: 20 }, (_, i) => `${i}`));
    const live = new LivePages(baseClient(server), channel);
    const first = await live.add(null, 5);
    await live.add(first.continueCursor, 50);
    const seen: string[][] = [];
    live.client.addOnTransitionHandler(() => seen.push(live.bodies));
    const states = new Set([JSON.stringify(await wholeList(channel))]);
    const list = await http.query(messages.list, { channel });
    for (let i = 0; i < 10; i++) {
      await http.mutation(messages.remove, { id: list[i]!._id });
      states.add(JSON.stringify(await wholeList(channel)));
      await http.mutation(messages.send, { channel, body: `new ${i}` });
      states.add(JSON.stringify(await wholeList(channel)));
    }
    await until(() => live.bodies.includes("new 9"), "the last write");
    expect(seen.filter((shown) => !states.has(JSON.stringify(shown)))).toEqual([]);
    expect(seen.length).toBeGreaterThan(1);
  });

  test("SY-54 after a lost connection the pages end where they ended before", async () => {
    const channel = "journal";
    await write(channel, ["1", "2", "3", "4", "5", "6"]);
    await using proxy = await TcpProxy.to(server.url);
    const live = new LivePages(baseClient(server, undefined, proxy.url), channel);
    const first = await live.add(null, 2);
    await live.add(first.continueCursor, 2);
    proxy.cut();
    await write(channel, ["7", "8", "9"]);
    await until(() => live.bodies.includes("9"), "the pages after the reconnection");
    expect(live.pages.map(({ page }) => bodies(page))).toEqual([["9", "8", "7", "6", "5"], ["4", "3"]]);
    await live.client.close();
  });

  test("SY-55 the experimental paginated subscription of ConvexClient loads more and keeps its status", async () => {
    const channel = "client pages";
    await write(channel, ["1", "2", "3", "4", "5"]);
    const seen: unknown[] = [];
    const subscription = server.client().onPaginatedUpdate_experimental(messages.page, { channel } as never, { initialNumItems: 2 }, (result) => seen.push(result));
    const current = (): { results: Message[]; status: string; loadMore: (count: number) => boolean } => seen.at(-1) as never;
    await until(() => current()?.status === "CanLoadMore", "the first page");
    expect(bodies(current().results)).toEqual(["5", "4"]);
    expect(current().loadMore(2)).toBe(true);
    expect(current().status).toBe("LoadingMore");
    await until(() => current().results.length === 4 && current().status === "CanLoadMore", "the second page");
    current().loadMore(10);
    await until(() => current().status === "Exhausted", "the last page");
    expect(bodies(current().results)).toEqual(["5", "4", "3", "2", "1"]);
    await write(channel, ["6"]);
    await until(() => current().results.length === 6, "an item of another client");
    expect(bodies(current().results)).toEqual(["6", "5", "4", "3", "2", "1"]);
    subscription.unsubscribe();
  });

  test("SY-56 a cursor of another query is refused in the way from which paginated hooks recover", async () => {
    await write("cursor a", ["1", "2", "3"]);
    const { continueCursor } = await http.query(messages.page, { channel: "cursor a", paginationOpts: { cursor: null, numItems: 1 } });
    const refused = http.query(messages.page, { channel: "cursor b", paginationOpts: { cursor: continueCursor, numItems: 1 } });
    await expect(refused).rejects.toThrow("InvalidCursor");
    await expect(http.query(messages.page, { channel: "cursor a", paginationOpts: { cursor: "garbage", numItems: 1 } })).rejects.toThrow("InvalidCursor");
  });
});
