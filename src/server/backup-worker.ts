/**
 * The thread of one backup or restore of a server that runs: reads, packs and unpacks beside the engine, which goes on
 * serving. The network thread pumps a backup's bytes to its client and puts a restored store in its place.
 */
import { parentPort, workerData } from "node:worker_threads";
import { openSharedStore } from "../storage/shared-store.js";
import type { Snapshot } from "../storage/store.js";
import { BackupError, type Summary } from "./backup/archive.js";
import { ArchiveReader } from "./backup/archive-reader.js";
import { writeArchive } from "./backup/archive-writer.js";
import type { BackupJob, BackupWorkerData, FromBackupWorker, ToBackupWorker } from "./backup/backup-messages.js";
import { advancePast, restoreArchive } from "./backup/restorer.js";
import { createFileStore } from "./files/create-file-store.js";
import { FileStoreError, type FileStore } from "./files/file-store.js";

const { settings, s3Credentials, job } = workerData as BackupWorkerData;
const port = parentPort!;
const post = (message: FromBackupWorker): void => port.postMessage(message);
const openFileStore = (space: string): Promise<FileStore> => createFileStore(settings, s3Credentials, async () => space);

/** The deployment that runs is told first: what is put there is swept, should the restore fail. */
async function openNewSpace(space: string): Promise<FileStore> {
  post({ type: "space", space });
  if (!(await isWanted())) throw new BackupError("The restore was given up.");
  return await openFileStore(space);
}

const done = (summary: Summary | null, folderFiles: ReadonlyMap<string, string> = new Map()): void => post({ type: "done", result: { summary, folderFiles } });

let chunksWanted = 0;
let isStopped = false;
let wake = (): void => {};
port.on("message", (message: ToBackupWorker) => {
  if (message.type === "more") chunksWanted++;
  else isStopped = true;
  wake();
});

/** Resolves to false when nobody wants more. */
async function isWanted(): Promise<boolean> {
  while (chunksWanted === 0 && !isStopped) await new Promise<void>((resolve) => (wake = resolve));
  chunksWanted--;
  return !isStopped;
}

async function backUp({ space }: BackupJob & { type: "backup" }): Promise<void> {
  const store = await openSharedStore(settings.dataFolder);
  let reader: Snapshot | null = null;
  try {
    reader = store.snapshot();
    const { bytes, summary } = await writeArchive({ reader, fileStore: await openFileStore(space), folder: settings.dataFolder });
    for await (const chunk of bytes) {
      if (!(await isWanted())) return;
      post({ type: "chunk", bytes: chunk as Uint8Array });
    }
    done(summary());
  } finally {
    reader?.release();
    await store.close();
  }
}

async function restore({ archivePath, dataFile }: BackupJob & { type: "restore" }): Promise<void> {
  await using archive = await ArchiveReader.open(archivePath);
  const summary = await restoreArchive(archive, { dataFile, openFileStore: settings.s3Bucket === null ? openFileStore : openNewSpace, onProgress: (progress) => post({ type: "progress", progress }) });
  done(summary, await archive.folderFiles());
}

try {
  switch (job.type) {
    case "backup":
      await backUp(job);
      break;
    case "restore":
      await restore(job);
      break;
    case "advance":
      await advancePast(job.replacedFile, job.dataFile, job.nowMs, settings.s3Bucket !== null);
      done(null);
      break;
    default:
      job satisfies never;
  }
} catch (error) {
  if (!(error instanceof BackupError || error instanceof FileStoreError)) throw error;
  post({ type: "failed", message: error.message });
} finally {
  port.close();
}
