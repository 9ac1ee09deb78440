/** `@convex-dev/aggregate`, used as its README does: six of them in one app. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryNamed, startServer, until, type TestServer } from "../harness.js";
import { Watch } from "../sync/watch.js";
import { AppCalls, refusal } from "./app-calls.js";
import { FunctionLog } from "./function-log.js";

let server: TestServer;
let app: AppCalls;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("aggregate");
  app = new AppCalls(server);
});

afterAll(() => server[Symbol.asyncDispose]());

interface Score {
  readonly game: string;
  readonly username: string;
  readonly score: number;
}

const addScores = (...scores: Score[]): Promise<string[]> => app.mutation("leaderboard:addScores", { scores: scores as never });
const scoresOf = (game: string, username: string, ...scores: number[]): Score[] => scores.map((score) => ({ game, username, score }));
const items = (...keys: number[]): { key: number; id: string; sumValue: number }[] => keys.map((key) => ({ key, id: `id-${key}`, sumValue: key * 10 }));

describe("a table's aggregates, kept by triggers", () => {
  let ids: string[];

  test("count, bounds, percentile, rank, least and greatest", async () => {
    ids = await addScores(...scoresOf("chess", "ada", 10, 65, 80), ...scoresOf("chess", "bob", 65, 90), ...scoresOf("go", "ada", 50, 70, 100));
    expect(await app.query("leaderboard:statistics")).toEqual({ count: 8, above65: 4, p95: 100, rankOf65: 2, rankFromTopOf65: 4, lowest: 10, highest: 100, last: 100 });
    expect(await app.query("leaderboard:countBatch", { ranges: [[0, 50], [50, 80], [80, 1000], [5, 5]] })).toEqual([1, 4, 3, 0]);
    expect(await app.query("leaderboard:atBatch", { offsets: [0, 2, 7] })).toEqual([10, 65, 100]);
    expect(await refusal(app.query("leaderboard:atBatch", { offsets: [8] }))).toContain("offset");
  });

  test("namespaces and prefixes", async () => {
    expect(await app.query("leaderboard:ofGame", { game: "chess" })).toEqual({ count: 5, sum: 310, best: ["bob", 90] });
    expect(await app.query("leaderboard:ofGame", { game: "chess", username: "ada" })).toEqual({ count: 3, sum: 155, best: ["ada", 80] });
    expect(await app.query("leaderboard:ofGame", { game: "checkers" })).toEqual({ count: 0, sum: 0, best: null });
    expect((await app.query<string[]>("leaderboard:games")).toSorted()).toEqual(["chess", "go"]);
  });

  test("a change and a deletion of a document", async () => {
    await app.mutation("leaderboard:setScore", { id: ids[0]!, score: 95 });
    expect(await app.query("leaderboard:rankOf", { id: ids[0]! })).toBe(6);
    await app.mutation("leaderboard:removeScore", { id: ids[1]! });
    expect(await app.query("leaderboard:ofGame", { game: "chess", username: "ada" })).toEqual({ count: 2, sum: 175, best: ["ada", 95] });
    expect(await app.query("leaderboard:statistics")).toMatchObject({ count: 7, above65: 5, lowest: 50 });
  });

  test("a mutation that fails has changed neither table nor aggregate", async () => {
    expect(await refusal(app.mutation("leaderboard:addThenThrow", { score: { game: "go", username: "eve", score: 1 } }))).toContain("the game is void");
    expect(await app.query("leaderboard:statistics")).toMatchObject({ count: 7, lowest: 50 });
  });

  test("a backfill finds what was written past the triggers, and counts nothing twice", async () => {
    await app.mutation("leaderboard:addUnnoticed", { score: { game: "go", username: "eve", score: 5 } });
    expect(await app.query("leaderboard:statistics")).toMatchObject({ count: 7 });
    await app.mutation("leaderboard:backfill");
    await app.mutation("leaderboard:backfill");
    expect(await app.query("leaderboard:statistics")).toMatchObject({ count: 8, lowest: 5 });
  });
});

describe("without a table", () => {
  test("insert, at, indexOf, sum, replace, delete", async () => {
    await app.mutation("stats:insert", { items: items(3, 1, 2) });
    expect(await app.query("stats:at", { offset: 0 })).toEqual({ key: 1, id: "id-1", sumValue: 10 });
    expect(await app.query("stats:at", { offset: -1 })).toEqual({ key: 3, id: "id-3", sumValue: 30 });
    expect(await app.query("stats:indexOf", { key: 2 })).toBe(1);
    expect(await app.query("stats:sum", {})).toBe(60);
    await app.mutation("stats:replace", { from: items(2)[0]!, to: 7, sumValue: 1 });
    expect(await app.query("stats:sum", { lower: 3 })).toBe(31);
    expect(await app.query("stats:sumBatch", { ranges: [{ upper: 3 }, { lower: 3, upper: 7 }, {}] })).toEqual([10, 30, 41]);
    await app.mutation("stats:remove", { item: { key: 7, id: "id-2" } });
    expect(await app.query("stats:count", {})).toBe(2);
  });

  test("what is not there can't be deleted, unless that was asked for; the same item can't come twice", async () => {
    expect(await refusal(app.mutation("stats:remove", { item: { key: 99, id: "nobody" } }))).toContain("DELETE_MISSING_KEY");
    await app.mutation("stats:removeIfThere", { item: { key: 99, id: "nobody" } });
    expect(await refusal(app.mutation("stats:insert", { items: items(1) }))).toContain("already exists");
    expect(await app.query("stats:count", {})).toBe(2);
  });

  test("inserts that run side by side in one mutation, and from an action", async () => {
    await app.mutation("stats:clear", {});
    await app.mutation("stats:insertAtOnce", { items: items(...Array.from({ length: 40 }, (_, i) => i)) });
    expect(await app.action("stats:insertInAction", { items: items(100, 101) })).toBe(42);
  });

  test("pages in both orders, within bounds, and all by iteration", async () => {
    const pages: number[][] = [];
    let cursor: string | undefined;
    for (;;) {
      const page: { page: { key: number }[]; cursor: string; isDone: boolean } = await app.query("stats:page", { pageSize: 4, lower: 30, order: "desc", ...(cursor === undefined ? {} : { cursor }) });
      pages.push(page.page.map(({ key }) => key));
      if (page.isDone) break;
      cursor = page.cursor;
    }
    expect(pages.flat()).toEqual([101, 100, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30]);
    expect(pages[0]).toHaveLength(4);
    expect(await app.query("stats:all", { pageSize: 7 })).toEqual([...Array.from({ length: 40 }, (_, i) => i), 100, 101]);
  });

  test("a thousand items in an order of their own, with nodes of four", async () => {
    await app.mutation("stats:clear", { maxNodeSize: 4 });
    const keys = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
    for (let i = 0; i < keys.length; i += 40) await app.mutation("stats:insert", { items: items(...keys.slice(i, i + 40)) });
    expect(await app.query("stats:count", {})).toBe(1000);
    expect(await app.query("stats:count", { lower: 250, upper: 750 })).toBe(500);
    expect(await app.query("stats:at", { offset: 617 })).toEqual({ key: 617, id: "id-617", sumValue: 6170 });
    expect(await app.query("stats:sum", {})).toBe(4_995_000);
  });
});

describe("songs and photos", () => {
  test("a random song, and each by its index", async () => {
    const titles = ["one", "two", "three", "four"];
    await app.mutation("media:addSongs", { titles });
    const shuffled = await Promise.all(titles.map((_, index) => app.query<string>("media:songAt", { index })));
    expect(shuffled.toSorted()).toEqual(titles.toSorted());
    const random = new Set(await Promise.all(Array.from({ length: 40 }, (_, seed) => app.query<string>("media:randomSong", { seed }))));
    // That 40 draws miss one of four songs is less likely than 1 in 20,000.
    expect([...random].toSorted()).toEqual(titles.toSorted());
  });

  test("a page by its offset follows what is added and removed", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) ids.push(await app.mutation<string>("media:addPhoto", { album: "sea", url: `sea-${i}` }));
    await app.mutation("media:addPhoto", { album: "hills", url: "hill" });
    const page = Watch.on(server.client(), queryNamed("media:pageOfPhotos"), { album: "sea", offset: 8, numItems: 3 });
    expect(await page.value()).toEqual(["sea-8", "sea-9", "sea-10"]);
    await app.mutation("media:removePhoto", { id: ids[0]! });
    expect(await page.value((urls) => (urls as string[])[0] === "sea-9")).toEqual(["sea-9", "sea-10", "sea-11"]);
  });
});

describe("reactivity", () => {
  test("another namespace's changes run nothing", async () => {
    const log = new FunctionLog(server);
    const client = server.client();
    const chess = Watch.on(client, queryNamed("leaderboard:countOfGame"), { game: "chess" });
    const go = Watch.on(client, queryNamed("leaderboard:countOfGame"), { game: "go" });
    const [, goCount] = [await chess.value(), (await go.value()) as number];
    const before = await log.successes("leaderboard:countOfGame");
    for (let i = 1; i <= 4; i++) {
      await addScores({ game: "go", username: "ida", score: i });
      await go.value((count) => count === goCount + i);
    }
    expect((await log.successes("leaderboard:countOfGame")) - before).toBe(4);
    expect(chess.values).toHaveLength(1);
  });

  test("with a lazy root an insert at the other end runs no bounded count; with an eager one it runs each", async () => {
    const runsOfLowCount = async (rootLazy: boolean): Promise<number> => {
      await app.mutation("stats:clear", { maxNodeSize: 4, rootLazy });
      await app.mutation("stats:insert", { items: items(...Array.from({ length: 64 }, (_, i) => i)) });
      const log = new FunctionLog(server);
      const client = server.client();
      const low = Watch.on(client, queryNamed("stats:count"), { upper: 8 });
      const high = Watch.on(client, queryNamed("stats:count"), { lower: 60 });
      expect([await low.value(), await high.value()]).toEqual([8, 4]);
      const before = await log.successes("stats:count");
      for (let i = 1; i <= 5; i++) {
        await app.mutation("stats:insert", { items: items(1000 + i) });
        await high.value((count) => count === 4 + i);
      }
      const runs = (await log.successes("stats:count")) - before;
      low.unsubscribe();
      high.unsubscribe();
      expect(low.values).toEqual([8]);
      return runs - 5;
    };
    expect(await runsOfLowCount(true)).toBe(0);
    expect(await runsOfLowCount(false)).toBe(5);
  });
});

describe("queued writes", () => {
  interface Totals {
    readonly count: number;
    readonly sum: number;
  }
  const totals = (): Promise<Totals> => app.query("stats:queuedTotals");

  test("are applied by the batch worker in their order, and stale reads are live", async () => {
    const live = Watch.on(server.client(), queryNamed("stats:queuedTotals"), {}) as Watch<Totals>;
    await live.value();
    expect(await app.mutation("stats:enqueue", { items: [{ key: 7, id: "seventh", sumValue: 70 }] })).toBe(0);
    await live.value(({ sum }) => sum === 70);
    await app.mutation("stats:enqueueBatch");
    expect(await live.value(({ count }) => count === 3)).toEqual({ count: 3, sum: 10 + 40 + 70 });
  });

  test("from many clients at once are all applied", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => app.mutation("stats:enqueue", { items: items(100 + i) })));
    await until(async () => (await totals()).count === 23, "all of them");
  });

  test("can't be mixed with others in one mutation", async () => {
    expect(await refusal(app.mutation("stats:enqueueAndInsert", { item: { key: 1, id: "mixed" } }))).toContain("while there are async updates enqueued");
    expect((await totals()).count).toBe(23);
  });

  test("that can't be applied are set aside, can be read and deleted, and hold nothing up", async () => {
    await app.mutation("stats:deleteLater", { item: { key: 999, id: "nobody" } });
    await app.mutation("stats:enqueue", { items: items(500) });
    await until(async () => (await totals()).count === 24, "the write behind it");
    const [letter] = await until(async () => {
      const letters = await app.query<{ _id: string }[]>("stats:deadLetters");
      return letters.length > 0 ? letters : null;
    }, "the dead letter");
    expect(await app.query("stats:deadLetter", { id: letter!._id })).toEqual(letter);
    await app.mutation("stats:deleteDeadLetter", { id: letter!._id });
    expect(await app.query("stats:deadLetter", { id: letter!._id })).toBeNull();
  });

  test("a kill loses none and applies none twice", async () => {
    const { count } = await totals();
    await Promise.all(Array.from({ length: 10 }, (_, i) => app.mutation("stats:enqueue", { items: items(600 + i) })));
    await server.kill();
    await server.start();
    await until(async () => (await totals()).count >= count + 10, "what was queued");
    await app.mutation("stats:enqueue", { items: items(700) });
    await until(async () => (await totals()).count >= count + 11, "one more");
    expect((await totals()).count).toBe(count + 11);
  });
});

test("wrong input is refused, and what was committed survives a kill", async () => {
  expect(await refusal(app.mutation("stats:insert", { items: [{ key: "1", id: "text" }] }))).toContain("Value does not match validator");
  expect(await refusal(app.mutation("stats:clear", { maxNodeSize: 3 }))).toContain("even");
  const before = await app.query<number>("stats:count", {});
  await app.mutation("stats:insert", { items: items(5000) });
  await server.kill();
  await server.start();
  expect(await app.query("stats:count", {})).toBe(before + 1);
  expect(await app.query("stats:at", { offset: -1 })).toMatchObject({ key: 5000 });
});
