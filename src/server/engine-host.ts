/**
 * Keeps an engine running: starts its thread, starts another when it dies, and answers for it meanwhile.
 *
 *     idle ──start()──▶ running ──death──▶ waiting ──delay──▶ running
 *                          │                  └─ too many deaths in a row ──▶ failed
 *                          ├──pause()──▶ paused, then running
 *                          └──stop()──▶ stopped
 *
 * When a thread dies, the execution it was running is the culprit: its call gets a function's failure, which nobody
 * retries, and it is refused for a while by the engines that follow. Every other call gets a failure that may be retried,
 * and every socket is closed; the public clients connect again by themselves and send their unanswered mutations anew.
 */
import { EngineThread, type EngineDeath, type PendingCall } from "./network/engine-thread.js";
import { formatFunctionPath, parseFunctionPath } from "../functions/function-path.js";
import type { LogEvent } from "./log-streams/log-event.js";
import type { EngineCall, EngineOptions, EngineReply, FromEngine, PoisonedExecution, ToEngine } from "./engine-messages.js";

export interface EngineEvents {
  onSend(socket: number, text: string): void;
  onClose(socket: number, code: number, reason: string): void;
  /** Everything of one batch of the engine was handed over: what was corked may leave. */
  onBatchEnd(): void;
  /** Files whose deletion is durable. */
  onFilesDeleted(keys: readonly string[]): void;
  onLogEvents(events: readonly LogEvent[]): void;
  onLog(message: Extract<FromEngine, { type: "log" }>): void;
  /** The engine forgot all sockets; `reason` is fit for their close frames. */
  onDeath(reason: string): void;
  /** The engine died too often and is not started again; the process should end. */
  onFailed(error: Error): void;
}

export interface EngineHostOptions {
  readonly engine: Omit<EngineOptions, "running" | "poisoned">;
  readonly events: EngineEvents;
  /** Module of the engine thread; the one of this package by default. */
  readonly workerUrl?: URL;
  /** Pause before the n-th start after n deaths in a row, in milliseconds. */
  readonly restartDelayMs?: (deathsInRow: number) => number;
}

export const DEATHS_IN_ROW_MAX = 5;
export const POISONED_MS = 60_000;
/** An engine that lived this long after "ready" counts as healthy: its death is the first of a row. */
const HEALTHY_MS = 60_000;
/** What an engine gets to finish what it began. */
export const SHUTDOWN_MS_MAX = 4_000;

type State =
  | { readonly type: "idle" }
  | { readonly type: "running"; readonly thread: EngineThread }
  | { readonly type: "waiting"; readonly timer: NodeJS.Timeout }
  | { readonly type: "paused" }
  | { readonly type: "failed" }
  | { readonly type: "stopped" };

export class EngineHost {
  #state: State = { type: "idle" };
  #deathsInRow = 0;
  #poisoned: readonly PoisonedExecution[] = [];
  readonly #workerUrl: URL;
  readonly #restartDelayMs: (deathsInRow: number) => number;

  constructor(private readonly options: EngineHostOptions) {
    this.#workerUrl = options.workerUrl ?? new URL("./engine-worker.js", import.meta.url);
    this.#restartDelayMs = options.restartDelayMs ?? restartDelayMs;
  }

  get isRunning(): boolean {
    return this.#state.type === "running";
  }

