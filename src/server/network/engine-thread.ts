/**
 * One engine thread from its start to its death, seen from the network thread: what is posted to it in one turn of the
 * event loop leaves as one message; calls are matched with their replies; its death is described once. Whether another
 * thread follows is the business of `EngineHost`.
 */
import { Worker, type MessagePort } from "node:worker_threads";
import {
  OPENING_ALLOWED,
  OPENING_REFUSED,
  OPENING_WAITS,
  RUNNING_NAME_BYTES,
  RUNNING_SLOTS,
  type EngineCall,
  type EngineOptions,
  type EngineReply,
  type EngineWorkerData,
  type FromEngine,
  type ToEngine,
} from "../engine-messages.js";
import { forEachFromEngine, packToEngine, type Packed } from "../packed-batch.js";

export interface EngineDeath {
  /** Cause in words, without a full stop. */
  readonly cause: string;
  readonly outOfMemory: boolean;
  /** Name of the execution that was running, or null between executions. */
  readonly running: string | null;
  /** Milliseconds between "ready" and death; null when it never was ready. */
  readonly readyForMs: number | null;
}

export interface PendingCall {
  readonly call: EngineCall;
  readonly resolve: (reply: EngineReply) => void;
}

/** Everything the engine says but replies, in its order, and the end of each batch. */
export interface EngineThreadEvents {
  onMessage(message: Exclude<FromEngine, { type: "reply" | "ready" }>): void;
  onBatchEnd(): void;
  /** Once, and last. `pending` are the calls that will get no reply; the receiver answers them. */
  onDeath(death: EngineDeath, pending: readonly PendingCall[]): void;
}

const RUNNING_FLAG = 0;
const RUNNING_NAME_LENGTH = 1;
const RUNNING_NAME_OFFSET = RUNNING_SLOTS * Int32Array.BYTES_PER_ELEMENT;

export class EngineThread {
  readonly #worker: Worker;
  readonly #running = new SharedArrayBuffer(RUNNING_NAME_OFFSET + RUNNING_NAME_BYTES);
  readonly #opening = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #calls = new Map<number, PendingCall>();
  #nextCallId = 1;
  #outbox: ToEngine[] = [];
  /** Ports of calls in the outbox. */
  #transfer: MessagePort[] = [];
  #readyAtMs: number | null = null;
  #error: (Error & { code?: string }) | null = null;
  #resolveReady: () => void = () => {};
  /** Settles at "ready"; stays pending when the thread dies before. */
  readonly ready = new Promise<void>((resolve) => (this.#resolveReady = resolve));
  readonly exited: Promise<void>;

  constructor(
    workerUrl: URL,
    options: Omit<EngineOptions, "running">,
    private readonly events: EngineThreadEvents,
  ) {
    this.#worker = new Worker(workerUrl, {
      name: "engine",
      workerData: { ...options, running: this.#running, opening: this.#opening.buffer } satisfies EngineWorkerData,
      // A transaction's garbage should die young: with the default young generation a third of the time goes to collecting it.
      resourceLimits: { maxOldGenerationSizeMb: options.limits.heapMbMax, maxYoungGenerationSizeMb: 128 },
    });
    this.#worker.on("message", (batch: readonly Packed<FromEngine>[]) => this.#receive(batch));
    this.#worker.on("error", (error: Error) => (this.#error = error));
    this.exited = new Promise((resolve) => {
      this.#worker.on("exit", (code) => {
        this.#die(code);
        resolve();
      });
    });
  }

  /** The data folder is ours: until then the thread only loads its modules. */
  allowOpening(): void {
    this.#settleOpening(OPENING_ALLOWED);
  }

  /** Order is kept, between calls too. */
  post(message: ToEngine): void {
    if (this.#outbox.push(message) === 1) setImmediate(() => this.#flush());
  }

  /** Answered by the engine, or by the receiver of `onDeath`. */
  call(call: EngineCall): Promise<EngineReply> {
    const id = this.#nextCallId++;
    return new Promise((resolve) => {
      this.#calls.set(id, { call, resolve });
      if (call.kind === "httpAction") this.#transfer.push(call.port);
      this.post({ type: "call", id, call });
    });
  }

  /** Lets the engine finish what it began, and the thread end by itself: see `exited`. */
  shutDown(): void {
    if (this.#settleOpening(OPENING_REFUSED)) return;
    void this.call({ kind: "shutdown" });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
    await this.exited;
  }

  /** False when it was settled before. */
  #settleOpening(value: number): boolean {
    if (Atomics.compareExchange(this.#opening, 0, OPENING_WAITS, value) !== OPENING_WAITS) return false;
    Atomics.notify(this.#opening, 0);
    return true;
  }

  #flush(): void {
    const batch = this.#outbox;
    const transfer = this.#transfer;
    this.#outbox = [];
    this.#transfer = [];
    this.#worker.postMessage(packToEngine(batch), transfer);
  }

  #receive(batch: readonly Packed<FromEngine>[]): void {
    forEachFromEngine(batch, (message) => {
      if (message.type === "reply") this.#settle(message.id, message.reply);
      else if (message.type === "ready") this.#becomeReady();
      else this.events.onMessage(message);
    });
    this.events.onBatchEnd();
  }

  #becomeReady(): void {
    this.#readyAtMs = performance.now();
    this.#resolveReady();
  }

  #settle(id: number, reply: EngineReply): void {
    const pending = this.#calls.get(id);
    if (pending === undefined) throw new Error(`The engine replied to call ${id}, which is not pending.`);
    this.#calls.delete(id);
    pending.resolve(reply);
  }

  #die(exitCode: number): void {
    const outOfMemory = this.#error?.code === "ERR_WORKER_OUT_OF_MEMORY";
    const death: EngineDeath = {
      cause: outOfMemory ? "it ran out of memory" : (this.#error?.message ?? `it ended with exit code ${exitCode}`),
      outOfMemory,
      running: this.#runningName(),
      readyForMs: this.#readyAtMs === null ? null : performance.now() - this.#readyAtMs,
    };
    const pending = [...this.#calls.values()];
    this.#calls.clear();
    this.events.onDeath(death, pending);
  }

  #runningName(): string | null {
    const slots = new Int32Array(this.#running, 0, RUNNING_SLOTS);
    if (Atomics.load(slots, RUNNING_FLAG) === 0) return null;
    const length = Math.min(Math.max(Atomics.load(slots, RUNNING_NAME_LENGTH), 0), RUNNING_NAME_BYTES);
    return Buffer.from(new Uint8Array(this.#running, RUNNING_NAME_OFFSET, length)).toString("utf8");
  }
}
