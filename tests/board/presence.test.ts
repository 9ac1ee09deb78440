/** E-84 to E-87: who is here, where their cursors are, and what that costs. */
import type { ConvexClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mutationNamed, until } from "../harness.js";
import { Screen } from "../screen.js";
import { PRESENCE_MS, random, Shoal, type Cursor, type Note, type Position, type Visitor } from "./shoal.js";

const move = mutationNamed("presence:move");

let shoal: Shoal;
let live: ConvexClient;

beforeAll(async () => {
  shoal = await Shoal.start({ flags: ["--test-clock", "yes"] });
  live = shoal.server.client();
});
afterAll(async () => await shoal?.[Symbol.asyncDispose]());

/** Somebody on a board, by the secret of their tab. */
class Guest {
  readonly user = random();

  constructor(readonly boardId: string) {}

  async join(name: string): Promise<number> {
    return (await shoal.mutate("presence:join", { boardId: this.boardId, user: this.user, name })) as number;
  }

  async move(cursor: Position): Promise<boolean> {
    return (await shoal.mutate("presence:move", { boardId: this.boardId, user: this.user, cursor })) as boolean;
  }

  async heartbeat(): Promise<boolean> {
    return (await shoal.mutate("presence:heartbeat", { boardId: this.boardId, user: this.user })) as boolean;
  }

  async leave(): Promise<void> {
    await shoal.mutate("presence:leave", { boardId: this.boardId, user: this.user });
  }
}

async function guests(count: number): Promise<[string, ...Guest[]]> {
  const boardId = await shoal.newBoard();
  return [boardId, ...Array.from({ length: count }, () => new Guest(boardId))];
}

const refused = (code: string) => expect.objectContaining({ data: { code, message: expect.any(String) as string } }) as Error;

