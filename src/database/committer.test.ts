/** DB-7: commits between memory, journal and store, whatever the disk does and whenever the process ends. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openJournal } from "../storage/journal.js";
import { MemoryStore } from "../storage/memory.js";
import { Oracle, anyOps, expectSame, withSnapshot } from "../storage/store.suite.js";
import type { WriteOp } from "../storage/store.js";
import { Committer } from "./committer.js";
import { commitLogKey } from "./keys.js";

/** All but what the journal keeps for itself. */
const ENTRIES = { start: "\0journal\0", end: undefined };
/** Does not fit into the journal. */
const LONG = "v".repeat(200_000);

const folders: string[] = [];
const worlds: World[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const world of worlds.splice(0)) await world.committer.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rivulet-committer-"));
  folders.push(folder);
  return folder;
}

class World {
  readonly committer: Committer;
  /** What the newest state should be. */
  newest: Oracle;
  /** What it was after each commit that is not known to be durable, and after the last that is. */
  states: { readonly ts: number; readonly state: Oracle }[];
  rollbacks = 0;
  readonly journalErrors: unknown[] = [];

  constructor(
    readonly store: MemoryStore,
    readonly folder: string,
    entries = new Oracle(),
  ) {
    this.committer = new Committer(store, openJournal(store, join(folder, "journal")), {
      onDurable: (ts) => (this.states = this.states.filter((known, i) => i === this.states.length - 1 || this.states[i + 1]!.ts > ts)),
      onRollback: (durableTs) => {
        this.rollbacks++;
        this.states = this.states.filter(({ ts }) => ts <= durableTs);
        this.newest = this.states.at(-1)!.state.fork();
      },
      onJournalFailed: (error) => this.journalErrors.push(error),
    });
    this.newest = entries;
    this.states = [{ ts: this.committer.lastTs, state: entries.fork() }];
    worlds.push(this);
  }

  commit(ops: readonly WriteOp[]): void {
    const ts = this.committer.nextTs(0);
    const logged: WriteOp[] = [...ops, [commitLogKey(ts), "[0,null,[]]"]];
    this.committer.apply(ts, logged, logged.map(([key]) => key));
    this.newest.apply(logged);
    this.states.push({ ts, state: this.newest.fork() });
  }

  check(): void {
    expectSame(this.committer.reader, this.newest, ENTRIES);
    for (const [key] of this.newest.entries(ENTRIES)) expect(this.committer.reader.get(key)).toBe(this.newest.get(key));
  }

  /** The next so many writes of the store fail. */
  refuse(count: number): void {
    for (let i = 0; i < count; i++) this.store.failNextWrite();
  }

  /** What a process finds after this one was killed now: a state that was, not older than the last that was durable. */
  crash(): World {
    const probe = this.#copy((store, folder) => new Committer(store, openJournal(store, join(folder, "journal")), { onDurable: () => undefined, onRollback: () => undefined, onJournalFailed: () => undefined }));
    const found = this.states.find(({ ts }) => ts === probe.lastTs);
    expect(found, `a state of ${probe.lastTs}, between ${this.states[0]!.ts} and ${this.committer.lastTs}`).toBeDefined();
    expectSame(probe.reader, found!.state, ENTRIES);
    void probe.close();
    return this.#copy((store, folder) => new World(store, folder, found!.state.fork()));
  }

  #copy<T>(open: (store: MemoryStore, folder: string) => T): T {
    const folder = newFolder();
    cpSync(this.folder, folder, { recursive: true });
    return open(this.store.fork(), folder);
  }
}

