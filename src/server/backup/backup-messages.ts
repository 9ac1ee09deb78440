/** Between the network thread and the thread of a backup or a restore. */
import type { FileStoreSettings } from "../files/create-file-store.js";
import type { S3Credentials } from "../files/s3-client.js";
import type { Summary } from "./archive.js";
import type { RestoreProgress } from "./restorer.js";

export interface BackupWorkerData {
  readonly settings: FileStoreSettings;
  readonly s3Credentials: S3Credentials | null;
  readonly job: BackupJob;
}

export type BackupJob =
  /** `space` is where the deployment's files are in a bucket. */
  | { readonly type: "backup"; readonly space: string }
  | { readonly type: "restore"; readonly archivePath: string; readonly dataFile: string }
  /** See `advancePast`. */
  | { readonly type: "advance"; readonly replacedFile: string; readonly dataFile: string; readonly nowMs: number };

export interface BackupResult {
  readonly summary: Summary | null;
  /** Files of the data folder that a restore found, by name. */
  readonly folderFiles: ReadonlyMap<string, string>;
}

export type FromBackupWorker =
  /** One for each {@link ToBackupWorker} "more". */
  | { readonly type: "chunk"; readonly bytes: Uint8Array }
  /** Where files are about to be put in a bucket. Waits for {@link ToBackupWorker} "more". */
  | { readonly type: "space"; readonly space: string }
  | { readonly type: "progress"; readonly progress: RestoreProgress }
  | { readonly type: "done"; readonly result: BackupResult }
  /** Fit for the operator. */
  | { readonly type: "failed"; readonly message: string };

export type ToBackupWorker = { readonly type: "more" } | { readonly type: "stop" };
