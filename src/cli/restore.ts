/** `rivulet restore`: makes a deployment of a backup, in a new folder or in place of what a server has. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { createInterface } from "node:readline";
import type { ReadableStream } from "node:stream/web";
import { ArchiveReader } from "../server/backup/archive-reader.js";
import type { Summary } from "../server/backup/archive.js";
import { restoreFolder } from "../server/backup/folder-backup.js";
import type { RestoreProgress } from "../server/backup/restorer.js";
import { readS3Credentials } from "../server/files/create-file-store.js";
import { RESTORE_PATH, type RestoreReport } from "../server/network/backup-api.js";
import { readSettings, type SettingFlags } from "../server/settings.js";
import { StorageError } from "../storage/errors.js";
import type { Io } from "./io.js";
import { ask, causeOf, readRemote, RemoteError, type Remote, type RemoteFlags } from "./remote.js";

export interface RestoreFlags extends RemoteFlags {
  readonly yes: boolean;
  readonly withKeys: boolean;
  readonly settings: SettingFlags;
}

export async function restore(file: string, flags: RestoreFlags, io: Io): Promise<void> {
  const path = resolve(io.cwd, file);
  const { summary, manifest } = await head(path);
  const moment = new Date(manifest.timestamp / 1000).toISOString();
  const remote = flags.settings.dataFolder === undefined || flags.url !== undefined ? readRemote(flags, io) : null;
  if (remote !== null && !flags.yes) {
    throw new Error(`This replaces everything that ${remote.url} has - data, files, code, environment variables, schedules - by the state of ${moment}. Nothing was done. Add --yes to do it; make a backup before.`);
  }
  io.err(`Restoring ${summary.entries.toLocaleString("en")} entries and ${summary.files.toLocaleString("en")} files, as of ${moment}`);
  const { dataFolder } = readSettings(flags.settings, io.environment);
  if (remote === null) await intoFolder(path, flags, io);
  else await intoServer(path, remote, flags, io);
  io.out(remote === null ? `Restored into ${dataFolder}. Start it with: rivulet start --data ${dataFolder}` : `Restored. ${remote.url} serves the state of ${moment}.`);
}

async function head(path: string): Promise<ArchiveReader> {
  await using archive = await ArchiveReader.open(path);
  return archive;
}

async function intoFolder(path: string, flags: RestoreFlags, io: Io): Promise<void> {
  const settings = readSettings(flags.settings, io.environment);
  try {
    await restoreFolder(path, settings, readS3Credentials(io.environment), progressTo(io));
  } catch (error) {
    if (!(error instanceof StorageError && error.kind === "inUse")) throw error;
    throw new Error(`A server runs on ${settings.dataFolder}. Choose a new folder with --data, or replace what the server has: rivulet restore <file> --url <its address> --admin-key <key> --yes`, { cause: error });
  }
}

async function intoServer(path: string, remote: Remote, { withKeys }: RestoreFlags, io: Io): Promise<void> {
  const { size } = await stat(path);
  const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
  const init = { method: "POST", body, duplex: "half", headers: { "Content-Length": String(size), "Content-Type": "application/zip" } } as RequestInit;
  const response = await ask(remote, `${RESTORE_PATH}${withKeys ? "?keys=yes" : ""}`, init);
  const onProgress = progressTo(io);
  let restored: Summary | null = null;
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(response.body as never) })) {
      const report = JSON.parse(line) as RestoreReport;
      if ("error" in report) throw new RemoteError(report.error);
      if ("progress" in report) onProgress(report.progress);
      else restored = report.restored;
    }
  } catch (error) {
    if (error instanceof RemoteError) throw error;
    throw new RemoteError(`The connection to ${remote.url} broke (${causeOf(error)}) before it said whether the restore ended. Look at what it serves, and at its log.`, { cause: error });
  }
  if (restored === null) throw new RemoteError(`${remote.url} did not say whether the restore ended. Look at what it serves, and at its log.`);
}

/** A line each tenth of a step. */
function progressTo(io: Io): (progress: RestoreProgress) => void {
  let shown = "";
  return ({ step, done, total }) => {
    const tenth = total === 0 ? 10 : Math.floor((done / total) * 10);
    const text = `  ${step}: ${tenth * 10} %`;
    if (text === shown) return;
    shown = text;
    io.err(text);
  };
}
