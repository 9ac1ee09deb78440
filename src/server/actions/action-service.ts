/**
 * Actions as the engine sees them: finds the function, checks its arguments, gives it to an executor of its runtime,
 * answers what it asks of the deployment, and checks and logs what comes of it. Never runs user code itself.
 */
import type { Database } from "../../database/database.js";
import { DatabaseError } from "../../database/errors.js";
import { TableNames } from "../../database/table-names.js";
import type { ActionOutcome, HttpActionJob, NodeCode, SyscallReply, WorkerCode } from "../../functions/actions/executor-messages.js";
import { componentOfModule, modulePrefix } from "../../functions/component-path.js";
import { functionNotFound, type DeployedFunction, type DeployedFunctions } from "../../functions/deployed-functions.js";
import type { DeploymentCode } from "../../functions/deployment.js";
import { FunctionError, type FunctionFailure } from "../../functions/errors.js";
import { wrongKind } from "../../functions/function-calls.js";
import { formatFunctionPath } from "../../functions/function-path.js";
import { LogBuffer, OVERFLOW_BEGINS } from "../../functions/log-buffer.js";
import { formatArgumentError, formatReturnError } from "../../values/validator.js";
import { ValueError, parseValue } from "../../values/value.js";
import type { EngineLimits } from "../engine-messages.js";
import type { FunctionLog } from "../function-log/function-log.js";
import type { RunningExecution } from "../function-log/running-execution.js";
import type { FunctionCallRequest } from "../engine/functions-service.js";
import { SyscallFailure, type ActionContext, type ActionSyscalls, type SyscallArguments } from "./action-syscalls.js";
import type { ExecutorPool, Run } from "./executor-pool.js";

export interface ActionServiceOptions {
  readonly database: Database;
  readonly log: FunctionLog;
  readonly limits: Pick<EngineLimits, "argumentBytesMax" | "resultBytesMax">;
  readonly threads: ExecutorPool<WorkerCode>;
  readonly processes: ExecutorPool<NodeCode>;
  readonly syscalls: ActionSyscalls;
}

/** What an action needs to know of its call, whoever calls. */
type Caller = Pick<FunctionCallRequest, "principal" | "requestId" | "parentExecutionId" | "client" | "source" | "scheduledFunctionId" | "isDropped">;

export interface ActionRequest extends Caller, Pick<FunctionCallRequest, "path" | "args" | "componentPath" | "caller"> {
  /** 0 for what was called from outside, one more for each action that called another. */
  readonly depth: number;
}

export interface HttpActionRequest extends Caller {
  /** For the log: "GET /profile/*". */
  readonly route: string;
  readonly job: HttpActionJob;
  /** MessagePort that the answer goes over. */
  readonly port: unknown;
  /** Its turn has come, and nobody is at the port's other end: nothing runs, and `done` is not called. */
  readonly onGone: () => void;
}

export type ActionResult = ActionOutcome & { readonly logLines: readonly string[] };

/** Calls within calls. Deeper is endless recursion. */
const DEPTH_MAX = 16;

/** An action on its way. */
interface Started {
  readonly path: string;
  readonly componentPath: string;
  readonly depth: number;
  readonly caller: Caller;
  readonly kind: "action" | "httpAction";
  readonly environment: "isolate" | "node";
  readonly what: Pick<Run, "job" | "port" | "onGone">;
  /** Checks what the action returned. */
  readonly check: (outcome: ActionOutcome) => ActionOutcome;
  readonly done: (result: ActionResult) => void;
}

export class ActionService {
  readonly #options: ActionServiceOptions;
  #functions: DeployedFunctions | null = null;

  constructor(options: ActionServiceOptions) {
    this.#options = options;
  }