describe("E-84 coming and going", () => {
  test("E-84 whoever comes is in the list, in a seat of their own, with a cursor once it has moved", async () => {
    const [boardId, ada, ben, cleo] = (await guests(3)) as [string, Guest, Guest, Guest];
    const here = await Screen.open<Visitor[]>(live, "presence:here", { boardId });
    const cursors = await Screen.open<Cursor[]>(live, "presence:cursors", { boardId });
    expect([await ada.join("  Ada "), await ben.join("Ben"), await cleo.join("Ben")]).toEqual([0, 1, 2]);
    await here.shows((visitors) => visitors.length === 3, "all three");
    expect(here.newest).toEqual([
      { seat: 0, name: "Ada" },
      { seat: 1, name: "Ben" },
      { seat: 2, name: "Ben" },
    ]);
    expect(cursors.newest).toEqual([]);
    expect(await ben.move({ x: 2_400, y: 0.5 })).toBe(true);
    await cursors.shows((shown) => shown.length === 1, "Ben's cursor");
    expect(cursors.newest).toEqual([{ seat: 1, x: 2_400, y: 0.5 }]);
    // Again, under another name: the same seat. A seat that was left is the next one's.
    expect(await ben.join("Benedict")).toBe(1);
    await ada.leave();
    await ada.leave();
    await here.shows((visitors) => visitors.length === 2 && visitors[0]!.name === "Benedict", "Ada gone and Ben renamed");
    expect(await new Guest(boardId).join("Dan")).toBe(0);
    expect([await ada.move({ x: 1, y: 1 }), await ada.heartbeat()]).toEqual([false, false]);
    await ben.leave();
    await cursors.shows((shown) => shown.length === 0, "no cursor");
    here.unsubscribe();
    cursors.unsubscribe();
  });

  test("E-84 a page that closes says so over HTTP", async () => {
    const [boardId, ada] = (await guests(1)) as [string, Guest];
    await ada.join("Ada");
    const body = JSON.stringify({ path: "presence:leave", args: { boardId, user: ada.user }, format: "json" });
    expect((await fetch(`${shoal.server.url}/api/mutation`, { method: "POST", headers: { "Content-Type": "application/json" }, body })).status).toBe(200);
    expect(await shoal.here(boardId)).toEqual([]);
  });

  test("E-84 the silent are gone after 25 s, by a job that is there once, and only while somebody is", async () => {
    const [boardId, ada, ben] = (await guests(2)) as [string, Guest, Guest];
    const here = await Screen.open<Visitor[]>(live, "presence:here", { boardId });
    for (let round = 0; round < 3; round++) {
      await ada.join("Ada");
      await ada.leave();
    }
    await ada.join("Ada");
    await ben.join("Ben");
    await ben.move({ x: 1, y: 1 });
    await shoal.server.advanceClock(PRESENCE_MS - 1_000);
    expect(await ada.heartbeat()).toBe(true);
    await shoal.server.advanceClock(1_500);
    await here.shows((visitors) => visitors.length === 1, "Ben gone");
    expect(here.newest).toEqual([{ seat: 0, name: "Ada" }]);
    expect(await shoal.cursors(boardId)).toEqual([]);
    expect(await ben.move({ x: 1, y: 1 })).toBe(false);
    expect(await ben.join("Ben")).toBe(1);
    await shoal.server.advanceClock(PRESENCE_MS + 500);
    await here.shows((visitors) => visitors.length === 0, "nobody");
    // With nobody there nothing runs; whoever comes then is looked after again.
    const executions = await shoal.executions();
    await shoal.server.advanceClock(10 * PRESENCE_MS);
    expect(await shoal.executions()).toBe(executions);
    await ada.join("Ada");
    await here.shows((visitors) => visitors.length === 1, "Ada again");
    const before = await shoal.executions();
    await shoal.server.advanceClock(PRESENCE_MS + 500);
    await here.shows((visitors) => visitors.length === 0, "nobody again");
    await until(async () => (await shoal.executions()) === before + 2, "one run of the job and one of the list");
    here.unsubscribe();
  });

  test("E-81, E-84 what makes no sense is refused; a board has a hundred seats", async () => {
    const [boardId, ada] = (await guests(1)) as [string, Guest];
    for (const name of ["", "  ", "x".repeat(31)]) await expect(ada.join(name)).rejects.toEqual(refused("INVALID"));
    await expect(shoal.mutate("presence:join", { boardId, user: "me", name: "Ada" })).rejects.toEqual(refused("INVALID"));
    await ada.join("Ada");
    for (const cursor of [{ x: -1, y: 0 }, { x: 0, y: 1_601 }, { x: Number.NaN, y: 0 }]) await expect(ada.move(cursor)).rejects.toEqual(refused("INVALID"));
    expect(await shoal.cursors(boardId)).toEqual([]);
    const others = Array.from({ length: 99 }, () => new Guest(boardId));
    await Promise.all(others.map(async (other, index) => await other.join(`Guest ${index}`)));
    await expect(new Guest(boardId).join("One too many")).rejects.toEqual(refused("LIMIT_REACHED"));
    await others[40]!.leave();
    await new Guest(boardId).join("Just in time");
    expect((await shoal.here(boardId)).map(({ seat }) => seat)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });
});

test("E-85 who does not know a visitor's secret cannot move their cursor, and no query tells it", async () => {
  const [boardId, ada, ben] = (await guests(2)) as [string, Guest, Guest];
  await ada.join("Ada");
  await ada.move({ x: 10, y: 20 });
  await ben.join("Ben");
  const told = JSON.stringify([await shoal.here(boardId), await shoal.cursors(boardId), await shoal.notes(boardId), await shoal.query("boards:get", { boardId })]);
  expect(told).toContain('"Ada"');
  expect(told).not.toContain(ada.user);
  for (const guess of ["0", "Ada", random()]) expect(await shoal.mutate("presence:move", { boardId, user: guess, cursor: { x: 1, y: 1 } })).toBe(false);
  await shoal.mutate("presence:leave", { boardId, user: "0" });
  await ben.move({ x: 1, y: 1 });
  expect(await shoal.cursors(boardId)).toEqual([
    { seat: 0, x: 10, y: 20 },
    { seat: 1, x: 1, y: 1 },
  ]);
  // Nor from another board.
  const elsewhere = await shoal.newBoard();
  expect(await shoal.mutate("presence:move", { boardId: elsewhere, user: ada.user, cursor: { x: 1, y: 1 } })).toBe(false);
});

test("E-86 a move runs the cursors once for all who watch, and neither notes nor list; a heartbeat sends nothing", async () => {
  const [boardId, ada] = (await guests(1)) as [string, Guest];
  await ada.join("Ada");
  await ada.move({ x: 0, y: 0 });
  const clients = Array.from({ length: 20 }, () => shoal.server.client());
  const watched = await Promise.all(clients.map(async (client) => await Screen.open<Cursor[]>(client, "presence:cursors", { boardId })));
  const bystanders = [
    await Screen.open<Note[]>(live, "notes:list", { boardId }),
    await Screen.open<Visitor[]>(live, "presence:here", { boardId }),
    await Screen.open<unknown>(live, "boards:get", { boardId }),
    await Screen.open<Cursor[]>(live, "presence:cursors", { boardId: shoal.boardId }),
  ];
  let runs = await shoal.runs();
  for (let step = 1; step <= 10; step++) {
    await ada.move({ x: step, y: 0 });
    await Promise.all(watched.map(async (screen) => await screen.shows(([cursor]) => cursor!.x === step, "the move")));
  }
  expect(await shoal.runs()).toBe(runs + 10);
  expect(bystanders.map(({ results }) => results.length)).toEqual([1, 1, 1, 1]);

  // What comes together is run for together.
  const sent = watched.map(({ results }) => results.length);
  runs = await shoal.runs();
  await Promise.all(Array.from({ length: 50 }, async (_, step) => await live.mutation(move, { boardId, user: ada.user, cursor: { x: 100 + step, y: 0 } })));
  await Promise.all(watched.map(async (screen) => await screen.shows(([cursor]) => cursor!.x === 149, "the last move")));
  const ran = (await shoal.runs()) - runs;
  expect(ran).toBeLessThanOrEqual(25);
  expect(watched.every(({ results }, index) => results.length - sent[index]! <= ran)).toBe(true);

  const results = watched.map((screen) => screen.results.length);
  runs = await shoal.runs();
  await shoal.server.advanceClock(1_000);
  await ada.heartbeat();
  expect(await shoal.runs()).toBe(runs + 1);
  await ada.move({ x: 7, y: 7 });
  await Promise.all(watched.map(async (screen) => await screen.shows(([cursor]) => cursor!.y === 7, "the next move")));
  expect(watched.map((screen) => screen.results.length)).toEqual(results.map((count) => count + 1));
  for (const screen of bystanders) screen.unsubscribe();
  await Promise.all(clients.map(async (client) => await client.close()));
});

test("E-87 fifty people move at once: no call fails, and each ends on every screen where it is", async () => {
  const [boardId, ...people] = (await guests(50)) as [string, ...Guest[]];
  const seated = await Promise.all(people.map(async (guest, index) => ({ guest, seat: await guest.join(`Guest ${index}`), client: shoal.server.client() })));
  const screens = await Promise.all(seated.map(async ({ client }) => await Screen.open<Cursor[]>(client, "presence:cursors", { boardId })));
  const notes = await Screen.open<Note[]>(live, "notes:list", { boardId });
  const [executions, runs] = [await shoal.executions(), await shoal.runs()];
  const outcomes = await Promise.allSettled(
    seated.flatMap(({ guest: { user }, client, seat }) => [1, 2, 3, 4].map(async (step) => await client.mutation(move, { boardId, user, cursor: { x: 10 * step, y: seat } }))),
  );
  expect(outcomes.filter((outcome) => outcome.status === "rejected" || outcome.value !== true)).toEqual([]);
  const ends = seated.map(({ seat }) => ({ seat, x: 40, y: seat })).sort((a, b) => a.seat - b.seat);
  await Promise.all(screens.map(async (screen) => await screen.shows((cursors) => cursors.length === 50 && cursors.every(({ x }) => x === 40), "all cursors")));
  for (const { newest } of screens) expect(newest.toSorted((a, b) => a.seat - b.seat)).toEqual(ends);
  const ran = (await shoal.runs()) - runs;
  expect((await shoal.executions()) - executions - ran).toBe(200);
  expect(ran).toBeLessThan(200);
  expect(notes.results).toHaveLength(1);
  await Promise.all(seated.map(async ({ client }) => await client.close()));
});
