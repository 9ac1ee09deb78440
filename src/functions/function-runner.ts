/**
 * Runs queries and mutations one after another, each from start to end, in the sandbox of the running deployment.
 *
 *     turn of the event loop
 *     └─ drive: one evaluation in the sandbox, under the watchdog
 *        ├─ request 1: begin transaction → handler → outcome → done()   (commit happens in done)
 *        ├─ request 2: …
 *        └─ until the queues are empty or the turn's time is used up; the rest goes on in the next turn
 *
 * Two queues: requests, and re-runs of live queries, which go first and are never interleaved with mutations, so that all
 * of them see one timestamp. A barrier marks the place among the requests where re-runs are to be gathered.
 *
 * The watchdog stops whatever it finds, also code of ours. So within an evaluation only short work of ours is done, and only
 * while the limit is far away; barriers, and the outcome of a function that took long, are dealt with after it.
 *
 * Since nothing else touches the database between begin() and done(), a mutation can't conflict. A handler that loops for
 * ever is stopped by the watchdog, one that never settles is found when the sandbox has nothing left to do: both fail alone.
 */
import { DatabaseError } from "../database/errors.js";
import type { Transaction } from "../database/transaction.js";
import { writeCustomAudits } from "./custom-audit.js";
import type { Deployment, RegisteredFunction } from "./deployment.js";
import { encodeErrorData, FunctionError, type FunctionFailure } from "./errors.js";
import { Fifo } from "./fifo.js";
import { Execution, type ExecutionSurroundings, type UserIdentity } from "./execution.js";
import { ExecutionHost } from "./execution-host.js";
import { FunctionCalls, wrongKind, type CallLimits } from "./function-calls.js";
import type { FunctionCaller } from "./function-reference.js";
import { describeError } from "./sandbox/errors.js";
import type { Sandbox, SandboxHost } from "./sandbox/sandbox.js";
import type { TokenSigner } from "./sign-jwt.js";
import type { FileAccess, FileBytes } from "./stored-files.js";
import { Syscalls } from "./syscalls.js";

export interface FunctionRequest {
  readonly path: string;
  /** Component that `path` is of; "" is the app. */
  readonly componentPath: string;
  /** "any": a query or a mutation, whichever the function is. */
  readonly kind: "query" | "mutation" | "any";
  /** Clients see public functions only; the server and admins see all. */
  readonly caller: FunctionCaller;
  /** JSON text of the arguments object. */
  readonly args: string;
  readonly identity: UserIdentity | null;
  /** What `identity` was read from; none where it was not a token. */
  readonly authToken?: string | null;
  readonly journal: string | null;
  readonly requestId: string;
  /** Who is at the other end; null for runs that nobody asked for just now. */
  readonly client: { readonly ip: string | null; readonly userAgent: string | null } | null;
  /** Name of the admin key that was called with. */
  readonly adminName?: string | null;
  /** Set where the scheduler started it. */
  readonly scheduledFunctionId?: string;
  /** Asked when the request's turn comes: true where nobody wants it any more, and then it is dropped. */
  readonly isDropped?: () => boolean;
  /** Writes into a mutation's own transaction when its function has succeeded, so that both happen or neither. Must not throw. */
  readonly alongside?: (transaction: Transaction, run: FinishedRun) => void;
  /** Called when the request's turn comes. */
  readonly begin: (kind: "query" | "mutation") => Transaction;
  /** Called in the same turn, once, before anything else runs. Must not throw: an error in it is ours and ends the engine. */
  readonly done: (outcome: FunctionOutcome) => void;
}

/** What is known of a run before its transaction commits. */
export interface FinishedRun {
  readonly logLines: readonly string[];
  readonly durationMs: number;
}

interface OutcomeBase {
  readonly logLines: readonly string[];
  /** Whether another identity could have made another outcome. */
  readonly usedIdentity: boolean;
  /** What a query wrote with `log.audit`: to be kept by whoever gives its result out. */
  readonly audits: readonly string[];
  readonly journal: string | null;
  /** What was read, and for a mutation written; null where it failed before it began. */
  readonly transaction: Transaction | null;
  readonly kind: "query" | "mutation" | null;
  /** From its start to its end, without waiting for its turn. */
  readonly durationMs: number;
}

