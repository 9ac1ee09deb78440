/** `ctx.scheduler` of actions: each call is a transaction of its own, answered when it is durable. */
import type { Database } from "../../database/database.js";
import type { Transaction } from "../../database/transaction.js";
import { functionNotFound, schedulableFunction, type DeployedFunctions, type SchedulableFunction } from "../../functions/deployed-functions.js";
import type { FunctionTarget } from "../../functions/function-reference.js";
import { cancelJob, scheduleJob } from "../../functions/scheduled-jobs.js";
import { schedulingOf } from "../../functions/scheduler-api.js";
import type { ActionSyscalls, SyscallArguments, ActionContext } from "../actions/action-syscalls.js";

export interface ScheduleSyscallsOptions {
  readonly database: Database;
  readonly deployed: () => DeployedFunctions | null;
  readonly nowMs: () => number;
  readonly whenDurable: (ts: number) => Promise<void>;
}

export function scheduleSyscalls({ database, deployed, nowMs, whenDurable }: ScheduleSyscallsOptions): ActionSyscalls {
  const commit = async <T>(write: (transaction: Transaction) => T): Promise<T> => {
    const transaction = database.begin("mutation");
    const result = write(transaction);
    await whenDurable(database.commit(transaction));
    return result;
  };
  const find = (target: FunctionTarget): SchedulableFunction => {
    const functions = deployed();
    if (functions === null) throw functionNotFound(target);
    return schedulableFunction(functions, target);
  };
  return new Map([
    ["1.0/actions/schedule", async (args: SyscallArguments, { componentPath, scheduledJobId }: ActionContext) => {
      const { target, argsText, timeMs } = schedulingOf(args, componentPath, nowMs());
      const job = { ...find(target), argsText, scheduledTimeMs: timeMs, nowMs: nowMs(), parentId: scheduledJobId };
      return JSON.stringify(await commit((transaction) => scheduleJob(transaction, componentPath, job)));
    }],
    ["1.0/actions/cancel_job", async ({ id }: SyscallArguments, { componentPath }: ActionContext) => {
      await commit((transaction) => cancelJob(transaction, componentPath, id, nowMs()));
      return "null";
    }],
  ]);
}
