/**
 * E-40 … E-49: the engine of the sync example by what it costs: runs of live queries, requests that reach the source, workers
 * at a time. The times are those of life; the tests turn the server's clock.
 */
import type { ConvexClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSigningKey } from "../../examples/issuer/signing-key.js";
import { Tokens } from "../../examples/issuer/tokens.js";
import { OPERATOR, viewerAccount, type Account } from "../../examples/sync/issuer/accounts.js";
import { mutationNamed, queryNamed, until } from "../harness.js";
import { Watch } from "../sync/watch.js";
import { CATALOGUE, LIFE, Whiteboard, WORKERS_MAX } from "./whiteboard.js";

const BOARDS = 24;
const WATCHERS = 50;
const heartbeat = mutationNamed("presence:heartbeat");
const subject = queryNamed("subjects:get");

let whiteboard: Whiteboard;

beforeAll(async () => {
  whiteboard = await Whiteboard.start(BOARDS);
});

afterAll(async () => await whiteboard?.[Symbol.asyncDispose]());

/** Boards of their own for each test, so that none has to tidy up. */
const keysFrom = (first: number, count: number): string[] => Array.from({ length: count }, (_, index) => `boards/board-${first + index}`);
const idOf = (key: string): string => key.replace("boards/", "");

/** Until each of them was fetched, or found unchanged, once more than before. */
async function refreshed(keys: readonly string[], cause: () => Promise<unknown>): Promise<void> {
  const before = new Map(await Promise.all(keys.map(async (key) => [key, await done(key)] as const)));
  await cause();
  await until(async () => (await Promise.all(keys.map(async (key) => (await done(key)) > before.get(key)!))).every(Boolean), `${keys.join()} to be refreshed`);
}

async function done(key: string): Promise<number> {
  const { counts } = await whiteboard.state(key);
  return counts.changed + counts.unchanged + counts.failed;
}

/** Everybody leaves; what the boards are is known. */
async function allCold(): Promise<void> {
  await whiteboard.loadCatalogue();
  await whiteboard.pass(LIFE.coldAfterMs + 1);
  expect((await whiteboard.states()).filter(({ watchers }) => watchers > 0)).toEqual([]);
}

async function withVariables(variables: Readonly<Record<string, string>>, act: () => Promise<void>): Promise<void> {
  await whiteboard.setVariables(variables);
  try {
    await act();
  } finally {
    await whiteboard.setVariables(Object.fromEntries(Object.keys(variables).map((name) => [name, ""])));
  }
}

describe("E-40 who may do what", () => {
  test("E-40 heartbeats need a token of the issuer; wiping needs an operator's; reading needs none", async () => {
    const forged = new Tokens({ ...whiteboard.tokens.settings, key: await createSigningKey(whiteboard.tokens.settings.key.algorithm) });
    const withToken = (token: string) => {
      const client = whiteboard.server.http();
      client.setAuth(token);
      return client;
    };
    await expect(whiteboard.server.http().mutation(heartbeat, { keys: [CATALOGUE] })).rejects.toMatchObject({ data: { code: "NOT_SIGNED_IN" } });
    await expect(withToken(await forged.identity(OPERATOR)).mutation(heartbeat, { keys: [CATALOGUE] })).rejects.toThrow();
    const stranger = { id: "x", name: "X", role: "admin" } as unknown as Account;
    await expect(withToken(await whiteboard.tokens.identity(stranger)).mutation(heartbeat, { keys: [] })).rejects.toMatchObject({ data: { code: "BAD_CLAIMS" } });
    const viewer = await whiteboard.viewer(viewerAccount(1));
    await expect(viewer.mutation(heartbeat, { keys: keysFrom(1, 9) })).rejects.toMatchObject({ data: { code: "BAD_KEYS" } });
    await expect(viewer.mutation(mutationNamed("engine:wipe"), {})).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
    await expect(viewer.mutation(mutationNamed("refresh:finish"), {})).rejects.toThrow();
    expect(await whiteboard.subject(CATALOGUE)).toBeNull();
    expect(whiteboard.source.asked).toEqual([]);
  });
});

