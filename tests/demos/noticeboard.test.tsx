// @vitest-environment happy-dom
/** The public demos' subjects that need no schema, by an app of our own (tests/apps/demos/noticeboard), used as their pages do. DM-4. */
import { ConvexHttpClient } from "convex/browser";
import { useMutation, usePaginatedQuery, useQuery } from "convex/react";
import { anyApi, makeFunctionReference, type FunctionReference, type PaginationOptions, type PaginationResult } from "convex/server";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { MountedHook, reactClient } from "../sync/mounted-hook.js";
import { Watch } from "../sync/watch.js";

interface Notice {
  readonly _id: string;
  readonly _creationTime: number;
  readonly title: string;
  readonly author: string;
}

type PaginatedQuery<Args extends object> = FunctionReference<"query", "public", Args & { paginationOpts: PaginationOptions }, PaginationResult<Notice>>;

const NONE: Record<string, never> = {};
const notices = {
  list: makeFunctionReference<"query", Record<string, never>, Notice[]>("notices:list"),
  post: makeFunctionReference<"mutation", { title: string; author: string }, string>("notices:post"),
  page: makeFunctionReference("notices:page") as unknown as PaginatedQuery<object>,
  pageBy: makeFunctionReference("notices:pageBy") as unknown as PaginatedQuery<{ author: string }>,
  tidyList: makeFunctionReference<"query", Record<string, never>, string[]>("notices:tidyList"),
  takeDownAll: makeFunctionReference<"mutation", Record<string, never>, string[]>("notices:takeDownAll"),
  postEvent: makeFunctionReference<"mutation", { title: string; author: string; days: number }, string>("notices:postEvent"),
  chalk: makeFunctionReference<"mutation", { text: string }, null>("notices:chalk"),
  chalked: makeFunctionReference<"query", Record<string, never>, string[]>("notices:chalked"),
};

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("demos/noticeboard");
});

beforeEach(() => server.http().mutation(notices.takeDownAll, NONE));
afterAll(() => server[Symbol.asyncDispose]());

/** What a page shows, and what its form calls. */
const usePage = () => ({ titles: (useQuery(notices.list, NONE) ?? []).map(({ title }) => title), post: useMutation(notices.post) });

function openPage(): MountedHook<null, ReturnType<typeof usePage>> {
  return new MountedHook(reactClient(server), usePage, null);
}

const shows = (page: ReturnType<typeof openPage>, ...titles: string[]) => page.until((shown) => shown.titles.join() === titles.join(), `the page to show ${titles.join()}`);
const postMany = async (count: number, author: string): Promise<void> => {
  for (let i = 1; i <= count; i++) await server.http().mutation(notices.post, { title: `${author} ${i}`, author });
};

test("tutorial, typescript, node: two pages, a script and a program over HTTP have the same notices", async () => {
  const [ours, theirs] = [openPage(), openPage()];
  await shows(ours);
  await ours.last.post({ title: "from a page", author: "Ida" });
  await shows(theirs, "from a page");

  // A script of Node: by name, and by `anyApi`, as code without types has it.
  const script = Watch.on(server.client(), anyApi["notices"]!["list"] as unknown as typeof notices.list, NONE);
  const [first] = await script.value((list) => list.length === 1);
  expect(first).toEqual({ _id: expect.stringMatching(/^[0-9a-z]{31,37}$/) as string, _creationTime: expect.any(Number) as number, title: "from a page", author: "Ida" });
  await new ConvexHttpClient(server.url).mutation(mutationNamed("notices:post"), { title: "from a script", author: "Jon" });

  const all = ["from a page", "from a script"];
  await Promise.all([shows(ours, ...all), shows(theirs, ...all), script.value((list) => list.length === 2)]);
  [ours, theirs].forEach((page) => page.unmount());
  script.unsubscribe();
});

test("JavaScript without validators and with a default export, by either of its names", async () => {
  const client = server.client();
  await client.mutation(mutationNamed("bells:ring"), { times: 3, tower: "south", list: [null, { deep: true }] });
  for (const name of ["bells", "bells:default", "bells.js:default"]) {
    expect(await client.query(queryNamed(name), {}), name).toEqual([{ _id: expect.any(String) as string, _creationTime: expect.any(Number) as number, times: 3, rest: { tower: "south", list: [null, { deep: true }] } }]);
  }
});

