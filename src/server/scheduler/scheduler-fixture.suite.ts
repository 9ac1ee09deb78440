/** For the tests of this folder: a scheduler on a real database in memory, a clock that tests turn, and functions that run when a test says so. */
import { vi } from "vitest";
import { Database } from "../../database/database.js";
import type { Transaction } from "../../database/transaction.js";
import { DeployedFunctions } from "../../functions/deployed-functions.js";
import type { AnalyzedFunction, UdfType } from "../../functions/sandbox/analyze.js";
import { cancelJob, readJob, scheduleJob, type Job, type NewJob } from "../../functions/scheduled-jobs.js";
import { MemoryStore } from "../../storage/memory.js";
import { Durability } from "../engine/durability.js";
import type { CallResult, FunctionCallRequest } from "../engine/functions-service.js";
import { Scheduler } from "./scheduler.js";

const TURNS = 5;

interface WaitingCall {
  readonly request: FunctionCallRequest;
  readonly done: (result: CallResult) => void;
}

/** What runs functions, as far as the scheduler sees it. */
class WaitingFunctions {
  readonly calls: WaitingCall[] = [];

  constructor(
    private readonly database: () => Database,
    readonly whenDurable: (ts: number) => Promise<void>,
  ) {}

  call(request: FunctionCallRequest, done: (result: CallResult) => void): void {
    this.calls.push({ request, done });
  }

  /** The first call's turn has come. `failure`: it throws; else it succeeds. Returns the job's first argument, null for one that was dropped. */
  runNext(failure: string | null = null): unknown {
    const next = this.begin();
    if (next === null) return null;
    next.end(failure);
    return next.note;
  }

  /** The same in two steps: an action takes its time. */
  begin(): { readonly note: unknown; readonly end: (failure?: string | null) => void } | null {
    const { request, done } = this.calls.shift()!;
    if (request.isDropped?.() === true) return null;
    const note = (JSON.parse(request.args) as { note?: unknown }).note;
    return { note, end: (failure = null) => this.#end(request, done, failure) };
  }

  #end(request: FunctionCallRequest, done: WaitingCall["done"], failure: string | null): void {
    if (failure !== null) {
      done({ ok: false, failure: { message: failure, data: null }, logLines: [] });
      return;
    }
    const transaction = this.database().begin("mutation");
    request.alongside?.(transaction, { logLines: [], durationMs: 0 });
    done({ ok: true, value: "null", logLines: [], ts: this.database().commit(transaction) });
  }
}

export class SchedulerFixture {
  readonly store = new MemoryStore();
  readonly database: Database;
  readonly functions: WaitingFunctions;
  readonly scheduler: Scheduler;
  #functionKinds: Readonly<Record<string, UdfType>> = { mutate: "Mutation", act: "Action" };

  /** Clock and timers must be vitest's, but not the event loop's turns. */
  constructor(actionsMax = 4) {
    const nowMs = (): number => Date.now();
    const durability = new Durability(0);
    this.database = new Database({
      store: this.store,
      nowMs,
      onCommit: (commit) => this.scheduler.onCommit(commit),
      onDurable: (ts) => durability.advance(ts),
      onRollback: (_ts, _keys, error) => {
        durability.rolledBack(error);
        this.scheduler.rolledBack();
      },
    });
    this.functions = new WaitingFunctions(() => this.database, (ts) => durability.whenDurable(ts));
    this.scheduler = new Scheduler({ database: this.database, functions: this.functions, deployed: () => deployed(this.#functionKinds), actionsMax, nowMs });
  }

  /** What a push left of the functions of jobs.js. */
  deploy(kinds: Readonly<Record<string, UdfType>>): void {
    this.#functionKinds = kinds;
  }

  /** In so many milliseconds from now; `note` tells jobs apart. */
  schedule(delayMs: number, note: unknown, job: Partial<NewJob> & { readonly namespace?: string } = {}): string {
    const { namespace = "", ...rest } = job;
    const nowMs = Date.now();
    return this.commit((transaction) =>
      scheduleJob(transaction, namespace, { componentPath: "", name: "jobs.js:mutate", kind: "mutation", argsText: JSON.stringify({ note }), scheduledTimeMs: nowMs + delayMs, nowMs, parentId: null, ...rest }),
    );
  }

  cancel(id: string): void {
    this.commit((transaction) => cancelJob(transaction, "", id, Date.now()));
  }

  job(id: string): Job | null {
    return readJob(this.database.begin("query"), id);
  }

  documents(tableName: string): number {
    const table = this.database.catalog.table("", tableName);
    return table === undefined ? 0 : [...this.database.reader.entries({ start: table.documentPrefix, end: `${table.documentPrefix}\xff` })].length;
  }

  commit<T>(write: (transaction: Transaction) => T): T {
    const transaction = this.database.begin("mutation");
    const result = write(transaction);
    this.database.commit(transaction);
    return result;
  }

  /** Lets everything happen that does not need the clock, or that comes within `ms`. */
  async pass(ms = 0): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
    // What a timer at the very end has begun goes on in further turns.
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Everything that is called, and by and by will be, in its order. */
  async runAll(): Promise<unknown[]> {
    const notes: unknown[] = [];
    for (await this.pass(); this.functions.calls.length > 0; await this.pass()) notes.push(this.functions.runNext());
    return notes;
  }
}

function deployed(kinds: Readonly<Record<string, UdfType>>): DeployedFunctions {
  const functions = Object.entries(kinds).map(([name, udfType]): AnalyzedFunction => ({ name, udfType, visibility: "internal", args: '{"type":"any"}', returns: "null", pos: null }));
  return new DeployedFunctions(new Map([["jobs.js", { environment: "isolate", analysis: { path: "jobs.js", functions, routes: null, crons: null } }]]), new Map());
}
