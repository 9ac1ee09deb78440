/**
 * `GET /api/rivulet/backup` and `POST /api/rivulet/restore`, see docs/spec/backup.md. The work is done in a thread of its own
 * (../backup); here are its way in and out, and the moment at which a restored store takes the place of the running one:
 *
 *     restore:  body ─▶ restore/upload ─▶ thread: restore/data.mdb, files ─▶ engine pauses ─▶ one rename ─▶ engine resumes
 */
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DATA_FILE, JOURNAL_FOLDER, RESTORE_FOLDER } from "../../storage/folder.js";
import { syncFolder } from "../../storage/sync-folder.js";
import type { AdminKeys } from "../admin-keys.js";
import { BackupError, type Summary } from "../backup/archive.js";
import { BackupThread } from "../backup/backup-thread.js";
import type { RestoreProgress } from "../backup/restorer.js";
import type { FileStoreSettings } from "../files/create-file-store.js";
import type { FileStorage } from "../files/file-storage.js";
import type { S3Credentials } from "../files/s3-client.js";
import { dropRest } from "./body.js";
import { requireAdmin } from "./credentials.js";
import type { Logger } from "./logger.js";
import { refusal, RequestError, writeReply } from "./replies.js";

/** What no other backend of this API has. */
export const RIVULET_PREFIX = "/api/rivulet/";
export const BACKUP_PATH = `${RIVULET_PREFIX}backup`;
export const RESTORE_PATH = `${RIVULET_PREFIX}restore`;

export interface BackupApiOptions {
  readonly settings: FileStoreSettings;
  readonly s3Credentials: S3Credentials | null;
  readonly adminKeys: AdminKeys;
  readonly files: FileStorage;
  readonly log: Logger;
  /** Where this deployment's files are in a bucket. */
  readonly fileSpace: () => Promise<string>;
  /** The server's clock. */
  readonly nowMs: () => number;
  /** Runs `swap` while nothing has the store open; then everything that was known of it is forgotten. */
  readonly whilePaused: (swap: () => Promise<void>) => Promise<void>;
}

/** A line of the answer to a restore. */
export type RestoreReport = { readonly progress: RestoreProgress } | { readonly restored: Summary } | { readonly error: string };

/** A peer that neither sends nor takes a byte for this long is gone. */
const IDLE_MS_MAX = 120_000;
const PROGRESS_INTERVAL_MS = 250;

export class BackupApi {
  readonly #options: BackupApiOptions;
  #isBusy = false;

  constructor(options: BackupApiOptions) {
    this.#options = options;
  }

