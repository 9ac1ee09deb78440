/**
 * What a thread that works on an import or export and the network thread say to each other. The thread asks, the network thread
 * asks the engine for it; bytes of imported files it stores itself, because it is the one that knows which are being stored.
 */
import type { MessagePort } from "node:worker_threads";
import type { EngineCall, EngineReply } from "../engine-messages.js";
import type { FileKey } from "../files/file-messages.js";
import type { Settings } from "../settings.js";
import type { S3Credentials } from "../files/s3-client.js";
import { ImportError } from "./import-error.js";
import { NOT_WANTED } from "./transfer-messages.js";

export type TransferJob = { readonly kind: "import"; readonly importId: string } | { readonly kind: "export"; readonly exportId: string };

export interface TransferWorkerData {
  readonly settings: Settings;
  readonly s3Credentials: S3Credentials | null;
  readonly testClock: SharedArrayBuffer | null;
}

/** An entry of the archive that is being imported, to be kept as the bytes of a file. */
export interface StoreOrder {
  readonly upload: string;
  readonly entryName: string;
  readonly key: FileKey;
}

export interface StoredBytes {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly size: number;
}

export type FromTransfer =
  | { readonly type: "call"; readonly id: number; readonly call: EngineCall }
  | { readonly type: "store"; readonly id: number; readonly order: StoreOrder }
  /** Something went wrong that is not the file's fault. */
  | { readonly type: "log"; readonly error: string }
  /** The job is done, has failed, or was left. */
  | { readonly type: "over" };

export type ToTransfer =
  /** When the last one is over. */
  | { readonly type: "job"; readonly job: TransferJob }
  | { readonly type: "reply"; readonly id: number; readonly reply: EngineReply }
  | { readonly type: "stored"; readonly id: number; readonly stored: StoredBytes }
  /** `isRefusal`: the archive is at fault. */
  | { readonly type: "notStored"; readonly id: number; readonly isRefusal: boolean; readonly message: string }
  /** The thread is to end; its work is to be left as it is. */
  | { readonly type: "stop" };

/** The work can't go on now, or is no longer wanted: nothing is to be said about it. */
export class TransferInterrupted extends Error {
  override readonly name = "TransferInterrupted";
}

export interface WorkerLinkEvents {
  readonly onJob: (job: TransferJob) => void;
  readonly onStop: () => void;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerLink {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, Waiting>();
  readonly #events: WorkerLinkEvents;
  #lastId = 0;
  #isStopped = false;

  constructor(port: MessagePort, events: WorkerLinkEvents) {
    this.#port = port;
    this.#events = events;
    port.on("message", (message: ToTransfer) => this.#receive(message));
  }

  /** Throws {@link TransferInterrupted} when the work is to end. */
  checkpoint(): void {
    if (this.#isStopped) throw new TransferInterrupted("the server is about to stop");
  }

  /** Throws {@link ImportError} where the engine refuses, and {@link TransferInterrupted}. */
  async call<Answer = object>(call: EngineCall): Promise<Answer> {
    this.checkpoint();
    const reply = await this.#ask<EngineReply>({ type: "call", call });
    if (reply.ok) return JSON.parse(reply.body) as Answer;
    if (reply.failure === "function") throw new Error("Rivulet bug: a function answered an import");
    if (reply.code === NOT_WANTED || reply.status >= 500) throw new TransferInterrupted(reply.message);
    throw new ImportError(reply.message);
  }

  /** Throws {@link ImportError} where the archive is at fault. */
  async store(order: StoreOrder): Promise<StoredBytes> {
    this.checkpoint();
    return await this.#ask<StoredBytes>({ type: "store", order });
  }

  /** What the operator should know of. */
  log(error: unknown): void {
    this.#port.postMessage({ type: "log", error: String((error as Error).stack ?? error) } satisfies FromTransfer);
  }

  /** A job is over. */
  over(): void {
    this.#port.postMessage({ type: "over" } satisfies FromTransfer);
  }

  close(): void {
    this.#port.close();
  }

  #ask<Answer>(message: { readonly type: "call"; readonly call: EngineCall } | { readonly type: "store"; readonly order: StoreOrder }): Promise<Answer> {
    const id = ++this.#lastId;
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#port.postMessage({ ...message, id } satisfies FromTransfer);
    });
  }

  #receive(message: ToTransfer): void {
    if (message.type === "job") {
      this.#events.onJob(message.job);
      return;
    }
    if (message.type === "stop") {
      this.#isStopped = true;
      this.#events.onStop();
      return;
    }
    const { resolve, reject } = this.#waiting.get(message.id)!;
    this.#waiting.delete(message.id);
    if (message.type === "reply") resolve(message.reply as never);
    else if (message.type === "stored") resolve(message.stored as never);
    else reject(message.isRefusal ? new ImportError(message.message) : new Error(message.message));
  }
}