export type FunctionOutcome =
  | (OutcomeBase & { readonly ok: true; /** Result as JSON text. */ readonly value: string; readonly transaction: Transaction; readonly kind: "query" | "mutation" })
  | (OutcomeBase & { readonly ok: false; readonly failure: FunctionFailure; /** It did not end by itself. */ readonly isStopped: boolean });

export interface RunnerLimits extends CallLimits {
  readonly functionMsMax: number;
}

export interface RunnerOptions {
  readonly instanceName: string;
  readonly limits: RunnerLimits;
  readonly nowMs: () => number;
  readonly files: FileAccess;
  /** See {@link FileBytes}. */
  readonly fileBytes: FileBytes | null;
  readonly tokens: TokenSigner;
  /** A fresh number below 2³² for each execution. */
  readonly randomSeed: () => number;
  /** Refuses an execution that killed an earlier engine; null runs it. */
  readonly refuse: (path: string, args: string) => string | null;
  /** What runs now, for whoever watches the thread from outside; null when nothing does. */
  readonly onRunning: (running: { readonly path: string; readonly args: string } | null) => void;
}

interface Barrier {
  readonly reached: () => void;
}

const NO_AUDITS: readonly string[] = [];

/** How long into an evaluation the outcomes of functions are still dealt with inside it. */
const SAFE_MS = 100;

/** How long one turn takes requests from the queue before the event loop gets its chance. */
const TURN_MS = 5;

interface Running {
  readonly request: FunctionRequest;
  readonly execution: Execution;
  readonly transaction: Transaction;
  readonly kind: "query" | "mutation";
  readonly startMs: number;
}

