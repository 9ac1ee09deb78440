/** `rivulet backup`: one archive of everything that a deployment keeps, of a server that runs or of a folder. */
import { createWriteStream, existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { Summary } from "../server/backup/archive.js";
import { ArchiveReader } from "../server/backup/archive-reader.js";
import { backUpFolder } from "../server/backup/folder-backup.js";
import { readS3Credentials } from "../server/files/create-file-store.js";
import { BACKUP_PATH } from "../server/network/backup-api.js";
import { readSettings, type SettingFlags } from "../server/settings.js";
import { StorageError } from "../storage/errors.js";
import { syncFolder } from "../storage/sync-folder.js";
import type { Io } from "./io.js";
import { ask, readRemote, RemoteError, type RemoteFlags } from "./remote.js";

export interface BackupFlags extends RemoteFlags {
  readonly force: boolean;
  readonly settings: SettingFlags;
}

export async function backup(file: string, flags: BackupFlags, io: Io): Promise<void> {
  const path = resolve(io.cwd, file);
  if (existsSync(path) && !flags.force) throw new Error(`There is a file ${path} already. Name another, or overwrite it with --force.`);
  // A folder that is named is meant, whatever server the environment names.
  const remote = flags.settings.dataFolder === undefined || flags.url !== undefined ? readRemote(flags, io) : null;
  const write = (bytes: Readable): Promise<void> => writeDurably(path, bytes);
  if (remote === null) await fromFolder(flags, io, write);
  else await write(Readable.fromWeb((await ask(remote, BACKUP_PATH)).body as ReadableStream)).catch((error: unknown) => explain(error, remote.url));
  io.out(describe(path, await check(path)));
}

async function fromFolder(flags: BackupFlags, io: Io, write: (bytes: Readable) => Promise<void>): Promise<void> {
  const settings = readSettings(flags.settings, io.environment);
  if (!existsSync(settings.dataFolder)) throw new Error(`There is no data folder ${settings.dataFolder}. Name one with --data, or a server that runs with --url.`);
  try {
    await backUpFolder(settings, readS3Credentials(io.environment), ({ bytes }) => write(bytes));
  } catch (error) {
    if (!(error instanceof StorageError && error.kind === "inUse")) throw error;
    throw new Error(`A server runs on ${settings.dataFolder}. Ask it for the backup: rivulet backup <file> --url <its address> --admin-key <key>`, { cause: error });
  }
}

/** Under its name it is whole: until then it has another. */
async function writeDurably(path: string, bytes: Readable): Promise<void> {
  const unfinished = `${path}.unfinished`;
  try {
    await pipeline(bytes, createWriteStream(unfinished, { mode: 0o600, flush: true }));
    await ArchiveReader.open(unfinished).then((archive) => archive[Symbol.asyncDispose]());
    await rename(unfinished, path);
    await syncFolder(dirname(path));
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function check(path: string): Promise<Summary> {
  await using archive = await ArchiveReader.open(path);
  return archive.summary;
}

/** A broken connection has no call of the operating system. */
function explain(error: unknown, url: string): never {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") throw new Error("The disk is full. Make room, or write the backup elsewhere.", { cause: error });
  if (syscall === "open" || syscall === "write") throw new Error(`The backup can't be written: ${message}. Choose another place.`, { cause: error });
  throw new RemoteError(`The connection to ${url} broke before the backup was whole. The log of the server may say why; try again.`, { cause: error });
}

function describe(path: string, { timestamp, entries, files, fileBytes }: Summary): string {
  return `${path}: ${entries.toLocaleString("en")} entries and ${files.toLocaleString("en")} files (${fileBytes.toLocaleString("en")} bytes), as of ${new Date(timestamp / 1000).toISOString()}`;
}
