/** The thread of imports or of exports: it reads the store by itself, and asks the engine for everything that writes. */
import { parentPort, workerData } from "node:worker_threads";
import { openSharedStore, type SharedStore } from "../storage/shared-store.js";
import { createFileStore } from "./files/create-file-store.js";
import { ExportRun } from "./transfer/export-run.js";
import { exportPath, uploadFolder } from "./transfer/folders.js";
import { ImportError } from "./transfer/import-error.js";
import { ImportRun } from "./transfer/import-run.js";
import type { ExportJob, ImportJob } from "./transfer/transfer-messages.js";
import { UploadError } from "./transfer/upload-folder.js";
import { TransferInterrupted, WorkerLink, type TransferJob, type TransferWorkerData } from "./transfer/worker-link.js";
import { CLOCKS, wallClock } from "./wall-clock.js";

const { settings, s3Credentials, testClock } = workerData as TransferWorkerData;
/** The job that is being worked on; one comes when the last is over. */
let work: Promise<void> = Promise.resolve();
const link = new WorkerLink(parentPort!, {
  onJob: (job) => void (work = opening.then((opened) => run(job, opened))),
  onStop: () => void work.then(close, close),
});
const opening = openSharedStore(settings.dataFolder);

async function run(job: TransferJob, opened: SharedStore): Promise<void> {
  try {
    if (job.kind === "import") await runImport(job.importId, opened);
    else await runExport(job.exportId, opened);
  } catch (error) {
    // Another thread takes the work up, or nobody wants it.
    if (!(error instanceof TransferInterrupted)) throw error;
  }
  link.over();
}

/** A thread that ends with its store open can take the process along. */
async function close(): Promise<void> {
  await (await opening).close();
  link.close();
}

async function runImport(importId: string, opened: SharedStore): Promise<void> {
  const begun = await link.call<ImportJob>({ kind: "import", request: { type: "begin", importId } });
  const { dataFolder, importBytesMax, fileBytesMax } = settings;
  const nowMs = wallClock(CLOCKS, testClock ?? undefined);
  try {
    await new ImportRun({ link, store: opened, uploads: uploadFolder(dataFolder, importBytesMax), unpackedBytesMax: importBytesMax, fileBytesMax, nowMs }, begun).run();
  } catch (error) {
    if (error instanceof TransferInterrupted) throw error;
    await link.call({ kind: "import", request: { type: "fail", importId, message: messageOf(error) } });
    if (!isExpected(error)) link.log(error);
  }
}

async function runExport(exportId: string, opened: SharedStore): Promise<void> {
  const begun = await link.call<ExportJob>({ kind: "export", request: { type: "begin", exportId } });
  const space = async (): Promise<string> => (await link.call<{ readonly space: string }>({ kind: "files", request: { type: "space" } })).space;
  try {
    await new ExportRun({ link, store: opened, openFiles: () => createFileStore(settings, s3Credentials, space), path: exportPath(settings.dataFolder, exportId), ageMsMax: settings.exportAgeMax }, begun).run();
  } catch (error) {
    if (error instanceof TransferInterrupted) throw error;
    await link.call({ kind: "export", request: { type: "fail", exportId, message: messageOf(error) } });
    link.log(error);
  }
}

/** The file is at fault, or its upload is gone: the database came from a backup. */
function isExpected(error: unknown): error is Error {
  return error instanceof ImportError || error instanceof UploadError;
}

function messageOf(error: unknown): string {
  if (isExpected(error)) return error.message;
  return `The server failed for a reason of its own, which its log tells: ${error instanceof Error ? error.message : String(error)}`;
}
