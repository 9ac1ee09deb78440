/**
 * A thread for imports or exports, seen from the network thread: it is started when there is a job, works on one at a time, and
 * ends when there was none for a while.
 */
import { Worker } from "node:worker_threads";
import type { EngineCall, EngineReply } from "../engine-messages.js";
import type { FromTransfer, StoredBytes, StoreOrder, ToTransfer, TransferJob, TransferWorkerData } from "./worker-link.js";

export interface TransferThreadOptions {
  readonly name: string;
  readonly workerData: TransferWorkerData;
  readonly call: (call: EngineCall) => Promise<EngineReply>;
  readonly store: (order: StoreOrder) => Promise<StoredBytes>;
  readonly log: (error: string) => void;
  /** Whether an error of `store` says that the archive is at fault. */
  readonly isRefusal: (error: unknown) => boolean;
}

/** How a job ended: on its own terms, or with the thread, and why. */
export type JobEnd = { readonly died: false } | { readonly died: true; readonly error: Error };

interface Current {
  readonly worker: Worker;
  readonly resolve: (end: JobEnd) => void;
}

const IDLE_MS = 10_000;
/** An archive's directory, and a row of 16 MiB in the forms that it takes on its way. Small young generation: little lives long here. */
const HEAP = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 16 };

export class TransferThread {
  readonly #options: TransferThreadOptions;
  #worker: Worker | null = null;
  #current: Current | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #exited: Promise<void> = Promise.resolve();

  constructor(options: TransferThreadOptions) {
    this.#options = options;
  }

  run(job: TransferJob): Promise<JobEnd> {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve) => {
      this.#current = { worker, resolve };
      send(worker, { type: "job", job });
    });
  }

  /** The job that is worked on is left as it is. Resolves when the thread has ended. */
  async close(): Promise<void> {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    if (this.#worker !== null) send(this.#worker, { type: "stop" });
    await this.#exited;
  }

  #start(): Worker {
    const worker = new Worker(new URL("../transfer-worker.js", import.meta.url), { name: this.#options.name, workerData: this.#options.workerData, resourceLimits: HEAP });
    let error = new Error("its thread ended");
    worker.on("message", (message: FromTransfer) => void this.#receive(worker, message));
    worker.on("error", (cause: Error) => (error = cause));
    this.#exited = new Promise((resolve) => {
      worker.on("exit", () => {
        if (this.#worker === worker) this.#worker = null;
        this.#end(worker, { died: true, error });
        resolve();
      });
    });
    return worker;
  }

  #end(worker: Worker, end: JobEnd): void {
    if (this.#current?.worker !== worker) return;
    const { resolve } = this.#current;
    this.#current = null;
    resolve(end);
  }

  async #receive(worker: Worker, message: FromTransfer): Promise<void> {
    switch (message.type) {
      case "over":
        this.#idleTimer = setTimeout(() => this.#retire(worker), IDLE_MS).unref();
        this.#end(worker, { died: false });
        return;
      case "log":
        this.#options.log(message.error);
        return;
      case "call":
        send(worker, { type: "reply", id: message.id, reply: await this.#options.call(message.call) });
        return;
      case "store":
        send(worker, await this.#store(message.id, message.order));
    }
  }

  #retire(worker: Worker): void {
    this.#worker = null;
    send(worker, { type: "stop" });
  }

  async #store(id: number, order: StoreOrder): Promise<ToTransfer> {
    try {
      return { type: "stored", id, stored: await this.#options.store(order) };
    } catch (error) {
      return { type: "notStored", id, isRefusal: this.#options.isRefusal(error), message: (error as Error).message };
    }
  }
}

function send(worker: Worker, message: ToTransfer): void {
  worker.postMessage(message);
}