test("args-validation: a form is told what was wrong with what it sent, and nothing is written", async () => {
  const page = openPage();
  await shows(page);
  const wrong = page.last.post as unknown as (args: object) => Promise<unknown>;
  await expect(wrong({ title: 7, author: "Ida" })).rejects.toThrow("Value does not match validator.\nPath: .title\nValue: 7.0\nValidator: v.string()");
  await expect(wrong({ title: "no author" })).rejects.toThrow("Object is missing the required field `author`.");
  await expect(wrong({ title: "t", author: "a", extra: true })).rejects.toThrow("Object contains extra field `extra` that is not in the validator.");
  expect(page.last.titles).toEqual([]);
  page.unmount();
});

test("custom-errors: text reaches a form, data the error boundary, and both leave when their cause does", async () => {
  const page = openPage();
  await shows(page);
  const refusal = await page.last.post({ title: "x".repeat(41), author: "Ida" }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ConvexError);
  expect((refusal as ConvexError<string>).data).toBe("A title has at most 40 characters.");
  page.unmount();

  const list = new MountedHook(reactClient(server), () => useQuery(notices.tidyList, NONE), null);
  await list.until((titles) => titles?.length === 0, "the empty board");
  await postMany(26, "Ida");
  const error = await until(() => list.error, "the boundary to be reached");
  expect(error).toBeInstanceOf(ConvexError);
  expect((error as ConvexError<Record<string, string | number>>).data).toEqual({ code: "BOARD_FULL", message: "No pin is left.", count: 26 });
  expect(await server.http().mutation(notices.takeDownAll, NONE)).toHaveLength(26);
  await until(() => {
    if (list.error !== null) list.retry(null);
    return list.last?.length === 0;
  }, "the page to recover");
  list.unmount();
});

test("pagination: pages of five from the newest, more at the press of a button, new ones at the top; filtered; and downloaded", async () => {
  await postMany(6, "Ida");
  await postMany(6, "Jon");
  const client = reactClient(server);
  const list = new MountedHook(client, () => usePaginatedQuery(notices.page, {}, { initialNumItems: 5 }), null);
  const jons = new MountedHook(client, () => usePaginatedQuery(notices.pageBy, { author: "Jon" }, { initialNumItems: 4 }), null);
  const titles = (hook: typeof list): string[] => hook.last.results.map(({ title }) => title);
  await list.until(({ status }) => status === "CanLoadMore", "the first page");
  expect(titles(list)).toEqual(["Jon 6", "Jon 5", "Jon 4", "Jon 3", "Jon 2"]);
  list.last.loadMore(5);
  await list.until(({ results, status }) => results.length === 10 && status === "CanLoadMore", "the second page");
  await server.http().mutation(notices.post, { title: "Jon 7", author: "Jon" });
  await list.until(({ results }) => results[0]?.title === "Jon 7" && results.length === 11, "the new one at the top");
  list.last.loadMore(5);
  await list.until(({ status }) => status === "Exhausted", "the end");
  const everything = ["Jon 7", "Jon 6", "Jon 5", "Jon 4", "Jon 3", "Jon 2", "Jon 1", "Ida 6", "Ida 5", "Ida 4", "Ida 3", "Ida 2", "Ida 1"];
  expect(titles(list)).toEqual(everything);

  await jons.until(({ results, status }) => results.length === 5 && status === "CanLoadMore", "Jon's first page and his newest");
  jons.last.loadMore(4);
  await jons.until(({ status }) => status === "Exhausted", "the end of Jon's");
  expect(titles(jons)).toEqual(everything.slice(0, 7));
  [list, jons].forEach((hook) => hook.unmount());

  const downloaded: string[] = [];
  for (let cursor: string | null = null, isDone = false; !isDone; ) {
    const page: PaginationResult<Notice> = await server.http().query(notices.page, { paginationOpts: { numItems: 5, cursor } });
    downloaded.push(...page.page.map(({ title }) => title));
    ({ continueCursor: cursor, isDone } = page);
  }
  expect(downloaded).toEqual(everything);
});

