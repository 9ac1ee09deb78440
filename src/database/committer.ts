/**
 * Decides commits and makes them durable.
 *
 *     commit()  ──▶ pending layer (visible to reads at once) ──▶ group ──▶ group-writer.ts (one fsync) ──▶ durable
 *                                                                              └─▶ onDurable(ts): answers may leave
 *
 * Commits are decided one after another in memory; they are written in groups, one group at a time, so that the next group
 * gathers while the disk syncs. A group that the disk refuses takes every later commit with it, since those may have read
 * it: {@link CommitterEvents.onRollback} tells what must be forgotten.
 */
import type { Journal } from "../storage/journal.js";
import { LayeredReader } from "../storage/layers.js";
import type { Key, Reader, Snapshot, Store, WriteOp } from "../storage/store.js";
import { BackgroundPace } from "./background-pace.js";
import { edgeOfLog } from "./commit-log.js";
import { GroupWriter } from "./group-writer.js";
import { PendingCommits } from "./pending-commits.js";

export interface CommitterEvents {
  /** Everything up to `ts` is on disk. */
  readonly onDurable: (ts: number) => void;
  /** Commits after `durableTs` are gone; `keys` is what they had touched. */
  readonly onRollback: (durableTs: number, keys: readonly Key[], error: Error) => void;
  /** See GroupWriterEvents. */
  readonly onJournalFailed: (error: unknown) => void;
}

interface Group {
  readonly number: number;
  readonly ops: WriteOp[];
  readonly keys: Key[];
  ts: number;
  /** Entries of {@link Committer.applyUnseen}. */
  unseen: number;
}

export class Committer {
  readonly #store: Store;
  readonly #events: CommitterEvents;
  #snapshot: Snapshot;
  readonly #pending = new PendingCommits();
  readonly #writer: GroupWriter;
  #reader: Reader;
  #open: Group | null = null;
  #writing: Group | null = null;
  #groups = 0;
  #lastTs: number;
  #durableTs: number;
  #idle: (() => void)[] = [];
  readonly #pace = new BackgroundPace();
  #waitingForRoom: (() => void)[] = [];

  /** A store that is written in full at each commit needs no journal. */
  constructor(store: Store, journal: Journal | null, events: CommitterEvents) {
    this.#store = store;
    this.#events = events;
    this.#writer = new GroupWriter(store, journal, this.#pending, { onStoreWritten: () => this.#storeWritten(), onJournalFailed: events.onJournalFailed });
    this.#snapshot = store.snapshot();
    this.#reader = new LayeredReader(this.#pending, this.#snapshot);
    const lastTs = edgeOfLog(this.#reader, "last")?.ts ?? 0;
    this.#lastTs = lastTs;
    this.#durableTs = lastTs;
  }

  /** The newest state. Valid until the caller yields to the event loop: then a group may settle and replace it. */
  get reader(): Reader {
    return this.#reader;
  }

  get lastTs(): number {
    return this.#lastTs;
  }

  get durableTs(): number {
    return this.#durableTs;
  }

  /** Number of groups written so far: each cost one fsync before it was durable. */
  get groupsWritten(): number {
    return this.#groups;
  }

  nextTs(nowMs: number): number {
    return Math.max(Math.floor(nowMs * 1000), this.#lastTs + 1);
  }

  /** Applies a commit at `ts`, which must come from {@link nextTs}. `keys` is what it touches; see read-set.ts. */
  apply(ts: number, ops: readonly WriteOp[], keys: readonly Key[]): void {
    const group = this.#openGroup();
    for (const op of ops) group.ops.push(op);
    for (const key of keys) group.keys.push(key);
    group.ts = ts;
    this.#lastTs = ts;
    this.#pending.add(ops, group.number);
  }

  /** Housekeeping that no transaction can see (trimming the log, filling an index): goes with the next group. */
  applyUnseen(ops: readonly WriteOp[]): void {
    if (ops.length === 0) return;
    const group = this.#openGroup();
    for (const op of ops) group.ops.push(op);
    group.unseen += ops.length;
    this.#pending.add(ops, group.number);
  }

  /**
   * Resolves when the group that gathers, and the store behind it, take more of {@link applyUnseen}. Whoever has much of it waits before each slice, of a
   * thousand entries or less: else mutations would wait for all of it to be written before them.
   */
  async roomForUnseen(): Promise<void> {
    while (this.#writer.isBehind || (this.#open !== null && this.#open.unseen >= this.#pace.entriesMax)) await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
  }

  /** Resolves when nothing is waiting to be written. */
  async idle(): Promise<void> {
    if (this.#open === null && this.#writing === null) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async close(): Promise<void> {
    await this.idle();
    try {
      await this.#writer.close();
    } finally {
      this.#snapshot.release();
    }
  }

  #openGroup(): Group {
    if (this.#open === null) {
      this.#open = { number: ++this.#groups, ops: [], keys: [], ts: this.#lastTs, unseen: 0 };
      // Runs when the caller yields, so that everything decided in one turn shares a group.
      queueMicrotask(() => this.#writeNext());
    }
    return this.#open;
  }

  #writeNext(): void {
    if (this.#writing !== null || this.#open === null) return;
    const group = this.#open;
    this.#writing = group;
    this.#open = null;
    const startMs = performance.now();
    this.#writer.write(group.ops, group.unseen > 0).then(
      () => {
        if (group.unseen > 0) this.#pace.measured(group.ops.length, performance.now() - startMs);
        this.#settle(group);
      },
      (error: unknown) => this.#rollback(group, error instanceof Error ? error : new Error(String(error))),
    );
    wakeAll(this.#waitingForRoom);
  }

  #settle(group: Group): void {
    this.#writing = null;
    this.#durableTs = Math.max(this.#durableTs, group.ts);
    this.#writeNext();
    this.#events.onDurable(this.#durableTs);
    this.#wakeIdle();
  }

  #rollback(group: Group, error: Error): void {
    const keys = [...group.keys, ...(this.#open?.keys ?? [])];
    this.#writing = null;
    this.#open = null;
    this.#pending.dropGroups();
    // Another thread may have seen what is gone, at a timestamp up to the last: nothing of that is the newest state again.
    this.#lastTs++;
    wakeAll(this.#waitingForRoom);
    this.#events.onRollback(this.#durableTs, keys, error);
    // Timestamps of what is gone stay used: everything up to the last one that still exists is on disk.
    if (this.#open === null) {
      this.#durableTs = this.#lastTs;
      this.#events.onDurable(this.#durableTs);
    }
    this.#wakeIdle();
  }

  #storeWritten(): void {
    this.#snapshot.release();
    this.#snapshot = this.#store.snapshot();
    this.#reader = new LayeredReader(this.#pending, this.#snapshot);
    wakeAll(this.#waitingForRoom);
  }

  #wakeIdle(): void {
    if (this.#open !== null || this.#writing !== null) return;
    wakeAll(this.#idle);
  }
}

function wakeAll(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
