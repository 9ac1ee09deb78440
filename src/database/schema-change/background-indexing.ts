/**
 * What goes on behind commits to make stored indexes what the catalog says: unfinished ones are filled, entries of dropped
 * ones deleted. The catalog alone is the list of work, so that a restart finds it again.
 */
import type { Database } from "../database.js";
import { IndexBackfill } from "./index-backfill.js";
import { hasLeftovers, reserveLeftoverIndexIds, sweepLeftovers } from "./leftover-sweep.js";

export interface BackgroundIndexingOptions {
  readonly database: Database;
  /** Called when indexes became ready (or ceased to be needed). */
  readonly onProgress: () => void;
}

export class BackgroundIndexing {
  readonly #database: Database;
  readonly #onProgress: () => void;
  readonly #backfills = new Map<number, IndexBackfill>();
  readonly #running = new Set<Promise<void>>();
  #sweep: "none" | "running" | "again" = "none";
  #isClosed = false;

  /** To be made when the database was opened, before the first transaction. */
  constructor(options: BackgroundIndexingOptions) {
    this.#database = options.database;
    this.#onProgress = options.onProgress;
    reserveLeftoverIndexIds(this.#database);
  }

  /** To be called after every commit that changed indexes: takes up the work that is there. */
  wake(): void {
    if (this.#isClosed) return;
    for (const table of this.#database.catalog.tables()) {
      const waiting = table.record.indexes.filter(({ id, state }) => state === "backfilling" && !this.#backfills.has(id)).map(({ id }) => id);
      if (waiting.length > 0) this.#track(this.#backfill(table.space, waiting));
    }
    if (this.#sweep !== "none") this.#sweep = "again";
    else if (hasLeftovers(this.#database)) this.#track(this.#sweepLeftovers());
  }

  /** Documents that the index has been filled with so far; 0 for one that is not being filled. */
  documentsDone(indexId: number): number {
    return this.#backfills.get(indexId)?.documentsDone ?? 0;
  }

  /** Resolves when there is nothing left to do. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Ends all work; to be waited for before the database is closed. What is unfinished goes on after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const backfill of this.#backfills.values()) backfill.stop();
    await this.idle();
  }

  async #backfill(space: number, indexIds: readonly number[]): Promise<void> {
    const backfill = new IndexBackfill(this.#database, space, indexIds);
    for (const id of indexIds) this.#backfills.set(id, backfill);
    await backfill.run();
    for (const id of indexIds) this.#backfills.delete(id);
    this.#onProgress();
  }

  async #sweepLeftovers(): Promise<void> {
    do {
      this.#sweep = "running";
      await sweepLeftovers(this.#database, () => this.#isClosed);
    } while (this.sweepIsWanted);
    this.#sweep = "none";
  }

  private get sweepIsWanted(): boolean {
    return this.#sweep === "again";
  }

  /** An error in here is a bug or a disk that can't be read: it is not caught, and ends the engine. */
  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }
}