  /** Takes effect for every action that has not begun. */
  use({ modules, environmentVariables, components, nodeFolder }: DeploymentCode, functions: DeployedFunctions): void {
    this.#functions = functions;
    const componentEnvironments = new Map([...components].map(([path, component]) => [path, component.environmentVariables]));
    this.#options.threads.use({ modules, environmentVariables, componentEnvironments });
    this.#options.processes.use(nodeFolder === null ? null : { folder: nodeFolder, environmentVariables, componentEnvironments });
  }

  /** `done` is called once, unless the request is dropped. */
  run(request: ActionRequest, done: (result: ActionResult) => void): void {
    try {
      const found = this.#admit(request);
      const { module, name } = found.path;
      const { componentPath } = found;
      this.#start({
        path: formatFunctionPath(found.path),
        componentPath,
        depth: request.depth,
        caller: request,
        kind: "action",
        environment: found.environment,
        what: { job: { type: "action", module: modulePrefix(componentPath) + module, name, args: request.args, requestId: request.requestId }, port: null },
        check: (outcome) => (outcome.ok ? this.#checkResult(found, outcome.value) : outcome),
        done,
      });
    } catch (error) {
      done({ ok: false, failure: failureOf(error), logLines: [] });
    }
  }

  /** The answer goes over the port; `done` tells how the run ended. */
  runHttp(request: HttpActionRequest, done: (result: ActionResult) => void): void {
    const { route, job, port, onGone } = request;
    this.#start({ path: route, componentPath: componentOfModule(job.router), depth: 0, caller: request, kind: "httpAction", environment: "isolate", what: { job, port, onGone }, check: (outcome) => outcome, done });
  }

  get gauges(): Readonly<Record<string, number>> {
    const { threads, processes } = this.#options;
    return {
      actionsRunning: threads.running + processes.running,
      actionsWaiting: threads.waiting + processes.waiting,
      actionThreads: threads.executors,
      actionProcesses: processes.executors,
    };
  }

  get concurrency(): Readonly<Record<"action" | "node_action", { readonly num_running: number; readonly num_queued: number }>> {
    const { threads, processes } = this.#options;
    return { action: { num_running: threads.running, num_queued: threads.waiting }, node_action: { num_running: processes.running, num_queued: processes.waiting } };
  }

  /** Ends all executors; actions that were running fail. */
  async close(): Promise<void> {
    await Promise.all([this.#options.threads.close(), this.#options.processes.close()]);
  }

  #start(started: Started): void {
    const { depth, caller, environment, what, check, done } = started;
    const logs = new LogBuffer();
    const logged = this.#startLog(started);
    const context = contextOf(started, logged.id);
    let startMs = performance.now();
    const finish = (outcome: ActionOutcome): void => {
      const checked = check(outcome);
      if (logs.overflow !== null) logged.print(logs.overflow);
      logged.end({ failure: checked.ok ? null : checked.failure.message, durationMs: performance.now() - startMs, usage: null });
      done({ ...checked, logLines: logs.lines() });
    };
    const run: Run = {
      ...what,
      depth,
      ...(caller.isDropped === undefined ? {} : { isDropped: caller.isDropped }),
      onStart: () => (startMs = performance.now()),
      onLog: (lines) => lines.forEach((line) => print(line, logs, logged)),
      onWithheld: (lines) => logs.addDropped(lines),
      onSyscall: (op, args, reply) => {
        // What was printed before a call comes before what the call prints.
        logged.flush();
        void this.#answer(op, args, context).then(reply);
      },
      onDone: finish,
    };
    try {
      if (environment === "node") this.#options.processes.run(run);
      else this.#options.threads.run(run);
    } catch (error) {
      finish({ ok: false, failure: failureOf(error) });
    }
  }

  async #answer(op: string, argsText: string, context: ActionContext): Promise<SyscallReply> {
    const syscall = this.#options.syscalls.get(op);
    try {
      if (syscall === undefined) throw new FunctionError(`Unknown async operation ${op}: this version of Rivulet does not have it, or not in an action.`);
      return { ok: true, value: await syscall(JSON.parse(argsText) as SyscallArguments, context) };
    } catch (error) {
      return { ok: false, failure: isNonsense(error) ? { message: `${op} was called with arguments that it can't take: ${error.message}`, data: null } : failureOf(error) };
    }
  }

  /** The function that the request may run with its arguments. */
  #admit(request: ActionRequest): DeployedFunction {
    const { path, args, depth } = request;
    if (depth > DEPTH_MAX) throw new FunctionError(`Actions call each other more than ${DEPTH_MAX} deep (last: ${path}). Look for endless recursion.`);
    if (this.#functions === null) throw functionNotFound(request);
    const found = this.#functions.get(request);
    if (found.kind !== "action") throw wrongKind(found, "action");
    this.#checkArguments(found, args);
    return found;
  }

  #checkArguments({ componentPath, path, args: validator }: DeployedFunction, text: string): void {
    const { argumentBytesMax } = this.#options.limits;
    if (text.length > argumentBytesMax) {
      throw new FunctionError(`Arguments for ${formatFunctionPath(path)} are too large (actual: ${text.length} bytes, limit: ${argumentBytesMax} bytes). Split the call, or store the data in a file.`);
    }
    const args = parseValue(text);
    if (typeof args !== "object" || args === null || Array.isArray(args)) throw new FunctionError("The arguments to a Convex function must be an object.");
    const failure = validator?.check(args, this.#tableNames(componentPath)) ?? null;
    if (failure !== null) throw new FunctionError(formatArgumentError(failure));
  }

  #checkResult({ componentPath, path, returns: validator }: DeployedFunction, text: string): ActionOutcome {
    const { resultBytesMax } = this.#options.limits;
    try {
      if (text.length > resultBytesMax) {
        throw new FunctionError(`The return value of ${formatFunctionPath(path)} is too large (actual: ${text.length} bytes, limit: ${resultBytesMax} bytes). Return less, or store the data in a file.`);
      }
      const failure = validator?.check(parseValue(text), this.#tableNames(componentPath)) ?? null;
      if (failure !== null) throw new FunctionError(formatReturnError(failure));
      return { ok: true, value: text };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  #tableNames(componentPath: string): TableNames {
    return new TableNames(this.#options.database.begin("query"), componentPath);
  }

  #startLog({ path, componentPath, caller, kind, environment }: Started): RunningExecution {
    const { source, principal, requestId, parentExecutionId } = caller;
    return this.#options.log.start({ kind, environment, path, componentPath, requestId, caller: source, isAdmin: principal.isAdmin, parentExecutionId: parentExecutionId ?? null });
  }
}

function contextOf({ path, componentPath, depth, caller }: Started, executionId: string): ActionContext {
  const { principal, requestId, client, scheduledFunctionId } = caller;
  return { path, componentPath, identity: principal.identity, authToken: principal.authToken ?? null, authProblem: principal.authProblem ?? null, requestId, executionId, client, adminName: principal.adminName ?? null, scheduledJobId: scheduledFunctionId ?? null, depth };
}

/** Keeps a line for the answer, and shows it to whoever watches; of those that find no room the first is replaced by a notice. */
function print(line: string, logs: LogBuffer, logged: RunningExecution): void {
  if (logs.addLine(line)) logged.print(line);
  else if (logs.dropped === 1) logged.print(OVERFLOW_BEGINS);
}

/** An action's code can send any text as arguments of a syscall, and what fails on it must fail the action alone. */
function isNonsense(error: unknown): error is Error {
  return error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError;
}

/** What the action did wrong is told to it; anything else is a bug of ours. */
function failureOf(error: unknown): FunctionFailure {
  if (error instanceof SyscallFailure) return error.failure;
  if (error instanceof FunctionError || error instanceof DatabaseError || error instanceof ValueError) return { message: error.message, data: null };
  throw error;
}
