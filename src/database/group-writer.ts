/**
 * Makes groups of commits durable, one at a time, and sees to it that the store has them in the end.
 *
 *     write ─▶ journal (one synced write) ─▶ durable
 *                 ┆ a while later, or when there is much
 *                 └─▶ checkpoint: all that is journaled ─▶ store.write ─▶ no longer pending
 *
 * A group of many commits goes straight into the store, after all that is journaled: they share their pages already, and to write them
 * twice would cost more. So does every group where there is no journal, or where the journal or the last write of the store has failed.
 * Groups with what goes on behind commits are journaled up to a larger size, so that the commits in them do not wait for its pages.
 */
import type { Journal } from "../storage/journal.js";
import type { Store, WriteOp } from "../storage/store.js";
import type { PendingCommits } from "./pending-commits.js";

/** How long what is journaled waits for more. */
const CHECKPOINT_DELAY_MS = 100;
/** So many entries do not wait. */
const CHECKPOINT_ENTRIES = 16_000;
/** With more a group waits for the checkpoint under way: the disk is far behind. */
const JOURNALED_ENTRIES_MAX = 64_000;
const JOURNALED_CHARS_MAX = 32 * 1024 * 1024;
const GROUP_CHARS_MAX = 128 * 1024;
const BACKGROUND_GROUP_CHARS_MAX = 4 * 1024 * 1024;

export interface GroupWriterEvents {
  /** A write of the store has ended: what it has now has left `pending`, so a new snapshot is to be read before anything else is. */
  readonly onStoreWritten: () => void;
  /** Groups go into the store directly, which takes longer; told again only when the journal could be written meanwhile. */
  readonly onJournalFailed: (error: unknown) => void;
}

export class GroupWriter {
  /** Since the last checkpoint began. */
  #journaledChars = 0;
  #isWriting = false;
  /** Never rejects. */
  #checkpoint: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Whether what is journaled has waited long enough. */
  #isDue = false;
  #mustCheckpoint = false;
  #hasJournalFailed = false;

  constructor(
    private readonly store: Store,
    private readonly journal: Journal | null,
    private readonly pending: PendingCommits,
    private readonly events: GroupWriterEvents,
  ) {
    if (journal === null || journal.tail.length === 0) return;
    pending.recover(journal.tail);
    // It may be long, and is to be out of the way before more comes.
    this.#mustCheckpoint = true;
    this.#checkpointWhenDue();
  }

  /** Whether what goes on behind commits should wait, for `onStoreWritten`: while a checkpoint is under way the next has as much already. */
  get isBehind(): boolean {
    return this.#checkpoint !== null && this.#hasMuch;
  }

  /**
   * Resolves when `ops`, of the oldest group that is pending, are on disk; rejects with `StorageError` when they never will be.
   * `isBackground`: some of it goes on behind commits. One call at a time.
   */
  async write(ops: readonly WriteOp[], isBackground: boolean): Promise<void> {
    this.#isWriting = true;
    try {
      if (this.journal === null || !this.#mayBeJournaled(ops, isBackground ? BACKGROUND_GROUP_CHARS_MAX : GROUP_CHARS_MAX) || !(await this.#append(this.journal, ops))) await this.#writeToStore(ops);
    } finally {
      this.#isWriting = false;
    }
    this.#checkpointWhenDue();
  }

  /** Not while a write is under way. What the store can't take stays in the journal, for the next start. */
  async close(): Promise<void> {
    await this.#checkpoint;
    clearTimeout(this.#timer);
    if (this.pending.size > 0) await this.#beginCheckpoint();
    await this.journal?.close(this.pending.size === 0);
  }

  #mayBeJournaled(ops: readonly WriteOp[], charsMax: number): boolean {
    if (this.#mustCheckpoint || this.pending.journaledSize > JOURNALED_ENTRIES_MAX || this.#journaledChars > JOURNALED_CHARS_MAX) return false;
    const chars = charsOf(ops);
    if (chars > charsMax) return false;
    this.#journaledChars += chars;
    return true;
  }

  async #append(journal: Journal, ops: readonly WriteOp[]): Promise<boolean> {
    try {
      await journal.append(ops);
    } catch (error) {
      // No room for the journal, or a disk that fails: the store takes the group all the same, or says what is wrong.
      if (!this.#hasJournalFailed) this.events.onJournalFailed(error);
      this.#hasJournalFailed = true;
      this.#mustCheckpoint = true;
      return false;
    }
    this.#hasJournalFailed = false;
    this.pending.journaled();
    return true;
  }

  get #hasMuch(): boolean {
    return this.pending.journaledSize >= CHECKPOINT_ENTRIES;
  }

  async #writeToStore(ops: readonly WriteOp[]): Promise<void> {
    await this.#checkpoint;
    await this.#carry(ops);
    this.pending.settled();
    this.events.onStoreWritten();
  }

  /** Not while a group is written: that would have to be either in the journal or not. */
  #checkpointWhenDue(): void {
    if (this.#isWriting || this.pending.journaledSize === 0) return;
    if (this.#isDue || this.#hasMuch) void this.#beginCheckpoint();
    else this.#timer ??= setTimeout(() => this.#timeIsUp(), CHECKPOINT_DELAY_MS).unref();
  }

  #timeIsUp(): void {
    this.#timer = undefined;
    this.#isDue = true;
    this.#checkpointWhenDue();
  }

  /** One at a time; what was journaled since has the next. */
  #beginCheckpoint(): Promise<void> {
    this.#checkpoint ??= this.#carry([]).then(
      () => {
        this.pending.arrived();
        this.#checkpoint = null;
        this.#checkpointWhenDue();
        this.events.onStoreWritten();
      },
      // Whoever writes next is told why, unless it can be done by then.
      () => {
        this.#checkpoint = null;
        this.events.onStoreWritten();
      },
    );
    return this.#checkpoint;
  }

  /** All that is journaled into the store, and `ops` after it. */
  async #carry(ops: readonly WriteOp[]): Promise<void> {
    this.#journaledChars = 0;
    this.#isDue = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.journal === null) return this.store.write(ops);
    try {
      await this.journal.checkpoint(this.pending.leave(), ops);
      this.#mustCheckpoint = false;
    } catch (error) {
      this.#mustCheckpoint = true;
      throw error;
    }
  }
}

function charsOf(ops: readonly WriteOp[]): number {
  let chars = 0;
  for (const [key, value] of ops) chars += key.length + (value?.length ?? 0);
  return chars;
}
