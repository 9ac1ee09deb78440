/** E-80 to E-83, E-88: what is on screen before the server has answered, what becomes of it, and what the server refuses. */
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../harness.js";
import { Person } from "./person.js";
import { NOTES_MAX, random, Shoal, type Note } from "./shoal.js";

let shoal: Shoal;

beforeAll(async () => void (shoal = await Shoal.start({ flags: ["--test-clock", "yes"] })));
afterAll(async () => await shoal?.[Symbol.asyncDispose]());

const refused = (code: string, text = "") => expect.objectContaining({ data: { code, message: expect.stringContaining(text) as string } }) as ConvexError<never>;
const place = (x: number, y = 100) => ({ x, y });
const bare = ({ text, colour, position }: Note) => ({ text, colour, position });

/** While `work` is done the server does nothing and says nothing; what was sent meanwhile it finds afterwards. */
function whileSilent<Result>(work: () => Result): Result {
  process.kill(shoal.server.pid, "SIGSTOP");
  try {
    return work();
  } finally {
    process.kill(shoal.server.pid, "SIGCONT");
  }
}

/** A note that both have on screen. */
async function sharedNote(...people: readonly Person[]): Promise<string> {
  const key = people[0]!.actions.create("yellow", place(100));
  await Promise.all(people.map(async (person) => await person.sees(() => person.note(key) !== undefined, "the note")));
  await people[0]!.settled();
  return key;
}

describe("E-80 at once, then replaced", () => {
  test("E-80 each change is on screen before it is sent, the server's value takes its place without a flicker, and others have it", async () => {
    const boardId = await shoal.newBoard();
    const [ada, ben] = await Promise.all([Person.open(shoal, boardId), Person.open(shoal, boardId)]);
    const key = whileSilent(() => {
      const made = ada.actions.create("sky", place(40, 60));
      expect(bare(ada.note(made)!)).toEqual({ text: "", colour: "sky", position: place(40, 60) });
      ada.actions.write(made, "first");
      ada.actions.move(ada.note(made)!, place(300, 200));
      ada.actions.recolour(ada.note(made)!, "mint");
      expect(bare(ada.note(made)!)).toEqual({ text: "first", colour: "mint", position: place(300, 200) });
      return made;
    });
    await ada.settled();
    await ben.sees(() => ben.note(key)?.colour === "mint", "the last change");
    expect(bare(ben.note(key)!)).toEqual({ text: "first", colour: "mint", position: place(300, 200) });
    expect(await shoal.notes(boardId)).toEqual(ben.notes);
    expect(ada.notes).toEqual(ben.notes);
    // Whatever was shown since the first change: never an older value of anything.
    const texts = ada.shown.map((notes) => notes[0] ?? null).map((note) => (note === null ? "-" : `${note.text} ${note.colour} ${note.position.x}`));
    expect([...new Set(texts)]).toEqual(["-", " sky 40", "first sky 40", "first sky 300", "first mint 300"]);
    expect(texts).toEqual([...texts].sort((a, b) => [...new Set(texts)].indexOf(a) - [...new Set(texts)].indexOf(b)));

    whileSilent(() => {
      ada.actions.remove(ada.note(key)!);
      expect(ada.notes).toEqual([]);
    });
    await ben.sees((notes) => notes.length === 0, "the deletion");
    expect(ada.notices).toEqual([]);
    await Promise.all([ada.close(), ben.close()]);
  });

  test("E-80 the same again writes nothing, and runs no query", async () => {
    const ada = await Person.open(shoal);
    const key = await sharedNote(ada);
    const runs = await shoal.runs();
    await shoal.mutate("notes:change", { boardId: shoal.boardId, key, change: { colour: "yellow", position: place(100) } });
    await shoal.mutate("notes:create", { boardId: shoal.boardId, key, text: "again", colour: "rose", position: place(0) });
    await shoal.mutate("notes:restore", { boardId: shoal.boardId, key });
    expect(await shoal.runs()).toBe(runs);
    expect(bare(ada.note(key)!)).toEqual({ text: "", colour: "yellow", position: place(100) });
    await ada.close();
  });
});