describe("E-41 only what is looked at is fetched", () => {
  test("E-41 the first look has the catalogue fetched, and a board at the first look at it, without waiting for a scan", async () => {
    expect(await whiteboard.beat([CATALOGUE, "boards/board-1"])).toEqual(["boards/board-1"]);
    await whiteboard.loadCatalogue();
    expect(whiteboard.source.asked.filter((key) => key !== CATALOGUE)).toEqual([]);
    expect(await whiteboard.beat(["boards/board-1", "boards/none"])).toEqual(["boards/none"]);
    await until(() => whiteboard.subject("boards/board-1"), "the board");
    expect(await whiteboard.subject("boards/board-1")).toMatchObject({ kind: "board", notes: JSON.parse(JSON.stringify(whiteboard.world.board("board-1")!.notes)) as unknown });
    expect(await whiteboard.state("boards/board-1")).toMatchObject({ watchers: 1, counts: { fetches: 1, changed: 1, unchanged: 0, failed: 0 } });
  });

  test("E-41 a hot subject is refreshed by the cron; a cold one is not, and is again at the next look", async () => {
    const key = "boards/board-1";
    await whiteboard.settled();
    await refreshed([key], async () => await whiteboard.server.advanceClock(LIFE.scanMs));
    await allCold();
    const asked = whiteboard.source.asked.length;
    for (let period = 0; period < 4; period++) expect(await whiteboard.pass(LIFE.scanMs)).toMatchObject({ due: 0, sent: 0 });
    expect(whiteboard.source.asked).toHaveLength(asked);
    await refreshed([key], async () => await whiteboard.beat([key]));
    expect(whiteboard.source.asked).toHaveLength(asked + 1);
  });

  test("E-41 a subject that nobody looks at any more when its turn comes is not fetched", async () => {
    const [key] = keysFrom(2, 1) as [string];
    await allCold();
    await withVariables({ FETCHES_AT_ONCE: "1", FETCHES_PER_MINUTE: "1" }, async () => {
      await whiteboard.beat([CATALOGUE]);
      await whiteboard.beat([key]);
      await whiteboard.settled();
      expect((await whiteboard.state(key)).counts.fetches).toBe(0);
    });
    expect((await whiteboard.pass(LIFE.coldAfterMs + 1)).sent).toBe(0);
    expect(whiteboard.source.timesAsked(key)).toBe(0);
  });
});

describe("E-42, E-43, E-44 what re-runs", () => {
  const [changing, still] = keysFrom(3, 2) as [string, string];
  let clients: ConvexClient[];
  let watches: Watch<unknown>[];

  const beatAll = async () => await Promise.all(clients.map(async (_, index) => await whiteboard.beat([changing, still], index + 1)));

  beforeAll(async () => {
    clients = Array.from({ length: WATCHERS }, () => whiteboard.server.client());
    watches = clients.flatMap((client) => [changing, still].map((key) => Watch.on(client, subject, { key })));
    await refreshed([changing, still], beatAll);
    await whiteboard.settled();
    await Promise.all(watches.map(async (watch) => await watch.value((value) => value !== null)));
  });

  afterAll(() => watches.forEach((watch) => watch.unsubscribe()));

  test("E-42 heartbeats of fifty people re-run no query at all", async () => {
    const engine = Watch.on(clients[0]!, queryNamed("engine:states"), {});
    await engine.value();
    expect(await whiteboard.state(still)).toMatchObject({ watchers: WATCHERS });
    const before = await whiteboard.runs();
    await beatAll();
    await beatAll();
    expect(await whiteboard.runs()).toBe(before);
    engine.unsubscribe();
  });

  test("E-43 a refresh that finds nothing new writes nothing that is watched: no run, no message", async () => {
    const [before, said] = [await whiteboard.runs(), watches.map((watch) => watch.said.length)];
    await refreshed([changing, still], async () => await whiteboard.pass(LIFE.scanMs));
    expect((await whiteboard.state(still)).counts).toMatchObject({ changed: 1, failed: 0 });
    expect(await whiteboard.runs()).toBe(before);
    expect(watches.map((watch) => watch.said.length)).toEqual(said);
  });

  test("E-44 a change costs one run for fifty watchers, and none for those of another board", async () => {
    await beatAll();
    const before = await whiteboard.runs();
    whiteboard.world.change(idOf(changing));
    const votesAndPlaces = JSON.parse(JSON.stringify(whiteboard.world.board(idOf(changing))!.notes)) as unknown;
    await refreshed([changing, still], async () => await whiteboard.pass(LIFE.scanMs));
    const watching = watches.filter((_, index) => index % 2 === 0);
    await Promise.all(watching.map(async (watch) => await watch.value((value) => JSON.stringify((value as { notes: unknown }).notes) !== JSON.stringify((watch.values[0] as { notes: unknown } | null)?.notes))));
    expect(watching.every((watch) => watch.values.length === watching[0]!.values.length)).toBe(true);
    expect(watching[0]!.values.at(-1)).toMatchObject({ notes: votesAndPlaces });
    expect(await whiteboard.runs()).toBe(before + 1);
  });
});