test("prewarming: what was warmed is there at the first rendering and costs one run; unused, it ends when it was told to", async () => {
  await postMany(2, "Ida");
  const client = reactClient(server);
  const newest = { query: makeFunctionReference<"query", { paginationOpts: PaginationOptions }, PaginationResult<Notice>>("notices:page"), args: { paginationOpts: { numItems: 2, cursor: null } } };
  const runs = (): Promise<number> => server.metric("rivulet_engine_live_query_runs_total");
  const subscriptions = (): Promise<number> => server.metric("rivulet_engine_subscriptions");
  await until(async () => (await subscriptions()) === 0, "the pages of other tests to be gone");
  const runsBefore = await runs();
  client.prewarmQuery({ ...newest, extendSubscriptionFor: 60_000 });
  await until(() => client.watchQuery(newest.query, newest.args).localQueryResult() !== undefined, "the warmed result");
  const page = new MountedHook(client, () => useQuery(newest.query, newest.args)?.page.map(({ title }) => title), null);
  await until(() => page.results.length > 0, "the first rendering");
  expect(page.results[0]).toEqual(["Ida 2", "Ida 1"]);
  expect([await runs(), await subscriptions()]).toEqual([runsBefore + 1, 1]);
  await server.http().mutation(notices.post, { title: "still live", author: "Jon" });
  await page.until((titles) => titles?.[0] === "still live", "the warmed query to be live");
  page.unmount();

  client.prewarmQuery({ query: notices.tidyList, args: NONE, extendSubscriptionFor: 1 });
  await until(async () => (await subscriptions()) === 1, "only the long one to be left");
  await client.close();
  await until(async () => (await subscriptions()) === 0, "its end with the client");
});

test("cron-jobs: the chalk is wiped off every minute, before everybody's eyes", async () => {
  const [ours, theirs] = [Watch.on(server.client(), notices.chalked, NONE), Watch.on(server.client(), notices.chalked, NONE)];
  for (let round = 1; round <= 2; round++) {
    await server.http().mutation(notices.chalk, { text: `round ${round}` });
    await ours.value((texts) => texts.length === 1);
    await server.advanceClock(60_000);
    await Promise.all([ours, theirs].map((watch) => watch.value((texts) => texts.length === 0)));
  }
  await expect(server.http().mutation(mutationNamed("notices:sweep"), {})).rejects.toThrow("Could not find public function for 'notices:sweep'");
});

test("scheduling: a notice counts down and removes itself, also when the server is killed in the middle", async () => {
  const page = openPage();
  await shows(page);
  const event = makeFunctionReference<"mutation", { title: string; author: string; days: number }, string>("notices:postEvent");
  await server.client().mutation(event, { title: "fair", author: "Ida", days: 3 });
  await shows(page, "fair (in 3 days)");
  await server.advanceClock(60_000);
  await shows(page, "fair (in 2 days)");
  await server.kill();
  await server.start();
  await server.advanceClock(60_000);
  await shows(page, "fair (in 1 days)");
  await server.advanceClock(60_000);
  await shows(page);
  page.unmount();
});

test("two pages write while the server is killed: everything arrives once, on both", async () => {
  const [ours, theirs] = [openPage(), openPage()];
  await Promise.all([shows(ours), shows(theirs)]);
  const writes = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? ours : theirs).last.post({ title: `notice ${i}`, author: "both" }));
  await until(() => ours.last.titles.length > 0, "the first to arrive");
  await server.kill();
  writes.push(...[ours, theirs].map((page, i) => page.last.post({ title: `notice ${20 + i}`, author: "both" })));
  await server.start();
  const ids = await Promise.all(writes);
  expect(new Set(ids).size).toBe(22);
  const all = Array.from({ length: 22 }, (_, i) => `notice ${i}`).sort();
  for (const page of [ours, theirs]) {
    await page.until(({ titles }) => titles.length === 22, "all notices");
    expect(page.last.titles.toSorted()).toEqual(all);
    page.unmount();
  }
});
