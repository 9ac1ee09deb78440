/**
 * Cron jobs as documents of the deployment's own: "_cron_jobs" has the jobs of the last push with the time of their next
 * run, "_cron_job_logs" what came of the last runs of each.
 */
import { prefixRange } from "../../database/keys.js";
import type { Table } from "../../database/table.js";
import { StoredDocument } from "../../database/stored-document.js";
import type { Transaction } from "../../database/transaction.js";
import { newId } from "../../values/id.js";
import { encodeKeyPart } from "../../values/key.js";
import { encodeValue } from "../../values/value.js";
import { APP_NAMESPACE, readSystemTable, writeSystemTable } from "../deploy/system-documents.js";
import { firstRunMs, type CronSchedule } from "./cron-schedule.js";

export interface CronSpec {
  /** As the app names it; those of components begin with their path. */
  readonly name: string;
  /** Of the component that runs it; "" is the app. */
  readonly componentPath: string;
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
/** On both tables: the job's name. */
const INDEXES = [{ name: "by_name", fields: ["name"] }] as const;
/** Kept of each job. */
const RUNS_MAX = 100;
/** Of the printed lines of one run, and of its error. */
const LOG_CHARS_MAX = 16 * 1024;

export function readCronJobs(transaction: Transaction): CronJob[] {
  return readSystemTable<Record<string, unknown>>(transaction, CRON_JOBS_TABLE).map(toCronJob);
}

/** To be written with the push: jobs that stay keep their time, unless their schedule changed; those that are gone go. */
export function syncCronJobs(transaction: Transaction, specs: readonly CronSpec[], nowMs: number): void {
  const known = new Map(readCronJobs(transaction).map((job) => [job.name, job]));
  const jobs = specs.map((spec): CronJob => {
    const before = known.get(spec.name);
    const isSameTime = before !== undefined && encodeValue(before.schedule) === encodeValue(spec.schedule);
    return { ...spec, nextRunMs: isSameTime ? before.nextRunMs : firstRunMs(spec.schedule, spec.name, nowMs), startedMs: before?.startedMs ?? null };
  });
  transaction.ensureTable(APP_NAMESPACE, CRON_JOBS_TABLE, INDEXES);
  writeSystemTable(transaction, CRON_JOBS_TABLE, "name", jobs.map(({ name, componentPath, functionPath, args, schedule, nextRunMs, startedMs }) => ({ name, componentPath, functionPath, args, schedule, nextRunMs, startedMs })));
}

/** Jobs from before there were components are the app's. */
function toCronJob(document: Readonly<Record<string, unknown>>): CronJob {
  return { componentPath: "", ...document } as unknown as CronJob;
}

/** Null where there is none of this name (any more). */
export function readCronJob(transaction: Transaction, name: string): CronJob | null {
  const [id] = idsOf(transaction, CRON_JOBS_TABLE, name);
  return id === undefined ? null : toCronJob(transaction.read(jobsTable(transaction)!, id)!.value);
}

/** Changes one job; nothing happens where it is gone. */
export function updateCronJob(transaction: Transaction, name: string, change: (job: CronJob) => Partial<CronJob>): void {
  const [id] = idsOf(transaction, CRON_JOBS_TABLE, name);
  if (id === undefined) return;
  const table = jobsTable(transaction)!;
  const before = transaction.read(table, id)!;
  const job = before.value as unknown as CronJob;
  transaction.write(table, id, before, new StoredDocument(table, id, encodeValue({ ...job, ...change(job) })));
}

export function addCronRun(transaction: Transaction, run: CronRun): void {
  const table = transaction.ensureTable(APP_NAMESPACE, CRON_LOGS_TABLE, INDEXES);
  const error = run.error === null ? null : run.error.slice(0, LOG_CHARS_MAX);
  const value = { ...run, error, logLines: shortened(run.logLines), _id: newId(table.number), _creationTime: transaction.nextCreationTime() };
  transaction.write(table, value._id, null, { text: encodeValue(value), value });
  const ids = idsOf(transaction, CRON_LOGS_TABLE, run.name);
  for (const id of ids.slice(0, Math.max(0, ids.length - RUNS_MAX))) transaction.write(table, id, transaction.read(table, id)!, null);
}

function jobsTable(transaction: Transaction): Table | undefined {
  return transaction.table(APP_NAMESPACE, CRON_JOBS_TABLE);
}

/** Of a job's documents in one of the tables, the oldest first; the documents themselves are not read. */
function idsOf(transaction: Transaction, tableName: string, name: string): string[] {
  const index = transaction.table(APP_NAMESPACE, tableName)?.indexes.find(({ record }) => record.name === INDEXES[0].name);
  if (index === undefined) return [];
  const range = prefixRange(index.prefix + encodeKeyPart(name));
  transaction.readSet.addRange(range);
  return Array.from(transaction.reader.entries(range), ([, id]) => id);
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