describe("E-45, E-46 how fast", () => {
  test("E-45 never more than four workers at a time; the others wait in the queue", async () => {
    await allCold();
    const keys = keysFrom(5, 9);
    whiteboard.source.hold();
    await Promise.all(keys.map(async (key) => await whiteboard.beat([key])));
    await until(() => whiteboard.source.inFlight.length === WORKERS_MAX, "four requests");
    const phases = (await whiteboard.states()).map(({ phase }) => phase);
    expect({ running: phases.filter((phase) => phase === "running").length, queued: phases.filter((phase) => phase === "queued").length }).toEqual({ running: 4, queued: 5 });
    whiteboard.source.release();
    await until(async () => (await Promise.all(keys.map(done))).every((count) => count === 1), "all nine");
    expect(whiteboard.source.inFlightMax).toBe(WORKERS_MAX);
  });

  test("E-46 the token bucket bounds the fetches of each period, and those that waited longest go first", async () => {
    await allCold();
    const keys = keysFrom(5, 8);
    const before = await Promise.all(keys.map(done));
    const fetched = async () => (await Promise.all(keys.map(done))).map((count, index) => count - before[index]!);
    const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
    await withVariables({ FETCHES_AT_ONCE: "3", FETCHES_PER_MINUTE: "4", REFRESH_MS: "600000" }, async () => {
      for (const key of keys) await whiteboard.beat([key]);
      await until(async () => sum(await fetched()) === 3, "three fetches");
      expect(await fetched()).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
      expect(await whiteboard.scan()).toMatchObject({ due: 5, sent: 0 });
      await whiteboard.pass(LIFE.scanMs);
      for (const key of keys) await whiteboard.beat([key]);
      await until(async () => sum(await fetched()) === 5, "two more fetches");
      expect(await fetched()).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
      await whiteboard.pass(2 * LIFE.scanMs - 5_000);
      await until(async () => sum(await fetched()) === 8, "the rest");
    });
  });
});

describe("E-47 trouble at the source", () => {
  test("E-47 a failure is told and tried again, less and less often; the payload stays; what is wrong or gone is not taken over", async () => {
    const [key] = keysFrom(14, 1) as [string];
    await allCold();
    await refreshed([key], async () => await whiteboard.beat([key]));
    const payload = await whiteboard.subject(key);
    whiteboard.source.trouble = (asked) => {
      if (asked === key) throw new Error("The source is being mended.");
    };
    await refreshed([key], async () => await whiteboard.pass(LIFE.scanMs));
    expect(await whiteboard.state(key)).toMatchObject({ problem: "The source answered with status 500.", counts: { failed: 1 } });
    await whiteboard.beat([key]);
    await refreshed([key], async () => await whiteboard.pass(LIFE.scanMs));
    await whiteboard.beat([key]);
    expect((await whiteboard.pass(LIFE.scanMs)).sent).toBe(0);
    whiteboard.source.trouble = null;
    await whiteboard.beat([key]);
    await refreshed([key], async () => await whiteboard.pass(LIFE.scanMs));
    expect(await whiteboard.state(key)).toMatchObject({ problem: null, counts: { failed: 2 } });
    expect(await whiteboard.subject(key)).toEqual(payload);
  });

  test("E-47 a board that the source removes is removed, from the catalogue and by itself", async () => {
    const [key] = keysFrom(BOARDS, 1) as [string];
    await refreshed([key], async () => await whiteboard.beat([key]));
    whiteboard.world.remove(idOf(key));
    await refreshed([key], async () => await whiteboard.pass(LIFE.scanMs));
    expect(await whiteboard.subject(key)).toBeNull();
    await whiteboard.loadCatalogue();
    await expect(whiteboard.state(key)).rejects.toThrow("does not know");
    expect(await whiteboard.beat([key])).toEqual([key]);
  });
});