export class FunctionRunner {
  readonly #options: RunnerOptions;
  readonly #surroundings: ExecutionSurroundings;
  #deployment: Deployment | null = null;
  readonly #requests = new Fifo<FunctionRequest | Barrier>();
  readonly #reruns = new Fifo<FunctionRequest>();
  #running: Running | null = null;
  /** Taken from the queue, its function not called yet: its module may be loading. */
  #starting: FunctionRequest | null = null;
  #host: SandboxHost | null = null;
  #isScheduled = false;
  #turnEndMs = 0;
  #driveStartMs = 0;
  /** Work of ours that must come before any further request, and outside of the sandbox. */
  readonly #next = new Fifo<() => void>();
  /** True while code of ours runs within an evaluation: the watchdog must not stop that. */
  #isInEngine = false;
  /** An error in our own code: thrown where it ends the engine, once the sandbox has been left. */
  #bug: Error | null = null;
  #executions = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
    const { instanceName, files, fileBytes, tokens } = options;
    this.#surroundings = { deploymentMetadata: { name: instanceName, region: null, class: "s16" }, files, fileBytes, tokens };
  }

  get deployment(): Deployment | null {
    return this.#deployment;
  }

  get executions(): number {
    return this.#executions;
  }

  /** Requests that have not begun. */
  get waiting(): number {
    return this.#requests.length;
  }

  /** What a Deployment needs to know who is running in its sandbox. */
  readonly currentHost = (): SandboxHost | null => this.#host;

  /** Takes effect for every request that has not begun. Never call it from done(). */
  use(deployment: Deployment | null): void {
    this.#deployment = deployment;
  }

  enqueue(request: FunctionRequest): void {
    this.#requests.push(request);
    this.#schedule();
  }

  /** Runs before every request that has not begun. */
  enqueueRerun(request: FunctionRequest): void {
    this.#reruns.push(request);
    this.#schedule();
  }

  /** Calls `reached` when all requests enqueued so far are done. */
  barrier(reached: () => void): void {
    this.#requests.push({ reached });
    this.#schedule();
  }

  /** Calls `action` before any request that has not begun, outside of the sandbox. */
  runNext(action: () => void): void {
    this.#next.push(action);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#turnEndMs = performance.now() + TURN_MS;
    // Work of ours is never left for the next turn: a transaction that it has to commit would not survive it.
    while (this.#next.length > 0 || (this.#hasQueued() && performance.now() < this.#turnEndMs)) this.#step();
    if (this.#hasQueued()) this.#schedule();
  }

  #hasQueued(): boolean {
    return this.#next.length > 0 || this.#reruns.length > 0 || this.#requests.length > 0;
  }

  #step(): void {
    const action = this.#next.shift();
    if (action !== undefined) action();
    else if (this.#deployment === null) this.#startNext();
    else this.#drive(this.#deployment.sandbox);
    if (this.#bug !== null) throw this.#bug;
  }

  #drive(sandbox: Sandbox): void {
    this.#driveStartMs = performance.now();
    const result = sandbox.drive(() => this.#startNext(), this.#options.limits.functionMsMax + TURN_MS);
    if (this.#bug !== null) return;
    if (result === "timedOut" && this.#isInEngine) throw new Error("Rivulet bug: the watchdog stopped the engine itself");
    const { functionMsMax } = this.#options.limits;
    if (this.#starting !== null) {
      this.#refuse(this.#starting, new FunctionError(`Function execution timed out before it began (maximum duration: ${functionMsMax / 1000}s): loading its module takes too long. Do less outside of functions.`));
      return;
    }
    const stopped = this.#running;
    if (stopped === null) return;
    const reason =
      result === "timedOut"
        ? `Function execution timed out (maximum duration: ${functionMsMax / 1000}s)`
        : "The function never finished: it awaits a promise that nothing will settle. In queries and mutations only database calls can be awaited.";
    this.#finish(stopped, { ok: false, failure: { message: reason, data: null }, isStopped: true });
  }

  /** Starts requests until one has to wait for the sandbox, work of ours is due, or the turn is over. */
  #startNext(): void {
    while (this.#running === null && this.#next.length === 0 && this.#hasQueued() && performance.now() < this.#turnEndMs && this.#bug === null) {
      const next = (this.#reruns.shift() ?? this.#requests.shift())!;
      if ("reached" in next) this.#next.push(next.reached);
      else if (next.isDropped === undefined || !this.#isDropped(next.isDropped)) this.#start(next);
    }
  }

  #isDropped(ask: () => boolean): boolean {
    let dropped = false;
    this.#inEngine(() => {
      dropped = ask();
    });
    return dropped;
  }

  #start(request: FunctionRequest): void {
    this.#executions++;
    this.#options.onRunning(request);
    this.#starting = request;
    let running: Running;
    let called: RegisteredFunction;
    try {
      const deployment = this.#admit(request);
      called = this.#functionFor(deployment, request);
      running = this.#begin(deployment, called.kind === "query" ? "query" : "mutation", request);
    } catch (error) {
      this.#refuse(request, error);
      return;
    }
    this.#starting = null;
    this.#running = running;
    const { execution, transaction } = running;
    const calls = new FunctionCalls(execution, this.#deployment!, this.#options.limits);
    this.#host = new ExecutionHost(execution, new Syscalls(execution, calls));
    const frame = execution.newFrame(called, transaction, null);
    calls.invoke(
      frame,
      request.args,
      (value) => this.#settled(running, { ok: true, value }),
      (error) => this.#settled(running, { ok: false, failure: this.#describe(error), isStopped: false }),
    );
  }

  #admit(request: FunctionRequest): Deployment {
    const refusal = this.#options.refuse(request.path, request.args);
    if (refusal !== null) throw new FunctionError(refusal);
    if (this.#deployment === null) throw new FunctionError(`Could not find public function for '${request.path}'. Did you forget to run \`npx convex dev\` or \`npx convex deploy\`?`);
    return this.#deployment;
  }

  #functionFor(deployment: Deployment, request: FunctionRequest): RegisteredFunction {
    const found = deployment.function(request);
    const isExpected = request.kind === "any" ? found.kind === "query" || found.kind === "mutation" : found.kind === request.kind;
    if (!isExpected) throw wrongKind(found, request.kind === "any" ? "query" : request.kind);
    return found;
  }

  #begin(deployment: Deployment, kind: "query" | "mutation", request: FunctionRequest): Running {
    const execution = new Execution({
      sandbox: deployment.sandbox,
      surroundings: this.#surroundings,
      caller: request,
      // As `Date.now()` elsewhere: whole milliseconds.
      nowMs: Math.floor(this.#options.nowMs()),
      seed: this.#options.randomSeed(),
      environmentVariables: deployment.environmentVariables,
    });
    return { request, execution, transaction: request.begin(kind), kind, startMs: performance.now() };
  }

  /** From the sandbox's microtasks: the outcome, then the next request in the same evaluation. */
  #settled(running: Running, result: Result): void {
    if (this.#running !== running) return; // stopped by the watchdog before
    if (performance.now() > this.#driveStartMs + SAFE_MS) {
      this.#running = null;
      this.#next.push(() => this.#finish(running, result));
      return;
    }
    this.#finish(running, result);
    this.#startNext();
  }

  #finish({ request, execution, transaction, kind, startMs }: Running, result: Result): void {
    this.#running = null;
    this.#host = null;
    const durationMs = performance.now() - startMs;
    const logLines = execution.logs.lines();
    if (result.ok && request.alongside !== undefined) this.#keepBooks(transaction, { logLines, durationMs }, request.alongside);
    const audits = result.ok ? execution.audits : NO_AUDITS;
    if (audits.length > 0 && transaction.writable) this.#keepBooks(transaction, { logLines, durationMs }, (books) => writeCustomAudits(books, audits));
    transaction.finish();
    const { usedIdentity } = execution;
    const journal = execution.journal.serialize();
    // Written out: spreading costs more than everything else here.
    if (result.ok) this.#deliver(request, { ok: true, value: result.value, kind, usedIdentity, audits: transaction.writable ? NO_AUDITS : audits, transaction, durationMs, logLines, journal });
    else this.#deliver(request, { ok: false, failure: result.failure, isStopped: result.isStopped, kind, usedIdentity, audits, transaction, durationMs, logLines, journal });
  }

  #keepBooks(transaction: Transaction, run: FinishedRun, write: (transaction: Transaction, run: FinishedRun) => void): void {
    this.#inEngine(() => {
      const books = transaction.child({ writable: true, uncounted: true });
      write(books, run);
      transaction.absorb(books);
    });
  }

  #refuse(request: FunctionRequest, error: unknown): void {
    this.#starting = null;
    const failure = this.#describe(error);
    this.#deliver(request, { ok: false, failure, isStopped: false, kind: null, usedIdentity: false, audits: NO_AUDITS, transaction: null, durationMs: 0, logLines: [], journal: request.journal });
  }

  #deliver(request: FunctionRequest, outcome: FunctionOutcome): void {
    this.#options.onRunning(null);
    this.#inEngine(() => request.done(outcome));
  }

  #inEngine(action: () => void): void {
    this.#isInEngine = true;
    try {
      action();
    } catch (error) {
      this.#bug ??= error instanceof Error ? error : new Error(String(error));
    }
    this.#isInEngine = false;
  }

  #describe(error: unknown): FunctionFailure {
    if (isOurs(error)) return { message: error.message, data: null };
    if (this.#deployment === null) throw error;
    const { message, data } = describeError(error, this.#deployment.sandbox);
    return { message, data: encodeErrorData(data) };
  }
}

/** User code can throw anything, also what throws when it is looked at. */
function isOurs(error: unknown): error is FunctionError | DatabaseError {
  try {
    return error instanceof FunctionError || error instanceof DatabaseError;
  } catch {
    return false;
  }
}

type Result = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly failure: FunctionFailure; readonly isStopped: boolean };
