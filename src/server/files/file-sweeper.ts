/**
 * Removes bytes that no document speaks of: of uploads and deletions that a crash came between. It goes through the store
 * slowly, one batch of keys at a time, when the server starts and from time to time after it.
 */
import type { Logger } from "../network/logger.js";
import type { FileKey } from "./file-messages.js";
import type { FileStore } from "./file-store.js";

export interface FileSweeperOptions {
  readonly store: FileStore;
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
    for await (const keys of this.options.store.batches()) {
      if (this.#isStopped) return;
      await this.#sweepBatch(keys);
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
