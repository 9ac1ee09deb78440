/**
 * Transactions on what is durable, for a thread that does not own the database: they run on a snapshot of the store, and
 * whoever owns the database decides whether they commit (see CommitCandidate in database.ts).
 */
import type { Snapshot, SnapshotSource } from "../storage/store.js";
import { Catalog } from "./catalog.js";
import { edgeOfLog } from "./commit-log.js";
import { SCHEMA_PREFIX, loadSchemas } from "./database.js";
import type { TransactionLimits } from "./limits.js";
import { Transaction } from "./transaction.js";

export interface SnapshotTransaction {
  readonly transaction: Transaction;
  /** Gives the snapshot back; the transaction must not read any more. */
  readonly release: () => void;
}

export function beginOnSnapshot(store: SnapshotSource, limits: TransactionLimits, nowMs: () => number): SnapshotTransaction {
  const snapshot: Snapshot = store.snapshot();
  const transaction = Transaction.begin({
    reader: snapshot,
    ts: edgeOfLog(snapshot, "last")?.ts ?? 0,
    catalog: Catalog.load(snapshot),
    schemas: loadSchemas(snapshot),
    limits,
    writable: true,
    nextCreationTime: nowMs,
  });
  // A commit checks against the schema that it ran with.
  transaction.readSet.addPoint(SCHEMA_PREFIX);
  return { transaction, release: () => snapshot.release() };
}
