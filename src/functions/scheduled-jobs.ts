/**
 * Scheduled functions as documents of the system table "_scheduled_functions", as apps see them through `ctx.db.system`:
 *
 *     pending ──due──▶ (mutation) ────────────────▶ success | failed
 *        │             (action) ──▶ inProgress ───▶ success | failed
 *        └─cancel()──▶ canceled ◀──cancel()──┘
 *
 * A mutation's job is pending until the transaction that runs it commits, so that it happens once; an action's is in
 * progress, durably, before it starts, so that it happens at most once. Who runs them is src/server/scheduler.
 */
import { DatabaseError } from "../database/errors.js";
import { prefixRange } from "../database/keys.js";
import type { Index, Table } from "../database/table.js";
import type { Revision, Transaction } from "../database/transaction.js";
import type { KeyRange } from "../storage/store.js";
import { decodeId, newId } from "../values/id.js";
import { encodeKeyPart, keySuccessor } from "../values/key.js";
import { encodeValue, parseValue, type Value } from "../values/value.js";

export const JOBS_TABLE = "_scheduled_functions";

export type JobState =
  | { readonly kind: "pending" | "inProgress" | "success" | "canceled" }
  | { readonly kind: "failed"; readonly error: string };

export interface Job {
  readonly _id: string;
  readonly _creationTime: number;
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
  readonly name: string;
  /** JSON text of the arguments object. */
  readonly argsText: string;
  readonly scheduledTimeMs: number;
  readonly nowMs: number;
  /** The job that schedules this one: what a canceled job schedules is canceled too. */
  readonly parentId: string | null;
}

/** Both are the server's own: queries of apps can't name them. */
const INDEXES = [
  { name: "by_state", fields: ["state.kind", "scheduledTime"] },
  { name: "by_completion", fields: ["completedTime"] },
] as const;

/** Returns the job's id. */
export function scheduleJob(transaction: Transaction, namespace: string, { name, argsText, scheduledTimeMs, nowMs, parentId }: NewJob): string {
  const table = transaction.ensureTable(namespace, JOBS_TABLE, INDEXES);
  const id = newId(table.number);
  const isCanceled = parentId !== null && readJob(transaction, parentId)?.state.kind === "canceled";
  const state = isCanceled ? { state: { kind: "canceled" }, completedTime: nowMs } : { state: { kind: "pending" } };
  writeJob(transaction, table, null, { name, args: [parseValue(argsText)], scheduledTime: scheduledTimeMs, ...state, _id: id, _creationTime: transaction.nextCreationTime() });
  return id;
}

/** Nothing happens to a job that has ended. Throws {@link DatabaseError} for what is no job's id. */
export function cancelJob(transaction: Transaction, namespace: string, id: unknown, nowMs: number): void {
  const table = typeof id === "string" ? jobsTableOf(transaction, id) : null;
  if (table === null || table.record.namespace !== namespace) {
    throw new DatabaseError("invalidId", `Invalid argument \`id\` for \`scheduler.cancel\`: ${JSON.stringify(id).slice(0, 64)} is no Id<"_scheduled_functions">. Pass the id that \`runAfter\` or \`runAt\` returned.`);
  }
  const job = readJob(transaction, id as string);
  if (job === null) throw new DatabaseError("notFound", `There is no scheduled function ${String(id)}: its result is kept for 7 days only.`);
  if (job.state.kind === "pending" || job.state.kind === "inProgress") setJobState(transaction, job._id, { kind: "canceled" }, nowMs);
}

/** Null where there is none of this id (any more). */
export function readJob(transaction: Transaction, id: string): Job | null {
  const table = jobsTableOf(transaction, id);
  const text = table === null ? undefined : transaction.get(table, id);
  return text === undefined ? null : (parseValue(text) as unknown as Job);
}

export function setJobState(transaction: Transaction, id: string, state: JobState, nowMs: number): void {
  const table = jobsTableOf(transaction, id)!;
  const text = transaction.get(table, id)!;
  const before = { text, value: parseValue(text) as Revision["value"] };
  const completedTime = state.kind === "inProgress" ? {} : { completedTime: nowMs };
  writeJob(transaction, table, before, { ...before.value, ...completedTime, state });
}

/** In the order of their times; of "pending" jobs, so, the next to run comes first. */
export function jobsInState(table: Table, kind: JobState["kind"]): KeyRange {
  return prefixRange(indexOf(table, "by_state").prefix + encodeKeyPart(kind));
}

/** Oldest first. */
export function jobsCompletedBefore(table: Table, timeMs: number): KeyRange {
  const { prefix } = indexOf(table, "by_completion");
  return { start: keySuccessor(prefix + encodeKeyPart(undefined))!, end: prefix + encodeKeyPart(timeMs) };
}

function jobsTableOf(transaction: Transaction, id: string): Table | null {
  const decoded = decodeId(id);
  const table = decoded === null ? undefined : transaction.tableByNumber(decoded.tableNumber);
  return table?.name === JOBS_TABLE ? table : null;
}

function indexOf(table: Table, name: (typeof INDEXES)[number]["name"]): Index {
  return table.indexes.find(({ record }) => record.name === name)!;
}

function writeJob(transaction: Transaction, table: Table, before: Revision | null, fields: Record<string, unknown>): void {
  const text = encodeValue(fields);
  transaction.write(table, fields["_id"] as string, before, { text, value: parseValue(text) as Revision["value"] });
}
