/**
 * What stands before a store: groups of writes are appended to a file and synced there, as so many bytes in a row, where the
 * store would write and sync a page for each place that they touch. They are carried into the store later, many at a time.
 *
 *     append ──▶ journal/0 ┐
 *                          ├─▶ checkpoint: what both hold, each key once ──▶ store.write ──▶ the files are free again
 *     append ──▶ journal/1 ┘    (appends go on into the one that had nothing)
 *
 * What is in the journal and not in the store is found by whoever keeps it in memory, as the committer does, or reads it from
 * the files (`shared-store.ts`). The store has the number of the last group that it contains. One thread of one process
 * appends. Why there is a journal, with what was measured: `docs/decisions/0015-journal.md`.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StorageCorruptError, StorageError } from "./errors.js";
import { JournalFile } from "./journal-file.js";
import { JOURNAL_ID_BYTES, RecordWriter, journalIdOf, readRecords, type JournalRecord } from "./journal-records.js";
import { checkWriteOps } from "./limits.js";
import type { Key, Reader, Store, WriteOp } from "./store.js";
import { syncFolder } from "./sync-folder.js";

/** Of the store's entry that says what of the journal it contains: `[id, number, checkpoints]` of {@link JournalPosition}. Before all keys of the database. */
export const JOURNAL_KEY: Key = "\0journal";

export interface JournalPosition {
  readonly journalId: Buffer;
  /** Of the last group that the store contains. */
  readonly number: number;
  /** How many there were: the store may have changed and contain no further group. */
  readonly checkpoints: number;
}

/** Entries that are carried over in one transaction of the store, which makes room on disk for the worst that they could take. */
const SLICE_ENTRIES = 2_000;

/** What a journal holds after a position. */
export interface JournalTail {
  /** Of both files, each oldest first. */
  readonly files: readonly [JournalRecord[], JournalRecord[]];
  /** Oldest first. */
  readonly ops: readonly WriteOp[];
}

type Files = readonly [JournalFile, JournalFile];

export class Journal {
  readonly #store: Store;
  readonly #folder: string;
  readonly #id: Buffer;
  readonly #writer: RecordWriter;
  /** Of the last group that was appended, or was to be. */
  #number: number;
  #checkpoints: number;
  #files: Files | null = null;
  #active: 0 | 1;
  /** Where the next record goes, in the active file. */
  #end: number;
  /** Whether the file that is not active has groups that the store lacks. */
  #otherIsUsed: boolean;
  /** Whether the store knows this journal; files of one that it does not know are refused. */
  #isKnown: boolean;
  #state: "open" | "appending" | "waiting for a checkpoint" | "closed" = "open";
  /** What it held when it was opened, oldest first: durable, and not in the store before the first checkpoint. */
  readonly tail: readonly WriteOp[];

  /** Opened by {@link openJournal}. */
  constructor(store: Store, folder: string, position: JournalPosition | null) {
    const { journalId, number, checkpoints } = position ?? { journalId: randomBytes(JOURNAL_ID_BYTES), number: 0, checkpoints: 0 };
    const { files, ops } = readTail(folder, { journalId, number, checkpoints });
    this.#store = store;
    this.#folder = folder;
    this.#id = journalId;
    this.#isKnown = position !== null;
    this.#writer = new RecordWriter(journalId);
    const [last0, last1] = [files[0].at(-1), files[1].at(-1)];
    this.#active = (last1?.number ?? 0) > (last0?.number ?? 0) ? 1 : 0;
    const last = this.#active === 1 ? last1 : last0;
    this.#number = last?.number ?? number;
    this.#checkpoints = checkpoints;
    this.#end = last?.end ?? 0;
    this.#otherIsUsed = (this.#active === 1 ? last0 : last1) !== undefined;
    this.tail = ops;
  }

