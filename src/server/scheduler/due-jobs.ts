/**
 * Which scheduled functions are due, and when the next one will be: a read of the head of a lane of each queue, in the
 * order of their times. What was read is a read set like that of any query, so the same check that tells a subscription
 * that it is stale tells when to look again; nothing is kept in memory of the jobs that wait.
 */
import type { Database } from "../../database/database.js";
import { IndexScan } from "../../database/index-scan.js";
import { TABLE_RECORD_RANGE } from "../../database/keys.js";
import type { Table } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import { QUEUE_TABLE, laneRange, parseQueuedJob, type JobLane, type QueuedJob } from "../../functions/job-queue.js";

export interface DueJobs {
  /** The earliest first. */
  readonly due: readonly QueuedJob[];
  /** When the next job of those that are not due will be, in milliseconds; null where there is none, or more are due than were read. */
  readonly nextMs: number | null;
}

export interface DueJobsQuery {
  readonly lane: JobLane;
  readonly nowMs: number;
  readonly max: number;
  /** Jobs that are not to be found; what they are is known. */
  readonly isKnown: (jobId: string) => boolean;
}

/** What this depends on is left in the transaction's read set. */
export function readDueJobs(transaction: Transaction, tables: readonly Table[], { lane, nowMs, max, isKnown }: DueJobsQuery): DueJobs {
  transaction.readSet.addRange(TABLE_RECORD_RANGE);
  const due: QueuedJob[] = [];
  let nextMs: number | null = null;
  for (const table of tables) {
    const scan = new IndexScan(transaction, table, laneRange(table, lane), false);
    for (let found = scan.next(), count = 0; found !== null && count < max; found = scan.next()) {
      const queued = parseQueuedJob(found.document.text);
      if (queued.time > nowMs) {
        nextMs = Math.min(nextMs ?? Infinity, queued.time);
        break;
      }
      if (isKnown(queued.job)) continue;
      due.push(queued);
      count++;
    }
    scan.close();
  }
  return { due: due.sort((a, b) => a.time - b.time).slice(0, max), nextMs };
}

/** One for each component that has scheduled something. */
export function queueTables({ catalog }: Database): Table[] {
  return [...catalog.tables()].filter(({ name }) => name === QUEUE_TABLE);
}
