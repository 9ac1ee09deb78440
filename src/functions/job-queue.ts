/**
 * Who comes next among scheduled functions: for every job of "_scheduled_functions" a small document of the server's own,
 * in one of four lanes and in the order of a time. A look at the head of a lane reads no arguments, and costs the same
 * however many wait; mutations and actions do not wait for each other.
 *
 *     mutation, action   not begun, by the time that they are due
 *     inProgress         actions that have been handed over
 *     ended              by the time of their end, until their results are old enough to go
 *
 * Both documents have the same internal id, so that each is found by the other.
 */
import { prefixRange } from "../database/keys.js";
import type { Index, Table } from "../database/table.js";
import type { Transaction } from "../database/transaction.js";
import type { KeyRange } from "../storage/store.js";
import { decodeId, encodeId } from "../values/id.js";
import { encodeKeyPart } from "../values/key.js";
import { encodeValue, parseValue } from "../values/value.js";

export const QUEUE_TABLE = "_scheduled_queue";

export type JobLane = "mutation" | "action" | "inProgress" | "ended";

export interface QueuedJob {
  /** Of the job in "_scheduled_functions". */
  readonly job: string;
  readonly lane: JobLane;
  /** Milliseconds. */
  readonly time: number;
  /** Of the function, where it is not the component that scheduled it. */
  readonly componentPath?: string;
}

const INDEXES = [{ name: "by_lane", fields: ["lane", "time"] }] as const;

/** Puts a job into a lane, out of the one that it was in. `componentPath` is given with a new job only. */
export function putInQueue(transaction: Transaction, namespace: string, job: string, lane: JobLane, time: number, componentPath = namespace): void {
  const table = transaction.ensureTable(namespace, QUEUE_TABLE, INDEXES);
  const id = queueId(table, job);
  const before = transaction.read(table, id) ?? null;
  const _creationTime = before?.value["_creationTime"] ?? transaction.nextCreationTime();
  const component = before?.value["componentPath"] ?? (componentPath === namespace ? undefined : componentPath);
  const value = { job, lane, time, ...(component === undefined ? {} : { componentPath: component }), _id: id, _creationTime };
  transaction.write(table, id, before, { text: encodeValue(value), value });
}

/** The component whose function a job runs. */
export function componentOfJob(transaction: Transaction, namespace: string, job: string): string {
  const table = transaction.table(namespace, QUEUE_TABLE);
  const queued = table === undefined ? undefined : transaction.read(table, queueId(table, job));
  return (queued?.value["componentPath"] as string | undefined) ?? namespace;
}

export function removeFromQueue(transaction: Transaction, namespace: string, job: string): void {
  const table = transaction.ensureTable(namespace, QUEUE_TABLE, INDEXES);
  const id = queueId(table, job);
  const before = transaction.read(table, id);
  if (before !== undefined) transaction.write(table, id, before, null);
}

/** The jobs of a lane, the earliest first. */
export function laneRange(table: Table, lane: JobLane): KeyRange {
  return prefixRange(indexOf(table).prefix + encodeKeyPart(lane));
}

export function parseQueuedJob(text: string): QueuedJob {
  return parseValue(text) as unknown as QueuedJob;
}

function queueId(table: Table, job: string): string {
  return encodeId(table.number, decodeId(job)!.internal);
}

function indexOf(table: Table): Index {
  return table.indexes.find(({ record }) => record.name === INDEXES[0].name)!;
}