describe("E-81 refused", () => {
  test("E-81 what the server refuses goes back, and a notice says why", async () => {
    const { boardId, keys } = await shoal.fullBoard();
    const ada = await Person.open(shoal, boardId);
    expect(ada.notes.map(({ key }) => key)).toEqual(keys);
    const before = ada.notes;
    const refusedKey = whileSilent(() => {
      const key = ada.actions.create("sky", place(500));
      ada.actions.write(key, "one too many");
      expect(ada.notes).toHaveLength(NOTES_MAX + 1);
      ada.actions.write(keys[0]!, "x".repeat(201));
      ada.actions.move(ada.note(keys[1]!)!, place(2_221));
      expect(ada.note(keys[0]!)!.text).toHaveLength(201);
      expect(ada.note(keys[1]!)!.position.x).toBe(2_221);
      return key;
    });
    await ada.settled();
    expect(ada.note(refusedKey)).toBeUndefined();
    expect(ada.notes).toEqual(before);
    expect(ada.notices).toEqual([
      `The note was not added. The board is full: it has ${NOTES_MAX} notes. Delete one first.`,
      "The text was not saved. Somebody has deleted this note.",
      "The text was not saved. A note has at most 200 characters, not 201.",
      "The note was not moved. A note must be on the board: from 0, 0 to 2220, 1420, not 2221, 100.",
    ]);
    // What was refused is nothing to take back.
    ada.actions.undo();
    expect(ada.pending).toBe(0);

    // Deleted notes make room, and cannot all come back.
    const removed = ada.note(keys[0]!)!;
    ada.actions.remove(removed);
    ada.actions.create("sky", place(500));
    await ada.settled();
    await expect(shoal.mutate("notes:restore", { boardId, key: removed.key })).rejects.toEqual(refused("LIMIT_REACHED", "full"));
    await ada.close();
  });

  test("E-81 what makes no sense is refused, and leaves nothing behind", async () => {
    const boardId = await shoal.newBoard();
    const note = { boardId, key: random(), text: "here", colour: "mint", position: place(1) };
    await shoal.mutate("notes:create", note);
    const change = async (fields: object) => await shoal.mutate("notes:change", { boardId, key: note.key, change: fields });
    for (const position of [place(-1), place(2_220.5), place(0, 1_421), place(Number.NaN), place(Infinity)]) await expect(change({ position })).rejects.toEqual(refused("INVALID", "on the board"));
    await expect(change({ text: "x".repeat(201) })).rejects.toEqual(refused("INVALID", "200"));
    for (const wrong of [{ colour: "black" }, { text: 5 }, { position: { x: 1 } }, { author: "me" }]) await expect(change(wrong)).rejects.toThrow("ArgumentValidationError");
    for (const key of ["", "short", "G".repeat(32), "a".repeat(65)]) await expect(shoal.mutate("notes:create", { ...note, key })).rejects.toEqual(refused("INVALID", "hexadecimal"));
    await expect(shoal.mutate("notes:create", { ...note, key: random(), text: "x".repeat(201) })).rejects.toEqual(refused("INVALID"));
    await expect(shoal.mutate("notes:change", { boardId, key: random(), change: {} })).rejects.toEqual(refused("NOT_FOUND"));
    await expect(shoal.mutate("notes:restore", { boardId, key: random() })).rejects.toEqual(refused("NOT_FOUND"));
    expect((await shoal.notes(boardId)).map(bare)).toEqual([bare({ ...note, placedAt: 0 })]);

    for (const name of ["", "   ", "x".repeat(61)]) await expect(shoal.mutate("boards:create", { name })).rejects.toEqual(refused("INVALID", "60"));
    await expect(shoal.mutate("boards:rename", { boardId, name: " " })).rejects.toEqual(refused("INVALID"));
    await shoal.mutate("boards:rename", { boardId, name: "  A  better   name " });
    expect(await shoal.query("boards:get", { boardId })).toEqual({ _id: boardId, name: "A better name" });
    for (const nothing of ["", "nothing", random()]) expect(await shoal.query("boards:get", { boardId: nothing })).toBeNull();
    expect(await shoal.query("boards:listed", {})).toEqual([]);
  });
});

describe("E-82 in order", () => {
  test("E-82 two changes under way at once: another's change comes in below them, and each is applied in its turn", async () => {
    const [ada, ben] = await Promise.all([Person.open(shoal), Person.open(shoal)]);
    const key = await sharedNote(ada, ben);
    // The first is answered; the second is still under way when Ben's change comes.
    ada.actions.write(key, "one");
    ada.actions.write(key, "two");
    ben.actions.recolour(ben.note(key)!, "rose");
    await Promise.all([ada.settled(), ben.settled()]);
    await Promise.all([ada, ben].map(async (person) => await person.sees(() => person.note(key)!.text === "two" && person.note(key)!.colour === "rose", "both changes")));
    const texts = ada.shown.map((notes) => notes.find((note) => note.key === key)?.text).filter((text) => text !== undefined);
    expect([...new Set(texts)]).toEqual(["", "one", "two"]);
    expect(texts.lastIndexOf("one")).toBeLessThan(texts.indexOf("two"));
    await Promise.all([ada.close(), ben.close()]);
  });

  test("E-82 a note that another deletes meanwhile is gone, and whoever changed it is told", async () => {
    const [ada, ben] = await Promise.all([Person.open(shoal), Person.open(shoal)]);
    const key = await sharedNote(ada, ben);
    ben.actions.remove(ben.note(key)!);
    await ben.settled();
    ada.actions.write(key, "too late");
    await ada.settled();
    expect(ada.notices).toEqual(["The text was not saved. Somebody has deleted this note."]);
    expect(ada.note(key)).toBeUndefined();
    // Deleting it too is no mistake.
    await shoal.mutate("notes:remove", { boardId: shoal.boardId, key });
    await Promise.all([ada.close(), ben.close()]);
  });
});

