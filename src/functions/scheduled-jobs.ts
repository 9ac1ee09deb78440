/**
 * Scheduled functions as documents of the system table "_scheduled_functions", as apps see them through `ctx.db.system`:
 *
 *     pending ──due──▶ (mutation) ────────────────▶ success | failed
 *        │             (action) ──▶ inProgress ───▶ success | failed
 *        └─cancel()──▶ canceled ◀──cancel()──┘
 *
 * A mutation's job is pending until the transaction that runs it commits, so that it happens once; an action's is in
 * progress, durably, before it starts, so that it happens at most once. Who runs them is src/server/scheduler, by the
 * queue that job-queue.ts keeps beside every job.
 */
import { DatabaseError } from "../database/errors.js";
import type { Table } from "../database/table.js";
import type { Revision } from "../database/stored-document.js";
import type { Transaction } from "../database/transaction.js";
import { decodeId, newId } from "../values/id.js";
import { encodeValue, parseValue, type Value } from "../values/value.js";
import { componentOfJob, putInQueue, removeFromQueue, type JobLane } from "./job-queue.js";

export const JOBS_TABLE = "_scheduled_functions";

export type JobKind = "mutation" | "action";

export type JobState = { readonly kind: "pending" | "inProgress" } | JobEnd;

export type JobEnd = { readonly kind: "success" | "canceled" } | { readonly kind: "failed"; readonly error: string };

export interface Job {
  readonly _id: string;
  readonly _creationTime: number;
  /** Component of the function; kept with the job's place in the queue. */
  readonly componentPath: string;
  /** "messages.js:destruct" */
  readonly name: string;
  /** One object. */
  readonly args: readonly Value[];
  /** Milliseconds. */
  readonly scheduledTime: number;
  /** Milliseconds; set in every state but "pending" and "inProgress". */
  readonly completedTime?: number;
  readonly state: JobState;
}

export interface NewJob {
  readonly componentPath: string;
  readonly name: string;
  readonly kind: JobKind;
  /** JSON text of the arguments object. */
  readonly argsText: string;
  readonly scheduledTimeMs: number;
  readonly nowMs: number;
  /** The job that schedules this one: what a canceled job schedules is canceled too. */
  readonly parentId: string | null;
}

/** Of a failed job's error; enough for a stack trace, and for most of a ConvexError's data. */
const ERROR_CHARS_MAX = 16_384;

/** Returns the job's id. What is written counts for nobody: jobs have limits of their own. */
export function scheduleJob(transaction: Transaction, namespace: string, { componentPath, name, kind, argsText, scheduledTimeMs, nowMs, parentId }: NewJob): string {
  const books = transaction.child({ writable: true, uncounted: true });
  const table = books.ensureTable(namespace, JOBS_TABLE);
  const id = newId(table.number);
  const isCanceled = parentId !== null && readJob(books, parentId)?.state.kind === "canceled";
  const state = isCanceled ? { state: { kind: "canceled" }, completedTime: nowMs } : { state: { kind: "pending" } };
  writeJob(books, table, null, { name, args: [parseValue(argsText)], scheduledTime: scheduledTimeMs, ...state, _id: id, _creationTime: books.nextCreationTime() });
  if (isCanceled) putInQueue(books, namespace, id, "ended", nowMs, componentPath);
  else putInQueue(books, namespace, id, kind, scheduledTimeMs, componentPath);
  transaction.absorb(books);
  return id;
}

/** Nothing happens to a job that has ended. Throws {@link DatabaseError} for what is no job's id. */
export function cancelJob(transaction: Transaction, namespace: string, id: unknown, nowMs: number): void {
  const table = typeof id === "string" ? jobsTableOf(transaction, id) : null;
  if (table === null || table.record.namespace !== namespace) {
    throw new DatabaseError("invalidId", `Invalid argument \`id\` for \`scheduler.cancel\`: ${String(JSON.stringify(id)).slice(0, 64)} is no Id<"_scheduled_functions">. Pass the id that \`runAfter\` or \`runAt\` returned.`);
  }
  const books = transaction.child({ writable: true, uncounted: true });
  const job = readJob(books, id as string);
  if (job === null) throw new DatabaseError("notFound", `There is no scheduled function ${String(id)}: its result is kept for 7 days only.`);
  endJob(books, job._id, { kind: "canceled" }, nowMs);
  transaction.absorb(books);
}

/** Null where there is none of this id (any more). */
export function readJob(transaction: Transaction, id: string): Job | null {
  const table = jobsTableOf(transaction, id);
  const document = table === null ? undefined : transaction.read(table, id);
  if (table === null || document === undefined) return null;
  return { ...(document.value as unknown as Job), componentPath: componentOfJob(transaction, table.record.namespace, id) };
}

/** The end of a job, unless it has ended already, for example by being canceled. */
export function endJob(transaction: Transaction, id: string, state: JobEnd, nowMs: number): void {
  const kind = readJob(transaction, id)?.state.kind;
  if (kind !== "pending" && kind !== "inProgress") return;
  const kept = state.kind === "failed" ? { ...state, error: state.error.slice(0, ERROR_CHARS_MAX) } : state;
  changeJob(transaction, id, { state: kept, completedTime: nowMs }, "ended", nowMs);
}

/** The action of a pending job is about to run. */
export function beginJob(transaction: Transaction, { _id, scheduledTime }: Job): void {
  changeJob(transaction, _id, { state: { kind: "inProgress" } }, "inProgress", scheduledTime);
}

/** Back to waiting for its turn: of a job in progress whose action has not begun, or to those of another kind. */
export function requeueJob(transaction: Transaction, { _id, scheduledTime }: Job, kind: JobKind): void {
  changeJob(transaction, _id, { state: { kind: "pending" } }, kind, scheduledTime);
}

/** Nothing of the job stays. */
export function removeJob(transaction: Transaction, id: string): void {
  const table = jobsTableOf(transaction, id)!;
  const before = transaction.read(table, id);
  if (before !== undefined) transaction.write(table, id, before, null);
  removeFromQueue(transaction, table.record.namespace, id);
}

function changeJob(transaction: Transaction, id: string, change: Record<string, unknown>, lane: JobLane, timeMs: number): void {
  const table = jobsTableOf(transaction, id)!;
  const before = transaction.read(table, id)!;
  writeJob(transaction, table, before, { ...before.value, ...change });
  putInQueue(transaction, table.record.namespace, id, lane, timeMs);
}

function jobsTableOf(transaction: Transaction, id: string): Table | null {
  const decoded = decodeId(id);
  return decoded === null ? null : (transaction.tableByNameAndNumber(JOBS_TABLE, decoded.tableNumber) ?? null);
}

function writeJob(transaction: Transaction, table: Table, before: Revision | null, fields: Record<string, unknown>): void {
  transaction.write(table, fields["_id"] as string, before, { text: encodeValue(fields), value: fields as Revision["value"] });
}