function newWorld(): World {
  return new World(new MemoryStore(), newFolder());
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function entriesIn(store: MemoryStore): (readonly [string, string])[] {
  return withSnapshot(store, (reader) => [...reader.entries(ENTRIES)]);
}

describe("committer with a journal", () => {
  it("DB-7.1 shows the newest state, and after a kill a durable one, whatever was refused before", async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant("commit" as const), ops: anyOps }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("turn" as const, "idle" as const), ops: fc.constant<WriteOp[]>([]) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("long" as const, "refuse" as const, "refuseTwice" as const, "crash" as const), ops: anyOps }) },
    );
    let rollbacks = 0;
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      let world = newWorld();
      for (const { kind, ops } of steps) {
        if (kind === "commit") world.commit(ops);
        else if (kind === "long") world.commit([...ops, ["d-long", LONG]]);
        else if (kind === "turn") await turn();
        else if (kind === "idle") await world.committer.idle();
        else if (kind === "refuse" || kind === "refuseTwice") world.refuse(kind === "refuse" ? 1 : 2);
        else world = world.crash();
        world.check();
      }
      await world.committer.idle();
      world.check();
      world.crash();
      for (const each of worlds.splice(0)) {
        await each.committer.close();
        rollbacks += each.rollbacks;
      }
    });
    await fc.assert(property, { numRuns: 60 });
    expect(rollbacks).toBeGreaterThan(0);
  });

  it("DB-7.2 is durable before the store has it, and in the store a while later", async () => {
    const world = newWorld();
    world.commit([["a", "1"]]);
    await world.committer.idle();
    expect(entriesIn(world.store)).toEqual([]);
    await vi.waitFor(() => expect(entriesIn(world.store)).toEqual(world.newest.entries(ENTRIES)));
    world.check();
    world.commit([["a", "2"]]);
    await world.committer.idle();
    world.check();
    await vi.waitFor(() => expect(entriesIn(world.store)).toEqual(world.newest.entries(ENTRIES)));
  });

  it("DB-7.3 goes on while the store takes in what was journaled", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    const { committer } = new World(store, folder);
    const commit = async (ops: readonly WriteOp[]): Promise<void> => {
      committer.apply(committer.nextTs(0), ops, []);
      await committer.idle();
    };
    await commit([["b", "1"], [commitLogKey(1), "[0,null,[]]"]]);
    const resume = store.holdWrites();
    // So many that they do not wait for more.
    await commit(Array.from({ length: 16_000 }, (_, i) => [`a${i.toString(36)}`, ""]));
    for (const value of ["2", "3"]) {
      await commit([["b", value]]);
      expect([...committer.reader.entries({ start: "az", end: "b\0" })].at(-1)).toEqual(["b", value]);
    }
    expect(entriesIn(store)).toEqual([]);
    resume();
    await vi.waitFor(() => expect(entriesIn(store)).toHaveLength(16_002));
    await committer.close();
    expect(withSnapshot(store, (reader) => reader.get("b"))).toBe("3");
    expect(existsSync(join(folder, "journal"))).toBe(false);
    worlds.splice(0);
  });

  it("DB-7.4 writes into the store where the journal has no place, and into the journal again once it has", async () => {
    const world = newWorld();
    writeFileSync(join(world.folder, "journal"), "in the way");
    world.commit([["a", "1"]]);
    await world.committer.idle();
    expect(entriesIn(world.store)).toEqual(world.newest.entries(ENTRIES));
    world.commit([["b", "1"]]);
    await world.committer.idle();
    expect(world.journalErrors).toHaveLength(1);
    rmSync(join(world.folder, "journal"));
    mkdirSync(join(world.folder, "journal"));
    world.commit([["a", "2"]]);
    await world.committer.idle();
    world.check();
    expect(entriesIn(world.store)).not.toEqual(world.newest.entries(ENTRIES));
    expect(world.rollbacks).toBe(0);
  });

  it("DB-7.5 refuses commits while a full disk keeps the journal from being carried on, and keeps what was durable", async () => {
    const world = newWorld();
    world.commit([["a", "1"]]);
    await world.committer.idle();
    world.refuse(2);
    await vi.waitFor(() => expect(entriesIn(world.store)).toEqual([]));
    world.commit([["d-long", LONG]]);
    await world.committer.idle();
    expect(world.rollbacks).toBe(1);
    world.check();
    world.crash().check();
    world.commit([["a", "2"]]);
    await world.committer.idle();
    world.commit([["b", "1"]]);
    await world.committer.idle();
    world.check();
    expect(world.committer.reader.get("a")).toBe(world.rollbacks === 1 ? "2" : "1");
  });

  it("DB-7.6 lets background work wait for a checkpoint, and go on when that has failed", async () => {
    const world = newWorld();
    const { committer, store } = world;
    const slice = async (name: string): Promise<void> => {
      await committer.roomForUnseen();
      committer.applyUnseen(Array.from({ length: 1_000 }, (_, i) => [`${name}.${i}`, ""]));
      await turn();
    };
    world.commit([["a", "1"]]);
    await committer.idle();
    const resume = store.holdWrites();
    store.failNextWrite();
    let slices = 0;
    const working = (async () => {
      for (; slices < 60 && world.rollbacks === 0; slices++) await slice(`s${slices}`);
    })();
    // As much as a checkpoint takes is on its way, and as much again is journaled; then there is no room.
    await vi.waitFor(() => expect(slices).toBeGreaterThanOrEqual(16));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(slices).toBeLessThan(60);
    resume();
    await working;
    await committer.idle();
    expect(slices).toBe(60);
    expect([...committer.reader.entries({ start: "s", end: "t" })]).toHaveLength(60_000);
  });

  it("DB-7.7 journals nothing after a group that the store refused, before the store has taken one", async () => {
    const world = newWorld();
    world.commit([["a", "1"]]);
    await world.committer.idle();
    world.refuse(2);
    for (const ops of [[["b-long", LONG]], [["c", "1"]], [["d", "1"]]] as WriteOp[][]) {
      world.commit(ops);
      await world.committer.idle();
    }
    expect(world.rollbacks).toBe(2);
    world.check();
    expect(world.committer.reader.get("c")).toBeUndefined();
    expect(world.committer.reader.get("d")).toBe("1");
  });
});
