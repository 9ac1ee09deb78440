/**
 * Runs functions for everybody who asks from outside the sandbox: clients' mutations, HTTP calls, live queries. Puts
 * database, runner and log together; knows nothing of sockets.
 */
import type { CommitCandidate, Database } from "../../database/database.js";
import { DatabaseError } from "../../database/errors.js";
import { ReadSet } from "../../database/read-set.js";
import type { Transaction } from "../../database/transaction.js";
import type { SessionRequest } from "../../database/commit-log.js";
import { APP_COMPONENT_PATH } from "../../functions/component-path.js";
import { functionKey } from "../../functions/deployed-functions.js";
import type { FunctionFailure } from "../../functions/errors.js";
import type { FunctionCaller } from "../../functions/function-reference.js";
import type { FinishedRun, FunctionOutcome, FunctionRunner } from "../../functions/function-runner.js";
import type { QueryRun, QuerySpec } from "../../live/live-query.js";
import type { Principal } from "../../live/session.js";
import { resolveCommitTimestamp } from "../../values/commit-timestamp.js";
import { ValueError, encodeValue, parseValue } from "../../values/value.js";
import { newRequestId } from "../request-id.js";
import { SYSTEM_QUERIES } from "../system-functions/system-queries.js";
import type { QueryAudits } from "../audit/query-audits.js";
import type { ClientInfo } from "../engine-messages.js";
import type { Durability } from "./durability.js";
import type { FunctionLog } from "../function-log/function-log.js";
import type { LoggedUsage } from "../function-log/log-record.js";
import type { LaneResult } from "./lane-messages.js";
import type { ActionService } from "../actions/action-service.js";
import { LaneCandidate, type OptimisticLane } from "./optimistic-lane.js";

export interface FunctionCallRequest {
  readonly kind: "query" | "mutation" | "action" | "any";
  readonly path: string;
  readonly componentPath: string;
  /** JSON text of the arguments object. */
  readonly args: string;
  readonly principal: Principal;
  readonly requestId: string;
  /** Null where nobody outside is waiting. */
  readonly client: ClientInfo | null;
  /** Clients see public functions only; the server's own parts and admins see all. */
  readonly caller: FunctionCaller;
  /** Who asks, for the function log. */
  readonly source: CallSource;
  /** Read at this timestamp instead of the newest; queries only. */
  readonly atTs: number | null;
  /** Set for mutations that must happen once however often they are sent. */
  readonly once: Once | null;
  /** Set where an action calls. */
  readonly parentExecutionId?: string;
  /** Set where the scheduler calls. */
  readonly scheduledFunctionId?: string;
  /** Asked when the call's turn comes: true where nobody wants it any more. Then nothing runs, and `done` is not called. */
  readonly isDropped?: () => boolean;
  /** Writes into a mutation's own transaction just before it commits, so that both happen or neither. Must not throw. */
  readonly alongside?: (transaction: Transaction, run: FinishedRun) => void;
}

/** Names as they stand in the public log stream. */
export type CallSource = "HttpApi" | "SyncWorker" | "Scheduler" | "Cron" | "Action" | "HttpEndpoint";

export interface Once {
  readonly request: SessionRequest;
  /** What to store with the commit, to be sent again. */
  readonly answer: (value: string, logLines: readonly string[]) => string;
  /** Whether it was answered by an earlier run; then nothing runs. */
  readonly isAnswered: () => boolean;
  /** False where nobody can have sent it before. */
  readonly mayBeRepeated: boolean;
}

/** Failures are as the function left them: see {@link FunctionsService.shown} for what clients get. */
export type CallResult =
  | { readonly ok: true; readonly value: string; readonly logLines: readonly string[]; /** The result shows the state up to here. */ readonly ts: number }
  | { readonly ok: false; readonly failure: FunctionFailure; readonly logLines: readonly string[] };

export interface FunctionsServiceOptions {
  readonly database: Database;
  readonly runner: FunctionRunner;
  readonly log: FunctionLog;
  readonly lane: OptimisticLane;
  readonly actions: ActionService;
  readonly durability: Durability;
  readonly audits: QueryAudits;
  readonly redactErrors: boolean;
}