describe("E-48 kills", () => {
  const keys = keysFrom(1, 10);

  /** Kills the server while four workers are at the source, and brings everything back. */
  async function killInTheMiddle(): Promise<void> {
    await allCold();
    const before = await Promise.all(keys.map(done));
    whiteboard.source.hold();
    await Promise.all(keys.map(async (key) => await whiteboard.beat([key])));
    await until(() => whiteboard.source.inFlight.length === WORKERS_MAX, "four requests");
    await whiteboard.server.kill();
    await until(() => whiteboard.source.inFlight.length === 0, "the requests of the dead to end");
    whiteboard.source.release();
    await whiteboard.server.start();
    // The pool has no place for another worker until the leases of the dead are over.
    await Promise.all(keys.map(async (key) => await whiteboard.beat([key])));
    await whiteboard.pass(LIFE.leaseMs + 1);
    await until(async () => (await Promise.all(keys.map(done))).every((count, index) => count > before[index]!), "everything to be fetched", 40_000);
  }

  test("E-48 after kill -9 with four workers at work everything is fetched, nothing twice at a time, and never by more than four", async () => {
    await killInTheMiddle();
    for (const key of keys) expect((await whiteboard.subject(key)) as object).toMatchObject({ notes: JSON.parse(JSON.stringify(whiteboard.world.board(idOf(key))!.notes)) as unknown });
    expect(whiteboard.source.askedTwice).toEqual([]);
    expect(whiteboard.source.inFlightMax).toBe(WORKERS_MAX);
  });

  test("E-48 the places of the lost are lent until the pool has noticed, and then taken back", async () => {
    await killInTheMiddle();
    for (let minute = 0; minute < 8; minute++) await whiteboard.pass(60_000);
    await until(async () => {
      await whiteboard.pass(60_000);
      return (await whiteboard.internal("admin:lostCount", {})) === 0;
    }, "the pool to notice");
    await allCold();
    whiteboard.source.hold();
    await Promise.all(keys.map(async (key) => await whiteboard.beat([key])));
    await until(() => whiteboard.source.inFlight.length === WORKERS_MAX, "four requests");
    whiteboard.source.release();
    await whiteboard.settled();
    expect(whiteboard.source.inFlightMax).toBe(WORKERS_MAX);
    expect(whiteboard.source.askedTwice).toEqual([]);
  });
});

describe("E-49 nothing is here that cannot be fetched again", () => {
  const keys = keysFrom(1, 12);

  async function lookAtAll(): Promise<void> {
    await whiteboard.loadCatalogue();
    for (const key of keys) await whiteboard.beat([key]);
    await until(async () => (await Promise.all(keys.map((key) => whiteboard.subject(key)))).every((payload) => payload !== null), "all boards");
    await whiteboard.settled();
  }

  test("E-49 wiping the tables and looking again gives the same state, by its digest", async () => {
    await allCold();
    await whiteboard.wipe();
    await lookAtAll();
    const before = await whiteboard.digest();
    expect(before.subjects).toBe(keys.length + 1);
    await whiteboard.wipe();
    expect(await whiteboard.states()).toEqual([]);
    await lookAtAll();
    expect(await whiteboard.digest()).toEqual(before);
    whiteboard.world.change(idOf(keys[0]!));
    await refreshed([keys[0]!], async () => await whiteboard.pass(LIFE.scanMs));
    expect((await whiteboard.digest()).digest).not.toBe(before.digest);
  });

  test("E-49 a worker that was fetching when the tables were wiped writes nothing", async () => {
    await allCold();
    whiteboard.source.hold();
    await whiteboard.beat([keys[0]!]);
    await until(() => whiteboard.source.inFlight.length === 1, "a worker");
    const operator = await whiteboard.viewer(OPERATOR);
    await operator.mutation(mutationNamed("engine:wipe"), {});
    whiteboard.source.release();
    await until(() => whiteboard.source.inFlight.length === 0, "the answer");
    await until(async () => (await whiteboard.digest()).subjects === 0, "the tables to be empty");
    expect(await whiteboard.states()).toEqual([]);
  });
});
