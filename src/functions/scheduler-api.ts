/**
 * `ctx.scheduler` of mutations: scheduling is a write of the mutation's own transaction, so it happens only if the mutation
 * commits. Actions schedule through syscalls; see src/server/scheduler/schedule-syscalls.ts.
 */
import { encodeValue, type JsonValue } from "../values/value.js";
import { FunctionError } from "./errors.js";
import type { Execution } from "./execution.js";
import type { FunctionCalls } from "./function-calls.js";
import { functionPathOf, functionPathOfAddress, type FunctionAddress } from "./function-reference.js";
import type { ReadScope } from "./read-scope.js";
import { cancelJob, scheduleJob } from "./scheduled-jobs.js";
import { requireArgument } from "./table-query.js";

/** Public limits of Convex, for one mutation or one call from an action. */
export const SCHEDULED_FUNCTIONS_MAX = 1_000;
export const SCHEDULED_ARGUMENT_BYTES_MAX = 16 * 1024 * 1024;

/** The longest that a date can be ahead, and no more: 8.64e15 is the last millisecond that a Date knows. */
const TIME_MS_MAX = 8.64e15;

export function scheduler(scope: ReadScope, calls: FunctionCalls): object {
  const schedule = (timeMs: number, reference: unknown, args: unknown): string => scheduleFunction(scope, calls, { timeMs, path: functionPathOf(reference), argsText: encodeValue(args ?? {}) });
  return {
    runAfter: (delayMs: unknown, reference: unknown, args?: unknown) => scope.attempt(() => schedule(scope.execution.nowMs + requireDelay(delayMs), reference, args)),
    runAt: (time: unknown, reference: unknown, args?: unknown) => scope.attempt(() => schedule(requireTime(time), reference, args)),
    cancel: (id: unknown) =>
      scope.attempt(() => {
        requireArgument(id, 1, "cancel", "id");
        cancelJob(scope.frame.transaction, scope.frame.namespace, id, scope.execution.nowMs);
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
  const timeMs = requireTime(Number(args["ts"]) * 1000);
  return JSON.stringify(scheduleFunction(scope, calls, { timeMs, path: functionPathOfAddress(args as FunctionAddress), argsText: JSON.stringify(args["args"] ?? {}) }));
}

interface Scheduling {
  readonly timeMs: number;
  readonly path: string;
  readonly argsText: string;
}

function scheduleFunction({ execution, frame }: ReadScope, calls: FunctionCalls, { timeMs, path, argsText }: Scheduling): string {
  const name = calls.schedulable(path);
  countScheduled(execution, argsText.length);
  return scheduleJob(frame.transaction, frame.namespace, { name, argsText, scheduledTimeMs: timeMs, nowMs: execution.nowMs, parentId: execution.requestMetadata.scheduledFunctionId });
}

function countScheduled({ scheduled }: Execution, bytes: number): void {
  scheduled.functions++;
  scheduled.argumentBytes += bytes;
  if (scheduled.functions > SCHEDULED_FUNCTIONS_MAX) {
    throw new FunctionError(`Too many functions scheduled by this mutation (limit: ${SCHEDULED_FUNCTIONS_MAX}). Schedule one that schedules the others, or do more in each.`);
  }
  if (scheduled.argumentBytes > SCHEDULED_ARGUMENT_BYTES_MAX) {
    throw new FunctionError(`Too large total size of the arguments of functions scheduled by this mutation (actual: ${scheduled.argumentBytes} bytes, limit: ${SCHEDULED_ARGUMENT_BYTES_MAX} bytes). Store the data in a table, and pass ids.`);
  }
}

function requireDelay(delayMs: unknown): number {
  if (typeof delayMs !== "number") throw new FunctionError("`delayMs` must be a number");
  if (!Number.isFinite(delayMs)) throw new FunctionError("`delayMs` must be a finite number");
  if (delayMs < 0) throw new FunctionError("`delayMs` must be non-negative");
  return delayMs;
}

/** Milliseconds. A Date of user code's realm is known by what it can do. */
export function requireTime(time: unknown): number {
  const timeMs = typeof time === "number" ? time : Object.prototype.toString.call(time) === "[object Date]" ? (time as Date).valueOf() : null;
  if (timeMs === null) throw new FunctionError("The invoke time must a Date or a timestamp");
  if (!Number.isFinite(timeMs) || Math.abs(timeMs) > TIME_MS_MAX) throw new FunctionError("The time to run a function at must be a finite number of milliseconds since 1970, as Date.now() gives it.");
  return timeMs;
}
