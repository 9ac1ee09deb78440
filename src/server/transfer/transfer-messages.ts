/**
 * What imports and exports ask of the engine. Who runs them is on the network's side (transfer-jobs.ts) and on a thread of its
 * own (transfer-worker.ts); the engine owns their documents, and does everything that changes the database.
 */
import type { TableRecord } from "../../database/table.js";
import type { WriteOp } from "../../storage/store.js";
import type { AuditActor } from "../audit/deployment-audit.js";

export const IMPORT_FORMATS = ["csv", "jsonLines", "jsonArray", "zip"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];
export const IMPORT_MODES = ["requireEmpty", "append", "replace", "replaceAll"] as const;
export type ImportMode = (typeof IMPORT_MODES)[number];

/** What a developer asked for. */
export interface ImportOrder {
  readonly format: ImportFormat;
  readonly mode: ImportMode;
  /** Null for archives. */
  readonly tableName: string | null;
  readonly componentPath: string;
}

/** As the public CLI knows it. */
export type ImportState =
  | { readonly state: "uploaded" }
  | { readonly state: "waiting_for_confirmation"; readonly message_to_confirm: string; readonly require_manual_confirmation: boolean }
  | { readonly state: "in_progress"; readonly progress_message: string; readonly checkpoint_messages: readonly string[] }
  | { readonly state: "completed"; readonly num_rows_written: bigint }
  | { readonly state: "failed"; readonly error_message: string };

export interface ImportJob extends ImportOrder {
  readonly importId: string;
  /** Token of its upload. */
  readonly upload: string;
  /** "prepare" reads and checks everything; "perform" does it, after a developer has confirmed. */
  readonly phase: "prepare" | "perform";
  /** Known when it is prepared. */
  readonly rows: number;
  /** Of an import that appends: so many rows are in the database. */
  readonly rowsDone: number;
}

/** A table to be imported. */
export interface ImportTarget {
  readonly namespace: string;
  readonly name: string;
  /** That of the ids in the file; null where they say nothing. */
  readonly number: number | null;
}

export type ImportRequest =
  /** The upload is complete → `{ importId }`. */
  | ({ readonly type: "create"; readonly upload: string } & ImportOrder)
  | { readonly type: "confirm"; readonly importId: string; readonly actor: AuditActor }
  | { readonly type: "cancel"; readonly importId: string }
  /** Imports that a thread should work on, and which uploads are still wanted → {@link UnfinishedImports}. Gives up what waits for too long. */
  | { readonly type: "unfinished" }
  /** A thread takes it up → {@link ImportJob}. */
  | { readonly type: "begin"; readonly importId: string }
  | { readonly type: "ready"; readonly importId: string; readonly message: string; readonly isDestructive: boolean; readonly rows: number }
  | { readonly type: "fail"; readonly importId: string; readonly message: string }
  | { readonly type: "progress"; readonly importId: string; readonly message: string; /** One more line that stays, where there is something to tell. */ readonly checkpoint: string | null }
  /** → {@link StagedTables}. `schemas` are those by which the documents are checked, as JSON text. */
  | { readonly type: "stage"; readonly importId: string; readonly targets: readonly ImportTarget[]; readonly schemas: readonly (readonly [namespace: string, schema: string | null])[] }
  /** Documents and index entries of staged tables → {@link Written}; `documents` are keys that must be new. */
  | { readonly type: "write"; readonly importId: string; readonly ops: readonly WriteOp[]; readonly documents: readonly string[] }
  /** Into a table that is in use, in one transaction → {@link Written}. */
  | { readonly type: "append"; readonly importId: string; readonly namespace: string; readonly name: string; readonly documents: readonly (readonly [id: string, text: string])[]; readonly rowsDone: number }
  /** Everything was written: the staged tables take their places, all at once. */
  | { readonly type: "finish"; readonly importId: string; readonly rows: number };

export interface UnfinishedImports {
  readonly imports: readonly string[];
  /** Uploads of imports that are not over. */
  readonly uploads: readonly string[];
  /** Of those that are. */
  readonly used: readonly string[];
}

export interface StagedTables {
  /** In the order of the targets. */
  readonly tables: readonly TableRecord[];
  /** Of the first document that has none; see Database.reserveCreationTimes. */
  readonly creationTime: number;
}

export interface Written {
  /** Of the documents, the first whose id is there already; then nothing was written. */
  readonly duplicate: number | null;
}

export type ExportState =
  | { readonly state: "requested" }
  | { readonly state: "in_progress" }
  | { readonly state: "completed"; readonly start_ts: bigint; readonly complete_ts: bigint; readonly expiration_ts: bigint; readonly zip_object_key: string; readonly size: number }
  | { readonly state: "failed"; readonly error_message: string };

export interface ExportJob {
  readonly exportId: string;
  readonly includeStorage: boolean;
}

export type ExportRequest =
  | { readonly type: "create"; readonly includeStorage: boolean; readonly actor: AuditActor }
  /** → {@link UnfinishedExports}. Forgets those that have expired. */
  | { readonly type: "unfinished" }
  /** → {@link ExportJob}. */
  | { readonly type: "begin"; readonly exportId: string }
  /** `startTs` in microseconds: the state that was exported. `ageMsMax`: how long the archive can be downloaded. */
  | { readonly type: "done"; readonly exportId: string; readonly startTs: number; readonly size: number; readonly ageMsMax: number }
  | { readonly type: "fail"; readonly exportId: string; readonly message: string }
  /** By its timestamp, in nanoseconds → `{ exportId }`. */
  | { readonly type: "find"; readonly startTs: string };

export interface UnfinishedExports {
  readonly exports: readonly string[];
  /** Those whose archives are to be kept. */
  readonly kept: readonly string[];
}

/** A request that can't be served; code and text are for the caller. */
export class TransferRefusal extends Error {
  override readonly name = "TransferRefusal";
  /** Never 404: the CLI would try the same again for half a minute. */
  readonly status = 400;

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Code of refusals by which a thread learns that its work is no longer wanted. */
export const NOT_WANTED = "NotWanted";
