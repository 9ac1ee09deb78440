/**
 * The executors of one runtime: each runs one action at a time, so that one that dies takes no other with it.
 *
 *     run ─▶ waiting ─▶ an idle executor, or a new one ─▶ running ─▶ done ─▶ idle ─▶ ended after a while
 *                                                           └─ time is over, or it died: failed ─▶ ended
 *
 * At most `runsMax` actions run at once; the others wait in their order. An action that waits for one that it called itself
 * holds its place, so each depth of calls has places of its own: no two actions can wait for each other's.
 *
 * New code ends idle executors at once and the others when their action is done, which keeps the code that it began with.
 */
import { FunctionError } from "../../functions/errors.js";
import { Fifo } from "../../functions/fifo.js";
import type { ActionOutcome, ExecutorJob, FromExecutor, SyscallReply } from "../../functions/actions/executor-messages.js";
import type { Executor, ExecutorEvents } from "./executor.js";

export interface PoolOptions<Code> {
  readonly start: (events: ExecutorEvents) => Executor<Code>;
  /** Actions at once, for each depth of calls. */
  readonly runsMax: number;
  readonly actionMsMax: number;
  /** An executor that had nothing to do for so long is ended, and its memory given back. */
  readonly idleMs: number;
}

export interface Run {
  readonly job: ExecutorJob;
  /** Goes with an HTTP action; a MessagePort. */
  readonly port: unknown;
  /** 0 for what was called from outside, one more for each action that called another. */
  readonly depth: number;
  /** Asked when its turn comes: true where nobody wants it any more. Then nothing of it is heard again. */
  readonly isDropped?: () => boolean;
  /** When its turn has come, the other end of its port is gone. Nothing runs, and nothing else of it is heard. */
  readonly onGone?: () => void;
  /** Its turn has come. */
  readonly onStart: () => void;
  readonly onLog: (lines: readonly string[]) => void;
  /** So many lines more were printed. */
  readonly onWithheld: (lines: number) => void;
  readonly onSyscall: (op: string, args: string, reply: (reply: SyscallReply) => void) => void;
  /** Once, and last. */
  readonly onDone: (outcome: ActionOutcome) => void;
}

/** Waiting for a place; more is refused. */
const WAITING_MAX = 10_000;

interface Worker<Code> {
  readonly executor: Executor<Code>;
  readonly code: Code;
  running: Run | null;
  timer: NodeJS.Timeout | null;
}

export class ExecutorPool<Code> {
  readonly #options: PoolOptions<Code>;
  readonly #waiting: Fifo<Run>[] = [];
  readonly #runningByDepth: number[] = [];
  readonly #workers = new Set<Worker<Code>>();
  /** The one that worked last comes first. */
  readonly #idle: Worker<Code>[] = [];
  #code: Code | null = null;
  #isClosed = false;

  constructor(options: PoolOptions<Code>) {
    this.#options = options;
  }

  get executors(): number {
    return this.#workers.size;
  }

  get running(): number {
    return this.#runningByDepth.reduce((total, count) => total + count, 0);
  }

  get waiting(): number {
    return this.#waiting.reduce((total, runs) => total + runs.length, 0);
  }

  /** Takes effect for every action that has not begun. */
  use(code: Code | null): void {
    this.#code = code;
    for (const worker of this.#idle.splice(0)) this.#end(worker);
  }

  /** Throws {@link FunctionError} where too many wait already. */
  run(run: Run): void {
    if (this.waiting >= WAITING_MAX) throw new FunctionError(`Too many actions are waiting to run (limit: ${WAITING_MAX}). Try again later, start fewer at once, or raise --actions-max.`);
    (this.#waiting[run.depth] ??= new Fifo()).push(run);
    this.#startWaiting(run.depth);
  }

  /** Ends all executors; what was running fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#workers].map(async (worker) => {
      this.#finish(worker, failed("The server was shut down while the action was running."));
      await worker.executor.end();
    }));
  }

  #startWaiting(depth: number): void {
    const waiting = this.#waiting[depth];
    while (waiting !== undefined && waiting.length > 0 && (this.#runningByDepth[depth] ?? 0) < this.#options.runsMax) this.#start(waiting.shift()!);
  }

  #start(run: Run): void {
    if (run.isDropped?.() === true) return;
    if (this.#code === null || this.#isClosed) {
      run.onDone(failed("The code of this runtime is still being installed on the server: try again in a moment. If this stays, its log says why."));
      return;
    }
    const worker = this.#idle.pop() ?? this.#newWorker(this.#code);
    if (!worker.executor.post({ type: "run", job: run.job, port: run.port })) {
      this.#rest(worker);
      run.onGone?.();
      return;
    }
    if (worker.timer !== null) clearTimeout(worker.timer);
    this.#runningByDepth[run.depth] = (this.#runningByDepth[run.depth] ?? 0) + 1;
    worker.running = run;
    worker.timer = setTimeout(() => this.#timeOut(worker), this.#options.actionMsMax);
    run.onStart();
  }

  #newWorker(code: Code): Worker<Code> {
    const executor = this.#options.start({
      onMessage: (message) => this.#receive(worker, message),
      onExit: (cause) => this.#died(worker, cause),
    });
    const worker: Worker<Code> = { executor, code, running: null, timer: null };
    this.#workers.add(worker);
    executor.post({ type: "code", code });
    return worker;
  }

  #receive(worker: Worker<Code>, message: FromExecutor): void {
    const run = worker.running;
    switch (message.type) {
      case "ready":
        break;
      case "log":
        run?.onLog(message.lines);
        break;
      case "withheld":
        run?.onWithheld(message.lines);
        break;
      case "syscall":
        run?.onSyscall(message.op, message.args, (reply) => {
          if (worker.running === run) worker.executor.post({ type: "syscallReply", id: message.id, reply });
        });
        break;
      case "done":
        if (message.isSpent || worker.code !== this.#code) this.#end(worker);
        else this.#rest(worker);
        this.#finish(worker, message.outcome);
        break;
      default:
        message satisfies never;
    }
  }

  #rest(worker: Worker<Code>): void {
    if (worker.timer !== null) clearTimeout(worker.timer);
    this.#idle.push(worker);
    worker.timer = setTimeout(() => {
      this.#idle.splice(this.#idle.indexOf(worker), 1);
      this.#end(worker);
    }, this.#options.idleMs).unref();
  }

  #timeOut(worker: Worker<Code>): void {
    this.#end(worker);
    this.#finish(worker, failed(`Action execution timed out (maximum duration: ${this.#options.actionMsMax / 1000}s). What it had done until then stays done.`));
  }

  #died(worker: Worker<Code>, cause: string): void {
    const index = this.#idle.indexOf(worker);
    if (index !== -1) this.#idle.splice(index, 1);
    if (worker.timer !== null) clearTimeout(worker.timer);
    this.#workers.delete(worker);
    this.#finish(worker, failed(`The action failed: ${cause}. What it had done until then stays done.`));
  }

  #end(worker: Worker<Code>): void {
    if (worker.timer !== null) clearTimeout(worker.timer);
    this.#workers.delete(worker);
    void worker.executor.end();
  }

  /** Tells the outcome, unless it was told before, and gives the place to the next. */
  #finish(worker: Worker<Code>, outcome: ActionOutcome): void {
    const run = worker.running;
    if (run === null) return;
    worker.running = null;
    this.#runningByDepth[run.depth]!--;
    run.onDone(outcome);
    this.#startWaiting(run.depth);
  }
}

function failed(message: string): ActionOutcome {
  return { ok: false, failure: { message, data: null } };
}
