/** `ctx.scheduler` of actions: each call is a transaction of its own, answered when it is durable. */
import type { Database } from "../../database/database.js";
import type { Transaction } from "../../database/transaction.js";
import { functionNotFound, schedulableFunction, type DeployedFunctions, type SchedulableFunction } from "../../functions/deployed-functions.js";
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
  const find = (path: string): SchedulableFunction => {
    const functions = deployed();
    if (functions === null) throw functionNotFound(path, "server");
    return schedulableFunction(functions, path);
  };
  return new Map([
    ["1.0/actions/schedule", async (args: SyscallArguments, { namespace, scheduledJobId }: ActionContext) => {
      const { path, argsText, timeMs } = schedulingOf(args, nowMs());
      const job = { ...find(path), argsText, scheduledTimeMs: timeMs, nowMs: nowMs(), parentId: scheduledJobId };
      return JSON.stringify(await commit((transaction) => scheduleJob(transaction, namespace, job)));
    }],
    ["1.0/actions/cancel_job", async ({ id }: SyscallArguments, { namespace }: ActionContext) => {
      await commit((transaction) => cancelJob(transaction, namespace, id, nowMs()));
      return "null";
    }],
  ]);
}