type LoggedCall = Pick<FunctionCallRequest, "path" | "componentPath" | "parentExecutionId" | "source" | "principal" | "requestId">;
type LoggedRun = Pick<FunctionOutcome, "kind" | "logLines" | "durationMs">;
type LoggedResult = { readonly ok: true } | { readonly ok: false; readonly failure: FunctionFailure };

const SYSTEM_PREFIX = "_system/";
const NOT_ONCE = {};

export class FunctionsService {
  readonly #database: Database;
  readonly #runner: FunctionRunner;
  readonly #log: FunctionLog;
  readonly #lane: OptimisticLane;
  readonly #actions: ActionService;
  readonly #durability: Durability;
  readonly #audits: QueryAudits;
  readonly #redactErrors: boolean;

  constructor(options: FunctionsServiceOptions) {
    this.#database = options.database;
    this.#runner = options.runner;
    this.#log = options.log;
    this.#lane = options.lane;
    this.#actions = options.actions;
    this.#durability = options.durability;
    this.#audits = options.audits;
    this.#redactErrors = options.redactErrors;
  }

  /** `done` is called in the turn in which the call ran; a mutation has committed then, not yet durably. */
  call(request: FunctionCallRequest, done: (result: CallResult) => void): void {
    const refusal = refuseComponent(request);
    if (refusal !== null) {
      done({ ok: false, failure: { message: refusal, data: null }, logLines: [] });
      return;
    }
    if (request.path.startsWith(SYSTEM_PREFIX)) {
      done(toResult(this.#runSystemQuery(request)));
      return;
    }
    if (this.#isAction(request)) this.#actions.run({ ...request, depth: 0 }, (result) => done(result.ok ? { ...result, ts: this.#database.lastTs } : result));
    else if (request.alongside === undefined && this.isSlow(request)) this.#callInLane(request, done);
    else this.#callInTurn(request, request.once?.mayBeRepeated === true, done);
  }

  /** For the server's own parts: what a result shows may be acted on then. Rejects where the disk refused it. */
  whenDurable(ts: number): Promise<void> {
    return this.#durability.whenDurable(ts);
  }

  /** What a client is told: with the request's id, and with nothing of the app's insides where errors are redacted. */
  shown(requestId: string, result: CallResult): CallResult {
    const logLines = this.#printed(result.logLines);
    if (result.ok) return logLines === result.logLines ? result : { ...result, logLines };
    return { ok: false, failure: this.shownFailure(requestId, result.failure), logLines };
  }

  /** See {@link shown}. */
  shownFailure(requestId: string, { message, data }: FunctionFailure): FunctionFailure {
    const header = `[Request ID: ${requestId}] Server Error`;
    return { message: this.#redactErrors ? header : `${header}\n${message}`, data };
  }

  /** Whether a call leaves the order of calls: it runs beside others and may end after them. */
  isSlow({ kind, componentPath, path }: Pick<FunctionCallRequest, "kind" | "componentPath" | "path">): boolean {
    // Only mutations are measured, so a slow function of kind "any" is one.
    return (kind === "mutation" || kind === "any") && this.#lane.isSlow(functionKey(componentPath, path));
  }

  /** Actions leave the order of calls too; a function that is not there is no action, and refused in its turn. */
  #isAction({ kind, componentPath, path }: FunctionCallRequest): boolean {
    return kind === "action" || (kind === "any" && this.#runner.deployment?.deployed.find(componentPath, path)?.kind === "action");
  }

  #callInTurn(request: FunctionCallRequest, mayBeAnswered: boolean, done: (result: CallResult) => void): void {
    const { alongside, scheduledFunctionId } = request;
    const isDropped = request.isDropped ?? (mayBeAnswered ? request.once?.isAnswered : undefined);
    this.#runner.enqueue({
      path: request.path,
      componentPath: request.componentPath,
      kind: request.kind as "query" | "mutation" | "any",
      caller: request.caller,
      args: request.args,
      identity: request.principal.identity,
      authToken: request.principal.authToken ?? null,
      journal: null,
      requestId: request.requestId,
      client: request.client,
      adminName: request.principal.adminName ?? null,
      ...(isDropped === undefined ? {} : { isDropped }),
      ...(alongside === undefined ? {} : { alongside }),
      ...(scheduledFunctionId === undefined ? {} : { scheduledFunctionId }),
      begin: (kind) => (request.atTs === null || kind === "mutation" ? this.#database.begin(kind) : this.#database.beginAt(request.atTs)),
      done: (outcome) => {
        const result = this.#complete(request, outcome);
        this.#audits.keep(outcome.audits);
        if (outcome.kind === "mutation") this.#lane.measured(functionKey(request.componentPath, request.path), outcome.durationMs);
        this.#logExecution(request, outcome, outcome.transaction?.usage, result);
        done(result);
      },
    });
  }

  #callInLane(request: FunctionCallRequest, done: (result: CallResult) => void): void {
    const { path, componentPath, args, caller, principal, requestId, client, once, scheduledFunctionId } = request;
    const job = { path, componentPath, args, caller, identity: principal.identity, authToken: principal.authToken ?? null, requestId, client, adminName: principal.adminName ?? null, ...(scheduledFunctionId === undefined ? {} : { scheduledFunctionId }) };
    const complete = (result: LaneResult): void => {
      // Between the run and now the same request may have come again and been answered.
      if (once?.isAnswered() === true) return;
      const completed = this.#completeLane(request, result);
      if (completed === null || result.type === "declined") {
        this.#callInTurn(request, true, done);
        return;
      }
      this.#logExecution(request, { kind: "mutation", logLines: result.logLines, durationMs: result.durationMs }, result.type === "ran" ? result.usage : undefined, completed);
      done(completed);
    };
    // What was called before it happens before it.
    this.#runner.barrier(() => this.#lane.run(job, complete));
  }

  /** Null where the serial lane must run it again. */
  #completeLane(request: FunctionCallRequest, result: LaneResult): CallResult | null {
    if (result.type === "declined") return null;
    const { logLines } = result;
    if (result.type === "failed") {
      // What failed on an older state may well succeed on the newest.
      if (result.ts !== null && result.ts !== this.#database.lastTs) return null;
      return { ok: false, failure: result.failure, logLines };
    }
    this.#lane.measured(functionKey(request.componentPath, request.path), result.durationMs);
    try {
      return { ok: true, logLines, ...this.#commit(new LaneCandidate(result, this.#database.catalog), request, result.value, logLines) };
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === "conflict") return null;
      throw error;
    }
  }

  /** Commits, and tells at what timestamp and what was returned, where that one may stand as well. */
  #commit(candidate: CommitCandidate, { once }: FunctionCallRequest, value: string, logLines: readonly string[]): { ts: number; value: string } {
    const answer = (ts: number): string => once!.answer(resolveCommitTimestamp(value, ts), this.#printed(logLines));
    const ts = this.#database.commit(candidate, once === null ? NOT_ONCE : { request: once.request, answer });
    return { ts, value: resolveCommitTimestamp(value, ts) };
  }

  /** A run of a live query: at the newest state, before requests that have not begun. */
  runLive(spec: QuerySpec, journal: string | null, done: (run: QueryRun) => void): void {
    const requestId = newRequestId();
    const principal = { identity: spec.identity, isAdmin: spec.caller === "server" };
    const refusal = refuseComponent(spec);
    if (refusal !== null) {
      done({ result: { ok: false, failure: this.shownFailure(requestId, { message: refusal, data: null }), logLines: [], journal: null }, usedIdentity: false, readSet: new ReadSet() });
      return;
    }
    if (spec.path.startsWith(SYSTEM_PREFIX)) {
      done(this.#toRun(requestId, this.#runSystemQuery({ ...spec, principal })));
      return;
    }
    this.#runner.enqueueRerun({
      path: spec.path,
      componentPath: spec.componentPath,
      kind: "query",
      caller: spec.caller,
      args: spec.args,
      identity: spec.identity,
      journal,
      requestId,
      client: null,
      begin: (kind) => this.#database.begin(kind),
      done: (outcome) => {
        this.#logExecution({ path: spec.path, componentPath: spec.componentPath, principal, requestId, source: "SyncWorker" }, outcome, outcome.transaction?.usage, outcome);
        this.#audits.keepSoon(outcome.audits);
        done(this.#toRun(requestId, outcome));
      },
    });
  }

  #complete(request: FunctionCallRequest, outcome: FunctionOutcome): CallResult {
    if (!outcome.ok || outcome.kind === "query") return toResult(outcome);
    const { logLines } = outcome;
    try {
      return { ok: true, logLines, ...this.#commit(outcome.transaction, request, outcome.value, logLines) };
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return { ok: false, failure: { message: error.message, data: null }, logLines };
    }
  }

  #toRun(requestId: string, outcome: FunctionOutcome): QueryRun {
    const { journal, usedIdentity } = outcome;
    const logLines = this.#printed(outcome.logLines);
    const readSet = outcome.transaction?.readSet ?? new ReadSet();
    if (outcome.ok) return { result: { ok: true, value: outcome.value, logLines, journal }, usedIdentity, readSet };
    return { result: { ok: false, failure: this.shownFailure(requestId, outcome.failure), logLines, journal }, usedIdentity, readSet };
  }

