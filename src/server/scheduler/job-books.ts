/** What is read and written of scheduled functions while they run, in transactions of its own. */
import type { Database } from "../../database/database.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import type { Transaction } from "../../database/transaction.js";
import { displayedFunctionPath } from "../../functions/function-path.js";
import { endJob, readJob, type Job, type JobEnd, type JobState } from "../../functions/scheduled-jobs.js";
import { NOBODY } from "../../live/session.js";
import { encodeValue } from "../../values/value.js";
import type { CallResult, FunctionCallRequest } from "../engine/functions-service.js";
import { newRequestId } from "../request-id.js";

export class JobBooks {
  constructor(
    private readonly database: Database,
    private readonly nowMs: () => number,
  ) {}

  /** The newest state; null where it is gone. */
  job(id: string): Job | null {
    return this.read((transaction) => readJob(transaction, id));
  }

  isInState(id: string, kind: JobState["kind"]): boolean {
    return this.job(id)?.state.kind === kind;
  }

  /** As part of `transaction`; nothing where it has ended otherwise. */
  endWith(transaction: Transaction, id: string, end: JobEnd): void {
    endJob(transaction, id, end, this.nowMs());
  }

  /** Returns the timestamp of the commit. */
  end(id: string, end: JobEnd): number {
    return this.commit((transaction) => this.endWith(transaction, id, end));
  }

  commit(write: (transaction: Transaction) => void): number {
    const transaction = this.database.begin("mutation", NO_TRANSACTION_LIMITS);
    write(transaction);
    return this.database.commit(transaction);
  }

  read<T>(read: (transaction: Transaction) => T): T {
    const transaction = this.database.begin("query", NO_TRANSACTION_LIMITS);
    const result = read(transaction);
    transaction.finish();
    return result;
  }
}

/** Nobody's authentication is passed on to scheduled functions. */
export function callOf({ _id, componentPath, name, args }: Job): Omit<FunctionCallRequest, "kind"> {
  return {
    path: displayedFunctionPath(name),
    componentPath,
    args: encodeValue(args[0] ?? {}),
    principal: NOBODY,
    requestId: newRequestId(),
    client: null,
    caller: "server",
    source: "Scheduler",
    atTs: null,
    once: null,
    scheduledFunctionId: _id,
  };
}

export function endOf(result: CallResult): JobEnd {
  return result.ok ? { kind: "success" } : { kind: "failed", error: result.failure.message };
}
