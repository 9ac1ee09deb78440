/**
 * Removes bytes that no document speaks of: of uploads and deletions that a crash came between, and of a bucket's spaces that the
 * deployment has left. It goes through the store slowly, one batch of keys at a time, when the server starts and from time to time
 * after it.
 */
import type { Logger } from "../network/logger.js";
import type { FileKey } from "./file-messages.js";
import type { FileStore } from "./file-store.js";

/** Of a bucket; see engine/left-spaces.ts. */
export interface LeftSpaces {
  /** Null where it cannot be known now. */
  readonly list: () => Promise<readonly string[] | null>;
  readonly open: (space: string) => Promise<FileStore>;
  /** There is nothing in it any more. */
  readonly forget: (space: string) => Promise<void>;
}

export interface FileSweeperOptions {
  readonly store: FileStore;
  /** Null where files are not in a bucket. */
  readonly leftSpaces: LeftSpaces | null;
  /** Which of these no durable document speaks of; null where it cannot be known now. */
  readonly unknownAmong: (keys: readonly FileKey[]) => Promise<readonly FileKey[] | null>;
  /** Uploads that are not decided yet. */
  readonly isUnfinished: (key: FileKey) => boolean;
  readonly log: Logger;
  readonly intervalMs: number;
  readonly pauseMs: number;
}

export class FileSweeper {
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: FileSweeperOptions) {}

  /** The first pass begins at once. A store that can't be reached is tried again with the next. */
  start(): void {
    this.#isStopped = false;
    this.#running = this.#pass();
  }

  /** Resolves when nothing will be removed any more, unless it is started again. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  async #pass(): Promise<void> {
    try {
      await this.#sweep();
    } catch (error) {
      this.options.log.log("error", "The file storage can't be swept now.", { error: (error as Error).message });
    }
    if (!this.#isStopped) this.#timer = setTimeout(() => this.start(), this.options.intervalMs).unref();
  }

  async #sweep(): Promise<void> {
    await this.options.store.discardUnfinished();
    await this.#sweepBatches(this.options.store, (keys) => this.#sweepBatch(keys));
    const left = this.options.leftSpaces;
    for (const space of (await left?.list()) ?? []) await this.#sweepSpace(space, left!);
  }

  /** All of it: no document speaks of anything there. Where it is stopped, or killed, the rest is swept with the next pass. */
  async #sweepSpace(space: string, { open, forget }: LeftSpaces): Promise<void> {
    if (this.#isStopped) return;
    const store = await open(space);
    let files = 0;
    await store.discardUnfinished();
    await this.#sweepBatches(store, async (keys) => {
      for (const key of keys) if (!this.#isStopped) await store.delete(key);
      files += keys.length;
    });
    if (this.#isStopped) return;
    await forget(space);
    this.options.log.log("info", "Removed the files of what a restore has replaced.", { files, space });
  }

  async #sweepBatches(store: FileStore, sweep: (keys: readonly FileKey[]) => Promise<void>): Promise<void> {
    for await (const keys of store.batches()) {
      if (this.#isStopped) return;
      await sweep(keys);
      await new Promise((resolve) => setTimeout(resolve, this.options.pauseMs).unref());
    }
  }

  /** In this order: an upload that was decided between the two questions has its document by the second. An import may begin meanwhile. */
  async #sweepBatch(keys: readonly FileKey[]): Promise<void> {
    const decided = keys.filter((key) => !this.options.isUnfinished(key));
    const unknown = decided.length === 0 ? [] : await this.options.unknownAmong(decided);
    if (unknown === null || unknown.length === 0) return;
    for (const key of unknown) if (!this.options.isUnfinished(key)) await this.options.store.delete(key);
    this.options.log.log("info", "Removed files that were left over.", { files: unknown.length });
  }
}
