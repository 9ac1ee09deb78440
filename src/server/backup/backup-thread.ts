/** Runs one backup or restore in a thread of its own, seen from the network thread. */
import { Readable } from "node:stream";
import { Worker } from "node:worker_threads";
import { BackupError } from "./archive.js";
import type { BackupJob, BackupResult, BackupWorkerData, FromBackupWorker, ToBackupWorker } from "./backup-messages.js";
import type { RestoreProgress } from "./restorer.js";

export interface BackupEvents {
  readonly onProgress: (progress: RestoreProgress) => void;
  /** Files are put into this space of a bucket when it resolves. */
  readonly onSpace: (space: string) => Promise<void>;
}

const NO_EVENTS: BackupEvents = { onProgress: () => {}, onSpace: () => Promise.resolve() };

export class BackupThread {
  readonly #worker: Worker;
  #error: Error | null = null;
  /** Settles when the thread has ended, its stores closed. Rejects with BackupError for what is wrong with the archive. */
  readonly result: Promise<BackupResult>;

  private constructor(data: BackupWorkerData, onMessage: (message: FromBackupWorker) => void) {
    this.#worker = new Worker(new URL("../backup-worker.js", import.meta.url), { name: data.job.type, workerData: data });
    let result: BackupResult | null = null;
    this.#worker.on("message", (message: FromBackupWorker) => {
      if (message.type === "done") result = message.result;
      else if (message.type === "failed") this.#error ??= new BackupError(message.message);
      else onMessage(message);
    });
    this.#worker.on("error", (error: Error) => (this.#error ??= error));
    this.result = new Promise((resolve, reject) =>
      this.#worker.once("exit", () => {
        if (result === null) reject(this.#error ?? new Error("The thread of a backup ended before its time."));
        else resolve(result);
      }),
    );
  }

  static async run(data: BackupWorkerData, events: BackupEvents = NO_EVENTS): Promise<BackupResult> {
    const thread = new BackupThread(data, (message) => {
      if (message.type === "progress") events.onProgress(message.progress);
      else if (message.type === "space") void thread.#begin(events.onSpace(message.space));
    });
    return await thread.result;
  }

  async #begin(mayBegin: Promise<void>): Promise<void> {
    try {
      await mayBegin;
      this.#post({ type: "more" });
    } catch (error) {
      this.#error = error as Error;
      this.#post({ type: "stop" });
    }
  }

  /** The archive's bytes. The thread ends with the stream, whoever ends it: wait for `result`, whatever it is. */
  static backUp(data: BackupWorkerData & { readonly job: BackupJob & { type: "backup" } }): { readonly bytes: Readable; readonly result: Promise<BackupResult> } {
    const bytes = new Readable({
      read: () => thread.#post({ type: "more" }),
      destroy: (error, callback) => {
        thread.#post({ type: "stop" });
        callback(error);
      },
    });
    const thread = new BackupThread(data, (message) => {
      if (message.type === "chunk") bytes.push(message.bytes);
    });
    thread.result.then(
      () => bytes.push(null),
      (error: Error) => bytes.destroy(error),
    );
    return { bytes, result: thread.result };
  }

  #post(message: ToBackupWorker): void {
    this.#worker.postMessage(message);
  }
}
