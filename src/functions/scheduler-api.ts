/**
 * `ctx.scheduler` of mutations: scheduling is a write of the mutation's own transaction, so it happens only if the mutation
 * commits. Actions schedule through syscalls; see src/server/scheduler/schedule-syscalls.ts.
 */
import { displayValue } from "../values/display.js";
import { isPlainObject } from "../values/plain-object.js";
import { encodeValue, type JsonValue } from "../values/value.js";
import { FunctionError } from "./errors.js";
import type { FunctionCalls } from "./function-calls.js";
import { targetOf, targetOfAddress, type FunctionAddress, type FunctionTarget } from "./function-reference.js";
import type { ReadScope } from "./read-scope.js";
import { cancelJob, scheduleJob } from "./scheduled-jobs.js";
import { requireArgument } from "./require-argument.js";

/** As documented: a job is at most five years away, in the past or in the future. */
const YEARS_AWAY_MAX = 5;
const YEAR_MS = 366 * 24 * 3_600_000;

export function scheduler(scope: ReadScope, calls: FunctionCalls): object {
  const { nowMs } = scope.execution;
  const schedule = (timeMs: number, reference: unknown, args: unknown): string => scheduleFunction(scope, calls, { timeMs, target: targetOf(reference, scope.frame.namespace), argsText: encodeValue(requireArguments(args)) });
  return {
    runAfter: (delayMs: unknown, reference: unknown, args?: unknown) => scope.attempt(() => schedule(requireTime(nowMs + requireDelay(delayMs), nowMs), reference, args)),
    runAt: (time: unknown, reference: unknown, args?: unknown) => scope.attempt(() => schedule(requireTime(time, nowMs), reference, args)),
    cancel: (id: unknown) =>
      scope.attempt(() => {
        requireArgument(id, 1, "cancel", "id");
        cancelJob(scope.frame.transaction, scope.frame.namespace, id, nowMs);
      }),
  };
}

/** "1.0/schedule" and "1.0/cancel_job": the same for whoever brings a ctx of its own. */
export function schedulerSyscall(scope: ReadScope, calls: FunctionCalls, op: string, args: Readonly<Record<string, JsonValue | undefined>>): string {
  if (!scope.frame.transaction.writable) throw new FunctionError("Functions can be scheduled and canceled in mutations and actions only, not in a query.");
  if (op === "1.0/cancel_job") {
    cancelJob(scope.frame.transaction, scope.frame.namespace, args["id"], scope.execution.nowMs);
    return "null";
  }
  return JSON.stringify(scheduleFunction(scope, calls, schedulingOf(args, scope.frame.namespace, scope.execution.nowMs)));
}

/** What "1.0/schedule" and "1.0/actions/schedule" ask for. `from` is the component of the function that asks. */
export function schedulingOf(args: Readonly<Record<string, JsonValue | undefined>>, from: string, nowMs: number): Scheduling {
  // Seconds with a fraction, in binary: rounded, they are the very milliseconds that the app asked for.
  const timeMs = requireTime(Math.round(Number(args["ts"]) * 1e6) / 1e3, nowMs);
  return { timeMs, target: targetOfAddress(args as FunctionAddress, from), argsText: JSON.stringify(requireArguments(args["args"])) };
}

export interface Scheduling {
  /** Milliseconds. */
  readonly timeMs: number;
  readonly target: FunctionTarget;
  readonly argsText: string;
}

function scheduleFunction({ execution, frame }: ReadScope, calls: FunctionCalls, { timeMs, target, argsText }: Scheduling): string {
  const { componentPath, name, kind } = calls.schedulable(target);
  frame.transaction.countScheduled(argsText.length);
  return scheduleJob(frame.transaction, frame.namespace, { componentPath, name, kind, argsText, scheduledTimeMs: timeMs, nowMs: execution.nowMs, parentId: execution.requestMetadata.scheduledFunctionId });
}

function requireDelay(delayMs: unknown): number {
  if (typeof delayMs !== "number") throw new FunctionError("`delayMs` must be a number");
  if (!Number.isFinite(delayMs)) throw new FunctionError("`delayMs` must be a finite number");
  if (delayMs < 0) throw new FunctionError("`delayMs` must be non-negative");
  return delayMs;
}

/** As the public package takes them. */
function requireArguments(args: unknown): unknown {
  if (args === undefined) return {};
  if (!isPlainObject(args)) throw new FunctionError(`The arguments to a Convex function must be an object. Received: ${displayValue(args)}`);
  return args;
}

/** Milliseconds. A Date of user code's realm is known by what it can do. */
function requireTime(time: unknown, nowMs: number): number {
  const timeMs = typeof time === "number" ? time : Object.prototype.toString.call(time) === "[object Date]" ? (time as Date).valueOf() : null;
  if (timeMs === null) throw new FunctionError("The invoke time must a Date or a timestamp");
  if (!Number.isFinite(timeMs)) throw new FunctionError("The time to run a function at must be a finite number of milliseconds since 1970, as Date.now() gives it.");
  if (Math.abs(timeMs - nowMs) > YEARS_AWAY_MAX * YEAR_MS) {
    throw new FunctionError(`The time to run a function at can't be more than ${YEARS_AWAY_MAX} years in the ${timeMs > nowMs ? "future" : "past"}. It is in milliseconds since 1970, as Date.now() gives it.`);
  }
  return timeMs;
}
