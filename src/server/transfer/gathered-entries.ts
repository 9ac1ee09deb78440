/**
 * Index entries of imported documents, gathered and written in the order of their keys. As they come, each would lie on a page of
 * its own, and all of those pages would be written with every batch.
 */
import type { Key, WriteOp } from "../../storage/store.js";

/** Some 15 MB with all that belongs to them. */
const ENTRIES_MAX = 50_000;
const CHARS_MAX = 8 * 2 ** 20;
/** Of one message to the engine. */
const SENT_MAX = 2_000;
const SENT_CHARS_MAX = 512 * 1024;

export class GatheredEntries {
  #entries: WriteOp[] = [];
  #chars = 0;

  constructor(private readonly write: (ops: readonly WriteOp[]) => Promise<void>) {}

  /** Writes when there are many. */
  async add(keys: readonly Key[], id: string): Promise<void> {
    for (const key of keys) {
      this.#entries.push([key, id]);
      this.#chars += key.length;
    }
    if (this.#entries.length >= ENTRIES_MAX || this.#chars >= CHARS_MAX) await this.flush();
  }

  async flush(): Promise<void> {
    const entries = this.#entries.sort(([a], [b]) => (a < b ? -1 : 1));
    this.#entries = [];
    this.#chars = 0;
    for (const ops of slicesOf(entries)) await this.write(ops);
  }
}

function* slicesOf(entries: readonly WriteOp[]): Generator<readonly WriteOp[]> {
  let slice: WriteOp[] = [];
  let chars = 0;
  for (const entry of entries) {
    slice.push(entry);
    chars += entry[0].length;
    if (slice.length < SENT_MAX && chars < SENT_CHARS_MAX) continue;
    yield slice;
    slice = [];
    chars = 0;
  }
  if (slice.length > 0) yield slice;
}