describe("E-83 undo", () => {
  test("E-83 takes back one's own changes, the last first, and brings back what was deleted", async () => {
    const [ada, ben] = await Promise.all([Person.open(shoal), Person.open(shoal)]);
    const key = await sharedNote(ada, ben);
    ada.actions.move(ada.note(key)!, place(700));
    ada.actions.write(key, "wri");
    ada.actions.write(key, "written");
    ada.actions.finishWriting(key, "", "written");
    ada.actions.recolour(ada.note(key)!, "lilac");
    const before = bare(ada.note(key)!);
    ada.actions.remove(ada.note(key)!);
    await ben.sees(() => ben.note(key) === undefined, "the deletion");
    const steps = [before, { ...before, colour: "yellow" }, { ...before, colour: "yellow", text: "" }, { colour: "yellow", text: "", position: place(100) }];
    for (const step of steps) {
      ada.actions.undo();
      expect(bare(ada.note(key)!)).toEqual(step);
      await ada.settled();
      expect(bare((await shoal.notes()).find((note) => note.key === key)!)).toEqual(step);
    }
    ada.actions.undo();
    await ben.sees(() => ben.note(key) === undefined, "nothing of it");
    expect(ada.notices).toEqual([]);
    await Promise.all([ada.close(), ben.close()]);
  });

  test("E-83 where another has changed the same since, nothing is undone", async () => {
    const [ada, ben] = await Promise.all([Person.open(shoal), Person.open(shoal)]);
    const key = await sharedNote(ada, ben);
    ada.actions.move(ada.note(key)!, place(200));
    ada.actions.recolour(ada.note(key)!, "coral");
    await ben.sees(() => ben.note(key)?.colour === "coral", "Ada's changes");
    ben.actions.move(ben.note(key)!, place(900));
    await ada.sees(() => ada.note(key)!.position.x === 900, "Ben's change");
    ada.actions.undo();
    await ada.settled();
    expect(bare(ada.note(key)!)).toEqual({ text: "", colour: "yellow", position: place(900) });
    ada.actions.undo();
    await ada.settled();
    expect(ada.notices).toEqual(["Nothing was undone. Somebody has changed this note since."]);
    expect(ada.note(key)!.position.x).toBe(900);
    // Nor is the making of a note that another has written in.
    ben.actions.write(key, "mine now");
    await ada.sees(() => ada.note(key)!.text === "mine now", "Ben's text");
    ada.actions.undo();
    await ada.settled();
    expect(ada.note(key)!.text).toBe("mine now");
    expect(ada.notices).toHaveLength(2);
    await Promise.all([ada.close(), ben.close()]);
  });

  test("E-83 after an hour a deleted note is gone for good", async () => {
    const boardId = await shoal.newBoard();
    const key = random();
    await shoal.mutate("notes:create", { boardId, key, text: "", colour: "sky", position: place(1) });
    await shoal.mutate("notes:remove", { boardId, key });
    await shoal.server.runInternal("cleaning:purgeNotes", {});
    await shoal.mutate("notes:restore", { boardId, key });
    await shoal.mutate("notes:remove", { boardId, key });
    await shoal.server.advanceClock(61 * 60_000);
    await shoal.server.runInternal("cleaning:purgeNotes", {});
    await expect(shoal.mutate("notes:restore", { boardId, key })).rejects.toEqual(refused("NOT_FOUND", "too long ago"));
  });
});

describe("E-88 kills", () => {
  test("E-88 what is on screen and not answered is applied once, in order, after kill -9", async () => {
    const boardId = await shoal.newBoard();
    const [ada, ben] = await Promise.all([Person.open(shoal, boardId), Person.open(shoal, boardId)]);
    const key = ada.actions.create("yellow", place(0));
    for (let step = 1; step <= 40; step++) {
      ada.actions.move(ada.note(key)!, place(step));
      ben.actions.create("mint", place(step));
    }
    await until(() => ada.pending < 30, "some of the answers");
    const killed = shoal.server.kill();
    ada.actions.write(key, "written while it was down");
    expect(ada.note(key)).toMatchObject({ text: "written while it was down", position: place(40) });
    await killed;
    for (let step = 41; step <= 50; step++) ada.actions.move(ada.note(key)!, place(step));
    await shoal.server.start();
    await Promise.all([ada.settled(), ben.settled()]);
    const notes = await shoal.notes(boardId);
    expect(notes).toHaveLength(41);
    expect(bare(notes.find((note) => note.key === key)!)).toEqual({ text: "written while it was down", colour: "yellow", position: place(50) });
    expect(notes.filter(({ colour }) => colour === "mint").map(({ position }) => position.x)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    await Promise.all([ada, ben].map(async (person) => await person.sees((shown) => shown.length === 41, "all notes")));
    expect([...ada.notices, ...ben.notices]).toEqual([]);
    // Undo goes on behind it all.
    ada.actions.undo();
    await ada.settled();
    expect(ada.note(key)!.position.x).toBe(49);
    await Promise.all([ada.close(), ben.close()]);
  });
});
