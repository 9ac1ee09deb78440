/** File storage of a running server, network side: the store that the settings choose, its routes, and its sweeper. */
import type { EngineCaller } from "../network/function-api.js";
import type { Logger } from "../network/logger.js";
import { StorageApi } from "../network/storage-api.js";
import type { FileKey, FileRequest } from "./file-messages.js";
import type { FileStore } from "./file-store.js";
import { FileSweeper } from "./file-sweeper.js";

export interface FileStorageOptions {
  readonly engine: EngineCaller;
  readonly store: FileStore;
  /** Another space of the bucket; null where files are in the data folder. */
  readonly openSpace: ((space: string) => Promise<FileStore>) | null;
  readonly bytesMax: number;
  /** Bytes of a file that have left, of a download that was broken off too. */
  readonly onSent: (storageId: string, bytes: number) => void;
  readonly log: Logger;
}

const SWEEP_INTERVAL_MS = 24 * 3_600_000;
const SWEEP_PAUSE_MS = 20;
const SETTLED_AT_ONCE = 1_000;

export class FileStorage {
  readonly api: StorageApi;
  readonly #options: FileStorageOptions;
  readonly #sweeper: FileSweeper;
  #holds = 0;
  #isClosed = false;

  constructor(options: FileStorageOptions) {
    this.#options = options;
    this.api = new StorageApi(options);
    this.#sweeper = new FileSweeper({
      store: options.store,
      leftSpaces: options.openSpace === null ? null : { list: () => this.#leftSpaces(), open: options.openSpace, forget: (space) => this.#forgetSpace(space) },
      unknownAmong: (keys) => this.#unknownAmong(keys),
      isUnfinished: (key) => this.api.isUnfinished(key),
      log: options.log,
      intervalMs: SWEEP_INTERVAL_MS,
      pauseMs: SWEEP_PAUSE_MS,
    });
    this.#sweeper.start();
  }

  /** Bytes of a file that is imported, whose document is still to be made. To be followed by {@link settle}. */
  async keep(key: FileKey, body: AsyncIterable<Uint8Array>, size: number): Promise<void> {
    await this.api.keep(key, body, size);
  }

  /** Whatever has got a document is kept, the rest removed; what can't be told now is swept later. */
  async settle(keys: readonly FileKey[]): Promise<void> {
    for (let start = 0; start < keys.length; start += SETTLED_AT_ONCE) {
      const some = keys.slice(start, start + SETTLED_AT_ONCE);
      const unknown = await this.#unknownAmong(some);
      this.api.settled(some);
      this.remove(unknown ?? []);
    }
  }

  /** Their deletion is durable. What can't be removed now is swept later. */
  remove(keys: readonly FileKey[]): void {
    if (this.#holds > 0) return; // swept after that
    for (const key of keys) {
      this.#options.store.delete(key).catch((error: unknown) => {
        this.#options.log.log("error", "The bytes of a deleted file can't be removed now.", { error: (error as Error).message });
      });
    }
  }

  /** A space that is to be filled, and swept if it never comes into use. Durable when it resolves. */
  async leaveSpace(space: string): Promise<void> {
    const reply = await this.#options.engine.call({ kind: "files", request: { type: "leaveSpace", space } });
    if (!reply.ok) throw new Error("The engine is starting again. Try again.");
  }

  /**
   * Until what it resolves to is called, no bytes are removed: a backup reads files whose documents are deleted meanwhile, and a
   * restore brings files that no document speaks of yet. What was held back is swept then.
   */
  async holdRemovals(): Promise<() => void> {
    this.#holds++;
    await this.#sweeper.stop();
    return () => {
      if (--this.#holds === 0 && !this.#isClosed) this.#sweeper.start();
    };
  }

  close(): void {
    this.#isClosed = true;
    void this.#sweeper.stop();
  }

  async #leftSpaces(): Promise<readonly string[] | null> {
    const reply = await this.#options.engine.call({ kind: "files", request: { type: "leftSpaces" } });
    return reply.ok ? (JSON.parse(reply.body) as { spaces: readonly string[] }).spaces : null;
  }

  async #forgetSpace(space: string): Promise<void> {
    await this.#options.engine.call({ kind: "files", request: { type: "sweptSpace", space } });
  }

  async #unknownAmong(keys: readonly FileKey[]): Promise<readonly FileKey[] | null> {
    const request: FileRequest = { type: "unknownKeys", keys };
    const reply = await this.#options.engine.call({ kind: "files", request });
    return reply.ok ? (JSON.parse(reply.body) as { unknown: readonly FileKey[] }).unknown : null;
  }
}
