/**
 * Which scheduled functions are due, and when the next one will be: a read of the head of each table's pending jobs, in the
 * order of their times. What was read is a read set like that of any query, so the same check that tells a subscription
 * that it is stale tells when to look again; nothing is kept in memory of the jobs that wait.
 */
import type { Database } from "../../database/database.js";
import { IndexScan } from "../../database/index-scan.js";
import { TABLE_RECORD_RANGE } from "../../database/keys.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import type { ReadSet } from "../../database/read-set.js";
import type { Table } from "../../database/table.js";
import { JOBS_TABLE, jobsInState, type Job } from "../../functions/scheduled-jobs.js";
import { parseValue } from "../../values/value.js";

export interface DueJob extends Job {
  readonly namespace: string;
}

export interface DueJobs {
  /** In the order of their times, by namespace. */
  readonly due: readonly DueJob[];
  /** When the next job of those that are not due will be, in milliseconds; null where there is none, or more are due than were read. */
  readonly nextMs: number | null;
  /** What this depends on. */
  readonly readSet: ReadSet;
}

export function readDueJobs(database: Database, nowMs: number, max: number): DueJobs {
  const transaction = database.begin("query", NO_TRANSACTION_LIMITS);
  transaction.readSet.addRange(TABLE_RECORD_RANGE);
  const due: DueJob[] = [];
  let nextMs: number | null = null;
  for (const table of jobsTables(database)) {
    const scan = new IndexScan(transaction, table, jobsInState(table, "pending"), false);
    while (due.length < max) {
      const found = scan.next();
      if (found === null) break;
      const job = parseValue(found.text) as unknown as Job;
      if (job.scheduledTime > nowMs) {
        nextMs = Math.min(nextMs ?? Infinity, job.scheduledTime);
        break;
      }
      due.push({ ...job, namespace: table.record.namespace });
    }
    scan.close();
  }
  transaction.finish();
  return { due, nextMs, readSet: transaction.readSet };
}

export function jobsTables({ catalog }: Database): Table[] {
  return [...catalog.tables()].filter(({ name }) => name === JOBS_TABLE);
}