  /** Answers whatever happens. */
  async answer(incoming: IncomingMessage, outgoing: ServerResponse, path: string): Promise<void> {
    try {
      requireAdmin(incoming.headers.authorization, this.#options.adminKeys);
      requireMethod(incoming, outgoing, path === BACKUP_PATH ? "GET" : "POST");
      await this.#alone(() => (path === BACKUP_PATH ? this.#backUp(outgoing) : this.#restore(incoming, outgoing)));
      // Whoever sees the end may ask for the next.
      outgoing.end();
    } catch (error) {
      this.#fail(error, incoming, outgoing);
    }
  }

  /** What an earlier process did not live to remove. */
  async removeLeftovers(): Promise<void> {
    await rm(this.#restoreFolder, { recursive: true, force: true });
  }

  get #restoreFolder(): string {
    return join(this.#options.settings.dataFolder, RESTORE_FOLDER);
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.#isBusy) throw new RequestError(409, "BackupInProgress", "A backup or a restore is under way already. Try again when it has ended.");
    this.#isBusy = true;
    const release = await this.#options.files.holdRemovals();
    try {
      await work();
    } finally {
      release();
      this.#isBusy = false;
    }
  }

  async #backUp(outgoing: ServerResponse): Promise<void> {
    const { settings, s3Credentials, fileSpace } = this.#options;
    const { bytes, result } = BackupThread.backUp({ settings, s3Credentials, job: { type: "backup", space: await fileSpace() } });
    outgoing.setTimeout(IDLE_MS_MAX, () => outgoing.destroy());
    outgoing.writeHead(200, { "Content-Type": "application/zip", "Cache-Control": "no-store" });
    try {
      // A connection that is cut, and not ended, is how the client learns that it has no whole archive.
      await pipeline(bytes, outgoing, { end: false });
    } finally {
      await result.catch(() => null); // that is the error of `bytes`
    }
  }

  async #restore(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const withKeys = new URL(incoming.url!, "http://server").searchParams.get("keys") === "yes";
    const archivePath = join(this.#restoreFolder, "upload.zip");
    await this.removeLeftovers();
    await mkdir(this.#restoreFolder, { mode: 0o700 });
    try {
      incoming.setTimeout(IDLE_MS_MAX, () => incoming.destroy());
      await this.#refuseTooLarge(Number(incoming.headers["content-length"] ?? 0));
      await pipeline(incoming, createWriteStream(archivePath, { mode: 0o600 }));
      outgoing.writeHead(200, { "Content-Type": "application/x-ndjson", "Cache-Control": "no-store" });
      const report = (line: RestoreReport): void => void outgoing.write(`${JSON.stringify(line)}\n`);
      report(await this.#replace(archivePath, withKeys, rarely((progress) => report({ progress }))));
    } finally {
      await this.removeLeftovers();
    }
  }

  async #replace(archivePath: string, withKeys: boolean, onProgress: (progress: RestoreProgress) => void): Promise<RestoreReport> {
    const { settings, s3Credentials, files, log, whilePaused, nowMs } = this.#options;
    const dataFile = join(this.#restoreFolder, DATA_FILE);
    try {
      const { summary, folderFiles } = await BackupThread.run({ settings, s3Credentials, job: { type: "restore", archivePath, dataFile } }, { onProgress, onSpace: (space) => files.leaveSpace(space) });
      await whilePaused(async () => {
        const replacedFile = join(settings.dataFolder, DATA_FILE);
        await BackupThread.run({ settings, s3Credentials, job: { type: "advance", replacedFile, dataFile, nowMs: nowMs() } });
        if (existsSync(join(settings.dataFolder, JOURNAL_FOLDER))) throw new BackupError("What was written last could not be carried from the journal into data.mdb. Make room on the disk of the data folder, or check it, and try again.");
        await this.#swap(dataFile, replacedFile, withKeys ? folderFiles : new Map());
      });
      log.log("info", "The deployment was replaced from a backup.", { ...summary, withKeys });
      return { restored: summary! };
    } catch (error) {
      log.log("error", "A restore failed; nothing was replaced.", { error: String((error as Error).stack ?? error) });
      return { error: error instanceof BackupError ? error.message : `The restore failed, and nothing was replaced: ${(error as Error).message}` };
    }
  }

  /** The rename decides: killed before it, the server starts with the old state; after it, with the new. */
  async #swap(dataFile: string, replacedFile: string, folderFiles: ReadonlyMap<string, string>): Promise<void> {
    const { dataFolder } = this.#options.settings;
    for (const [name, text] of folderFiles) await writeFile(join(this.#restoreFolder, name), text, { mode: 0o600, flush: true });
    await rename(dataFile, replacedFile);
    for (const name of folderFiles.keys()) await rename(join(this.#restoreFolder, name), join(dataFolder, name));
    await syncFolder(dataFolder);
  }

  /** Archive and store beside each other: better told before than in the middle. */
  async #refuseTooLarge(announcedBytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#options.settings.dataFolder);
    if (announcedBytes <= bavail * bsize) return;
    throw new RequestError(507, "StorageFull", `The backup has ${announcedBytes} bytes, and the disk of the data folder has ${bavail * bsize} left. Make room and try again.`);
  }

  #fail(error: unknown, incoming: IncomingMessage, outgoing: ServerResponse): void {
    dropRest(incoming);
    if (!(error instanceof RequestError) && !outgoing.destroyed) {
      this.#options.log.log("error", "A backup or restore failed.", { error: String((error as Error).stack ?? error) });
    }
    if (outgoing.headersSent) outgoing.destroy();
    else writeReply(outgoing, refusal(error instanceof RequestError ? error : { status: 500, code: "BackupFailed", message: `The backup or restore failed: ${(error as Error).message}` }));
  }
}

function requireMethod(incoming: IncomingMessage, outgoing: ServerResponse, method: string): void {
  if (incoming.method === method) return;
  outgoing.setHeader("Allow", method);
  throw new RequestError(405, "MethodNotAllowed", `This address answers ${method} only.`);
}

function rarely<T>(call: (value: T) => void): (value: T) => void {
  let lastMs = -Infinity;
  return (value) => {
    if (performance.now() - lastMs < PROGRESS_INTERVAL_MS) return;
    lastMs = performance.now();
    call(value);
  };
}