  /** The server's own queries, for the CLI and dashboards. */
  #runSystemQuery({ path, componentPath, args, principal }: Pick<FunctionCallRequest, "path" | "componentPath" | "args" | "principal">): FunctionOutcome {
    const base = { logLines: [], usedIdentity: false, audits: [], journal: null, kind: "query" as const, durationMs: 0 };
    const transaction: Transaction = this.#database.begin("query");
    const failed = (message: string): FunctionOutcome => ({ ...base, ok: false, isStopped: false, transaction, failure: { message, data: null } });
    const query = SYSTEM_QUERIES.get(path);
    if (!principal.isAdmin) return failed(`\`${path}\` is for admins: authenticate with an admin key.`);
    if (query === undefined) return failed(`This version of Rivulet has no \`${path}\`.`);
    try {
      const value = encodeValue(query(transaction, parseValue(args), componentPath));
      transaction.finish();
      return { ...base, ok: true, value, transaction };
    } catch (error) {
      transaction.finish();
      if (error instanceof DatabaseError || error instanceof ValueError) return failed(error.message);
      throw error;
    }
  }

  /** What a function printed is for its developer: clients get it only where they get errors too. */
  #printed(logLines: readonly string[]): readonly string[] {
    return this.#redactErrors ? [] : logLines;
  }

  #logExecution({ path, componentPath, parentExecutionId, source, principal, requestId }: LoggedCall, { kind, logLines, durationMs }: LoggedRun, usage: LoggedUsage | undefined, result: LoggedResult): void {
    this.#log.add({
      kind: kind ?? "query",
      path,
      componentPath,
      environment: "isolate",
      parentExecutionId: parentExecutionId ?? null,
      logLines,
      failure: result.ok ? null : result.failure.message,
      requestId,
      durationMs,
      caller: source,
      isAdmin: principal.isAdmin,
      usage: usage ?? null,
    });
  }
}

/** Of a query; what a mutation did is not committed yet. */
export function toResult(outcome: FunctionOutcome): CallResult {
  const { logLines } = outcome;
  if (outcome.ok) return { ok: true, value: outcome.value, logLines, ts: outcome.transaction.ts };
  return { ok: false, failure: outcome.failure, logLines };
}

/** Components are called through the app. */
function refuseComponent({ componentPath, caller }: Pick<FunctionCallRequest, "componentPath" | "caller">): string | null {
  if (componentPath === APP_COMPONENT_PATH || caller !== "client") return null;
  return `Functions of component '${componentPath.slice(0, 64)}' can't be called by clients. Call a function of the app, which calls the component's.`;
}
