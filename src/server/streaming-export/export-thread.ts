/**
 * The export thread as the network thread sees it: started by the first request, ended when nobody has asked for a while. A
 * deployment that nobody exports has none.
 */
import { Worker } from "node:worker_threads";
import type { EngineReply } from "../engine-messages.js";
import type { ExportRequest, ExportThreadData, FromExport, ToExport } from "./export-messages.js";

const IDLE_MS = 30_000;
/** Requests that wait for a place; further ones are told to come back. */
const WAITING_MAX = 64;
const HEAP_MB_MAX = 768;

type Answer = (reply: EngineReply) => void;

export class ExportThread {
  readonly #waiting = new Map<number, Answer>();
  #worker: Worker | null = null;
  /** Of the thread that was ended last. */
  #exited: Promise<void> = Promise.resolve();
  #idleTimer: NodeJS.Timeout | undefined;
  #lastId = 0;
  #isClosed = false;

  constructor(private readonly data: ExportThreadData) {}

  /** Never rejects. */
  request(request: ExportRequest): Promise<EngineReply> {
    if (this.#isClosed) return Promise.resolve(unavailable("The server is stopping, or being restored from a backup. Try again."));
    if (this.#waiting.size >= WAITING_MAX) return Promise.resolve(unavailable(`${WAITING_MAX} requests for streaming export wait already. Try again in a moment.`));
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#post({ type: "request", id, request });
    });
  }

  /** Resolves when the thread has let go of the store. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end();
    await this.#exited;
  }

  /** Does `work` while this has no hold on the store. */
  async whileClosed(work: () => Promise<void>): Promise<void> {
    await this.close();
    try {
      await work();
    } finally {
      this.#isClosed = false;
    }
  }

  #post(message: ToExport): void {
    clearTimeout(this.#idleTimer);
    (this.#worker ??= this.#start()).postMessage(message);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./export-worker.js", import.meta.url), { name: "streaming export", workerData: this.data, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX } });
    worker.on("message", ({ id, reply }: FromExport) => this.#answer(id, reply));
    let cause = "its thread ended";
    worker.on("error", (error: Error) => (cause = error.message));
    const after = this.#exited;
    this.#exited = new Promise<void>((resolve) => {
      worker.on("exit", () => {
        this.#died(worker, cause);
        resolve();
      });
    }).then(() => after);
    return worker;
  }

  #answer(id: number, reply: EngineReply): void {
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#idleTimer = setTimeout(() => this.#end(), IDLE_MS).unref();
    answer?.(reply);
  }

  #end(): void {
    clearTimeout(this.#idleTimer);
    this.#worker?.postMessage({ type: "close" } satisfies ToExport);
    this.#worker = null;
  }

  /** One that was ended answers what it was asked before, as far as it comes. */
  #died(worker: Worker, cause: string): void {
    if (this.#worker !== worker && this.#worker !== null) return;
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const answer of waiting) answer(unavailable(`Streaming export failed: ${cause}. Try again.`));
  }
}

function unavailable(message: string): EngineReply {
  return { ok: false, failure: "request", status: 503, code: "ExportUnavailable", message };
}