  /** Resolves once `ops` are on disk. One call at a time. After one that rejected, a {@link checkpoint} has to come before the next. */
  async append(ops: readonly WriteOp[]): Promise<void> {
    if (this.#state !== "open") throw new StorageError("closed", `The journal was appended to while it was ${this.#state}.`);
    checkWriteOps(ops);
    this.#state = "appending";
    // Used once: were this group refused, and yet found on disk, the next checkpoint would have passed it over.
    const number = ++this.#number;
    try {
      this.#files ??= await this.#openFiles(number - 1);
      const record = this.#writer.record(number, ops);
      await this.#files[this.#active].write(record, this.#end);
      this.#end += record.length;
      this.#state = "open";
    } catch (error) {
      // Until then nobody is to find it.
      await this.#files?.[this.#active].cut(this.#end).catch(() => undefined);
      this.#state = "waiting for a checkpoint";
      throw error;
    }
  }

  /**
   * Carries into the store what was appended and it lacks: `journaled`, of each key the newest value, best in the order of keys: then
   * hardly a page of the store is written twice. Writes `ops` with the last of it.
   * Where it rejects, as the store does, `ops` were not written, and what was appended is still in the journal. One call at a time, and
   * none while a group is appended. Where there are no `ops`, groups may be appended before it resolves, and after it has rejected; else
   * the next successful one comes before.
   */
  async checkpoint(journaled: readonly WriteOp[], ops: readonly WriteOp[] = []): Promise<void> {
    if (this.#state === "appending") throw new StorageError("closed", "A checkpoint was begun while a group was appended.");
    if (!this.#otherIsUsed) this.#swapFiles();
    if (ops.length > 0) {
      // Like any group they have a number: a data file from before them is not one that this journal goes on from.
      this.#number++;
      this.#state = "waiting for a checkpoint";
    }
    const number = this.#number;
    // That the store has a part of them is seen by nobody: whoever reads it reads the journal as well, up to the last.
    for (let i = 0; i < journaled.length; i += SLICE_ENTRIES) await this.#store.write(journaled.slice(i, i + SLICE_ENTRIES));
    await this.#store.write([...ops, this.#nextPosition(number)]);
    this.#isKnown = true;
    this.#otherIsUsed = false;
    if (this.#number !== number) return;
    this.#end = 0;
    if (this.#state === "waiting for a checkpoint") this.#state = "open";
  }

  /** `isInStore`: a checkpoint has carried everything into the store; then the files go. */
  async close(isInStore: boolean): Promise<void> {
    this.#state = "closed";
    for (const file of this.#files ?? []) await file.close();
    if (!isInStore || !existsSync(this.#folder)) return;
    await rm(this.#folder, { recursive: true });
    // If it came back after a power cut, beside a data file that has been put in the place of this one, that could not be opened.
    await syncFolder(dirname(this.#folder));
  }

  #swapFiles(): void {
    if (this.#end === 0) return;
    this.#active = this.#active === 0 ? 1 : 0;
    this.#end = 0;
    this.#otherIsUsed = true;
  }

  /** `number`: of the last group before. */
  async #openFiles(number: number): Promise<Files> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    if (!this.#isKnown) await this.#store.write([this.#nextPosition(number)]);
    this.#isKnown = true;
    const [path0, path1] = pathsIn(this.#folder);
    const first = await JournalFile.open(path0);
    let second: JournalFile | null = null;
    try {
      second = await JournalFile.open(path1);
      await syncFolder(this.#folder);
      await syncFolder(dirname(this.#folder));
      return [first, second];
    } catch (error) {
      await second?.close();
      await first.close();
      throw error;
    }
  }

  #nextPosition(number: number): WriteOp {
    return [JOURNAL_KEY, JSON.stringify([this.#id.toString("hex"), number, ++this.#checkpoints])];
  }
}

/**
 * The store must be the one that the journal of the folder belongs to, and nobody else may write to it while the journal has what
 * it lacks. The folder is made with the first group. Throws `StorageCorruptError` where groups are missing.
 */
export function openJournal(store: Store, folder: string): Journal {
  const snapshot = store.snapshot();
  try {
    return new Journal(store, folder, positionIn(snapshot));
  } finally {
    snapshot.release();
  }
}

/** Null where no journal ever stood before the store. */
export function positionIn(reader: Reader): JournalPosition | null {
  const text = reader.get(JOURNAL_KEY);
  if (text === undefined) return null;
  const [id, number, checkpoints] = JSON.parse(text) as [string, number, number];
  return { journalId: Buffer.from(id, "hex"), number, checkpoints };
}

/** Throws `StorageCorruptError` where groups are missing, or the files are those of another store. */
export function readTail(folder: string, { journalId, number }: JournalPosition): JournalTail {
  const paths = pathsIn(folder);
  for (const path of paths) {
    const found = journalIdOf(path);
    if (found !== null && !found.equals(journalId)) {
      throw new StorageCorruptError(`The journal in ${folder} is not the one of the data file beside it. Bring back the data.mdb that it belongs to, or restore a backup.`);
    }
  }
  const files: [JournalRecord[], JournalRecord[]] = [readRecords(paths[0], journalId, number), readRecords(paths[1], journalId, number)];
  const records = files.flat().sort((a, b) => a.number - b.number);
  if (records.some((record, i) => record.number !== number + 1 + i)) {
    throw new StorageCorruptError(`The journal in ${folder} lacks writes after number ${number}: it is damaged, or of another moment than the data file beside it. Restore both from one backup.`);
  }
  return { files, ops: records.flatMap(({ ops }) => ops) };
}

function pathsIn(folder: string): [string, string] {
  return [join(folder, "0"), join(folder, "1")];
}
