/**
 * Cron jobs as documents of the deployment's own: "_cron_jobs" has the jobs of the last push with the time of their next
 * run, "_cron_job_logs" what came of the last runs of each.
 */
import { IndexScan } from "../../database/index-scan.js";
import { prefixRange } from "../../database/keys.js";
import type { DocumentValue } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import { newId } from "../../values/id.js";
import { encodeKeyPart } from "../../values/key.js";
import { encodeValue, parseValue } from "../../values/value.js";
import { readSystemTable, writeSystemTable } from "../deploy/system-documents.js";
import { firstRunMs, type CronSchedule } from "./cron-schedule.js";

export interface CronSpec {
  /** As the app names it. */
  readonly name: string;
  /** "messages.js:clean" */
  readonly functionPath: string;
  /** JSON text of the arguments object. */
  readonly args: string;
  readonly schedule: CronSchedule;
}

export interface CronJob extends CronSpec {
  readonly nextRunMs: number;
  /** Set while an action of it runs. */
  readonly startedMs: number | null;
}

export interface CronRun {
  readonly name: string;
  readonly functionPath: string;
  readonly startedMs: number;
  readonly durationMs: number;
  /** Null for success. */
  readonly error: string | null;
  readonly logLines: readonly string[];
}

export const CRON_JOBS_TABLE = "_cron_jobs";
export const CRON_LOGS_TABLE = "_cron_job_logs";
const LOG_INDEXES = [{ name: "by_job", fields: ["name"] }] as const;
/** Kept of each job. */
const RUNS_MAX = 100;
/** Of the printed lines of one run. */
const LOG_CHARS_MAX = 16 * 1024;

export function readCronJobs(transaction: Transaction): CronJob[] {
  return readSystemTable<CronJob & Record<string, unknown>>(transaction, CRON_JOBS_TABLE);
}

/** To be written with the push: jobs that stay keep their time, unless their schedule changed; those that are gone go. */
export function syncCronJobs(transaction: Transaction, specs: readonly CronSpec[], nowMs: number): void {
  const known = new Map(readCronJobs(transaction).map((job) => [job.name, job]));
  const jobs = specs.map((spec): CronJob => {
    const before = known.get(spec.name);
    const isSameTime = before !== undefined && encodeValue(before.schedule) === encodeValue(spec.schedule);
    return { ...spec, nextRunMs: isSameTime ? before.nextRunMs : firstRunMs(spec.schedule, spec.name, nowMs), startedMs: before?.startedMs ?? null };
  });
  writeCronJobs(transaction, jobs);
}

/** Changes one job; nothing happens where it is gone. */
export function updateCronJob(transaction: Transaction, name: string, change: (job: CronJob) => Partial<CronJob>): void {
  writeCronJobs(transaction, readCronJobs(transaction).map((job) => (job.name === name ? { ...job, ...change(job) } : job)));
}

export function addCronRun(transaction: Transaction, run: CronRun): void {
  const table = transaction.ensureTable("", CRON_LOGS_TABLE, LOG_INDEXES);
  const value = { ...run, logLines: shortened(run.logLines), _id: newId(table.number), _creationTime: transaction.nextCreationTime() };
  transaction.write(table, value._id, null, { text: encodeValue(value), value });
  pruneRuns(transaction, run.name);
}

/** Oldest first. */
export function readCronRuns(transaction: Transaction, name: string): CronRun[] {
  return runDocuments(transaction, name).map(({ text }) => parseValue(text) as unknown as CronRun);
}

function writeCronJobs(transaction: Transaction, jobs: readonly CronJob[]): void {
  writeSystemTable(transaction, CRON_JOBS_TABLE, "name", jobs.map(({ name, functionPath, args, schedule, nextRunMs, startedMs }) => ({ name, functionPath, args, schedule, nextRunMs, startedMs })));
}

function pruneRuns(transaction: Transaction, name: string): void {
  const runs = runDocuments(transaction, name);
  const table = transaction.table("", CRON_LOGS_TABLE)!;
  for (const { id, text } of runs.slice(0, Math.max(0, runs.length - RUNS_MAX))) transaction.write(table, id, { text, value: parseValue(text) as DocumentValue }, null);
}

function runDocuments(transaction: Transaction, name: string): { readonly id: string; readonly text: string }[] {
  const table = transaction.table("", CRON_LOGS_TABLE);
  if (table === undefined) return [];
  const index = table.indexes.find(({ record }) => record.name === "by_job")!;
  const scan = new IndexScan(transaction, table, prefixRange(index.prefix + encodeKeyPart(name)), false);
  const found: { id: string; text: string }[] = [];
  for (let next = scan.next(); next !== null; next = scan.next()) found.push(next);
  scan.close();
  return found;
}

function shortened(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let chars = 0;
  for (const line of lines) {
    chars += line.length;
    if (chars > LOG_CHARS_MAX) return [...kept, `[ERROR] ${lines.length - kept.length} more lines were dropped.`];
    kept.push(line);
  }
  return kept;
}