  /**
   * Resolves when the engine can answer; rejects with the engine's own error when its first start fails. The thread starts
   * at once, and opens its store when `mayOpen` has resolved; call `stop()` when that rejects.
   */
  start(mayOpen: Promise<unknown> = Promise.resolve()): Promise<void> {
    if (this.#state.type !== "idle") throw new Error("start() was called twice.");
    return new Promise((resolve, reject) => {
      const thread = this.#startThread((death) => {
        this.#state = { type: "stopped" };
        reject(new Error(death.cause));
      });
      mayOpen.then(() => thread.allowOpening(), reject);
      void thread.ready.then(resolve);
    });
  }

  /** Messages to an engine that is not there are dropped: its sockets are closed already. */
  post(message: ToEngine): void {
    if (this.#state.type === "running") this.#state.thread.post(message);
  }

  /** Never rejects: the engine's death is a reply too. */
  call(call: EngineCall): Promise<EngineReply> {
    if (this.#state.type !== "running") return Promise.resolve(unavailable("The engine is starting again"));
    return this.#state.thread.call(call);
  }

  /** Lets the engine finish what it began and make it durable, for a few seconds at most, and ends its thread. */
  async stop(): Promise<void> {
    const before = this.#state;
    this.#state = { type: "stopped" };
    if (before.type === "waiting") clearTimeout(before.timer);
    if (before.type === "running") await shutDown(before.thread);
  }

  /**
   * Does `work` while no engine has the store open; then starts another, whatever became of `work`, and resolves when it can
   * answer. Until then calls are refused and sockets closed as after a death: clients come back by themselves. Rejects with
   * the error of `work`; and without doing it where the engine is not running, or did not end by itself.
   */
  async pause(reason: string, work: () => Promise<void>): Promise<void> {
    const before = this.#state;
    if (before.type !== "running") throw new Error("The engine is not running. Try again.");
    this.#state = { type: "paused" };
    this.options.events.onDeath(reason);
    try {
      if (!(await shutDown(before.thread))) throw new Error("The engine did not end in time. Try again when it has less to do.");
      await work();
    } finally {
      await this.#resume();
    }
  }

  async #resume(): Promise<void> {
    if (this.#state.type !== "paused") return; // stopped meanwhile
    const thread = this.#startThread();
    thread.allowOpening();
    await Promise.race([thread.ready, thread.exited]);
  }

  #startThread(onFirstDeath?: (death: EngineDeath) => void): EngineThread {
    const { engine, events } = this.options;
    const nowMs = Date.now();
    this.#poisoned = this.#poisoned.filter(({ untilMs }) => untilMs > nowMs);
    const thread = new EngineThread(
      this.#workerUrl,
      { ...engine, poisoned: this.#poisoned },
      {
        onMessage: (message) => dispatch(message, events),
        onBatchEnd: () => events.onBatchEnd(),
        onDeath: (death, pending) => {
          this.#answerForTheDead(death, pending);
          if (this.#state.type === "stopped" || this.#state.type === "paused") return;
          if (onFirstDeath !== undefined && death.readyForMs === null) onFirstDeath(death);
          else this.#afterDeath(death);
        },
      },
    );
    this.#state = { type: "running", thread };
    return thread;
  }

  #afterDeath(death: EngineDeath): void {
    const { events } = this.options;
    const lived = death.readyForMs !== null && death.readyForMs >= HEALTHY_MS;
    this.#deathsInRow = lived ? 1 : this.#deathsInRow + 1;
    if (death.running !== null) this.#poison(death.running, death);
    events.onLog({ type: "log", level: "error", message: `The engine died: ${death.cause}.`, fields: { running: death.running === null ? null : functionOf(death.running), deathsInRow: this.#deathsInRow } });
    if (this.#deathsInRow > DEATHS_IN_ROW_MAX) {
      this.#state = { type: "failed" };
      events.onDeath("InternalServerError: the engine died too often");
      events.onFailed(new Error(`The engine died ${this.#deathsInRow} times in a row, last because ${death.cause}. It is not started again; see the log lines before this one.`));
      return;
    }
    const timer = setTimeout(() => this.#startThread().allowOpening(), this.#restartDelayMs(this.#deathsInRow));
    this.#state = { type: "waiting", timer };
    events.onDeath("InternalServerError: the engine restarted");
  }

  #poison(name: string, death: EngineDeath): void {
    const message = `${this.#culpritMessage(name, death)} It is refused for ${POISONED_MS / 1000} seconds; change it or call it with less data.`;
    this.#poisoned = [...this.#poisoned, { name, untilMs: Date.now() + POISONED_MS, message }];
  }

  #culpritMessage(name: string, death: EngineDeath): string {
    return death.outOfMemory
      ? `${functionOf(name)} ran out of memory (limit ${this.options.engine.limits.heapMbMax} MB).`
      : `${functionOf(name)} ended the engine: ${death.cause}.`;
  }

  #answerForTheDead(death: EngineDeath, pending: readonly PendingCall[]): void {
    for (const { call, resolve } of pending) {
      if (death.running !== null && isExecutionOf(death.running, call)) {
        resolve(functionFailure(call, this.#culpritMessage(death.running, death)));
      } else {
        resolve(unavailable(`The engine stopped while this request was in progress (${death.cause}); what it wrote may or may not be there`));
      }
    }
  }
}

/** Whether it ended by itself. */
async function shutDown(thread: EngineThread): Promise<boolean> {
  const timeout = new AbortController();
  thread.shutDown();
  const hasEnded = await Promise.race([thread.exited.then(() => true), delay(SHUTDOWN_MS_MAX, timeout.signal).then(() => false)]);
  timeout.abort();
  await thread.terminate();
  return hasEnded;
}

function dispatch(message: Exclude<FromEngine, { type: "reply" | "ready" }>, events: EngineEvents): void {
  switch (message.type) {
    case "send":
      return events.onSend(message.socket, message.text);
    case "close":
      return events.onClose(message.socket, message.code, message.reason);
    case "filesDeleted":
      return events.onFilesDeleted(message.keys);
    case "logEvents":
      return events.onLogEvents(message.events);
    case "log":
      return events.onLog(message);
  }
}

/** An execution's name is its function's path, a space, and its arguments, which are no one else's to see. */
function functionOf(executionName: string): string {
  const space = executionName.indexOf(" ");
  return space === -1 ? executionName : executionName.slice(0, space);
}

function isExecutionOf(executionName: string, call: EngineCall): call is Extract<EngineCall, { kind: "runFunction" }> {
  if (call.kind !== "runFunction") return false;
  const path = parseFunctionPath(call.path);
  return path !== null && formatFunctionPath(path) === functionOf(executionName);
}

function functionFailure(call: Extract<EngineCall, { kind: "runFunction" }>, message: string): EngineReply {
  const errorMessage = `[Request ID: ${call.requestId}] Server Error\n${message}`;
  return { ok: false, failure: "function", body: JSON.stringify({ status: "error", errorMessage, logLines: [] }) };
}

function unavailable(cause: string): EngineReply {
  return { ok: false, failure: "request", status: 503, code: "InternalServerError", message: `${cause}. Try again.` };
}

/** At once after the first death; then 250 ms, doubled with each further one. */
function restartDelayMs(deathsInRow: number): number {
  return deathsInRow <= 1 ? 0 : 250 * 2 ** (deathsInRow - 2);
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}
