/**
 * The data folder: everything durable of one deployment. This module creates it, keeps other processes out, and
 * refuses what it cannot read, before anything in it is changed.
 *
 *     DIR/format.json       what wrote the folder; written last when a folder is created, so it marks a complete one
 *     DIR/data.mdb          the store (`lmdb.ts`), and LMDB's data.mdb-lock
 *     DIR/journal/          groups of writes that are not in data.mdb yet (`journal.ts`); none after a clean end
 *     DIR/lock.mdb          the lock of the process (`folder-lock.ts`), and LMDB's lock.mdb-lock
 *     DIR/files/            file storage
 *     DIR/node/             modules and packages of "use node" actions
 *     DIR/transfers/        files that are imported, and archives of exports
 *     DIR/admin-keys.json   admin keys
 *     DIR/signing-keys.json keys by which the deployment signs tokens
 *     DIR/logs/             function logs
 *     DIR/restore/          what a restore builds before it takes the place of the rest
 *
 * The last seven belong to layers above, which create them.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StorageCorruptError, StorageError } from "./errors.js";
import { lockFolder } from "./folder-lock.js";
import { openLmdbStore } from "./lmdb.js";
import { checkDataFile } from "./lmdb-file.js";
import { syncFolder } from "./sync-folder.js";

export const FORMAT_NAME = "rivulet";
/** 2: with a journal, which a reader of 1 would leave out. */
export const FORMAT_VERSION = 2;

export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  /** For `openLmdbStore`, in any thread of this process. */
  readonly dataFile: string;
  /** Lets other processes in. Every store of the folder must be closed before. Idempotent. */
  release(): Promise<void>;
}

export const DATA_FILE = "data.mdb";
export const JOURNAL_FOLDER = "journal";
export const NODE_FOLDER = "node";
export const TRANSFERS_FOLDER = "transfers";
export const FILES_FOLDER = "files";
export const LOGS_FOLDER = "logs";
export const RESTORE_FOLDER = "restore";
/** There while a folder is made from a backup, until its format.json is. */
const FILLING_MARK = "restore.unfinished";

/** What may lie in a folder whose creation was interrupted. */
const CREATION_NAMES = ["admin-keys.json", "signing-keys.json", "log-streams.json", "lock.mdb", "lock.mdb-lock", "data.mdb", "data.mdb-lock", "format.json.new", "lost+found"];
const OWN_NAMES = [...CREATION_NAMES, JOURNAL_FOLDER, FILES_FOLDER, NODE_FOLDER, TRANSFERS_FOLDER, LOGS_FOLDER, RESTORE_FOLDER, FILLING_MARK];

/** Creates the folder when it is absent or empty. Throws `StorageError`; then nothing is held. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const absolute = resolve(path);
  await createFolder(absolute);
  await refuseForeign(absolute);
  return await locked(absolute, checkContent);
}

/**
 * Creates a folder, absent or empty before, with what `fill` puts into it; its store must be closed when `fill` ends. A folder
 * that was left in the middle can't be opened, and is begun anew by the next call. Throws `StorageError`.
 */
export async function createDataFolder(path: string, fill: (folder: DataFolder) => Promise<void>): Promise<void> {
  const absolute = resolve(path);
  await createFolder(absolute);
  await refuseForeign(absolute);
  const folder = await locked(absolute, clearForFilling);
  try {
    await fill(folder);
    await writeFormat(folder.path);
  } catch (error) {
    await clear(folder.path);
    throw error;
  } finally {
    await rm(join(folder.path, FILLING_MARK), { force: true });
    await folder.release();
  }
}

async function locked(path: string, check: (folder: DataFolder) => Promise<void>): Promise<DataFolder> {
  const lock = await lockFolder(path);
  const folder: DataFolder = { path, dataFile: join(path, DATA_FILE), release: () => lock.release() };
  try {
    await check(folder);
  } catch (error) {
    await lock.release();
    throw error;
  }
  return folder;
}

async function clearForFilling({ path, dataFile }: DataFolder): Promise<void> {
  const names = await readdir(path);
  if (names.includes("format.json")) {
    throw new StorageError("foreign", `The folder ${path} holds a deployment already. Choose another folder, or replace what a running server has (--url).`);
  }
  if (!names.includes(FILLING_MARK) && (names.some((name) => !CREATION_NAMES.includes(name)) || (await hasEntries(dataFile)))) {
    throw new StorageError("foreign", `The folder ${path} is not empty. Choose another folder.`);
  }
  await writeFile(join(path, FILLING_MARK), "A restore into this folder has not ended. Run it again.\n", { flush: true });
  await clear(path);
}

/** But for the locks, which are held, and the mark. */
async function clear(path: string): Promise<void> {
  const kept = ["lock.mdb", "lock.mdb-lock", "lost+found", FILLING_MARK];
  for (const name of await readdir(path)) if (!kept.includes(name)) await rm(join(path, name), { recursive: true });
}

async function createFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError("io", `The data folder ${path} cannot be created (${text}). Choose another with --data.`, {
      cause,
    });
  }
}

async function refuseForeign(path: string): Promise<void> {
  const names = await readdir(path);
  if (names.includes("format.json")) return;
  const foreign = names.find((name) => !OWN_NAMES.includes(name));
  if (foreign !== undefined) {
    const message = `The folder ${path} holds files of something else (${foreign}). Choose an empty folder with --data.`;
    throw new StorageError("foreign", message);
  }
}

async function checkContent(folder: DataFolder): Promise<void> {
  const format = await readIfPresent(join(folder.path, "format.json"));
  if (format === undefined) return createContent(folder);
  const version = checkFormat(format, folder.path);
  if (!(await isPresent(folder.dataFile))) {
    throw new StorageCorruptError(`The data folder ${folder.path} has lost its data.mdb. Restore it from a backup.`);
  }
  await checkDataFile(folder.dataFile);
  if (version < FORMAT_VERSION) await upgradeFormat(folder.path, version);
}

/** The version. */
function checkFormat(text: string, path: string): number {
  const format = parseFormat(text);
  if (format === undefined) {
    throw new StorageCorruptError(`${join(path, "format.json")} cannot be read. Restore the data folder from a backup.`);
  }
  if (format.format !== FORMAT_NAME) {
    const message = `The folder ${path} holds data of "${format.format}". Choose another folder with --data.`;
    throw new StorageError("foreign", message);
  }
  if (format.version > FORMAT_VERSION) {
    const message = `The data folder ${path} has format ${format.version}; this version reads up to ${FORMAT_VERSION}. Install a newer version.`;
    throw new StorageError("newerFormat", message);
  }
  return format.version;
}

function parseFormat(text: string): { format: string; version: number } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("format" in value && "version" in value)) return undefined;
    const { format, version } = value;
    const isValid = typeof format === "string" && typeof version === "number" && Number.isInteger(version) && version >= 1;
    return isValid ? { format, version } : undefined;
  } catch {
    return undefined;
  }
}

/** Takes up a creation that was interrupted as well: until `format.json` is there, no store was ever handed out. */
async function createContent(folder: DataFolder): Promise<void> {
  const names = await readdir(folder.path);
  if (names.includes(FILLING_MARK)) {
    throw new StorageCorruptError(`A restore into the data folder ${folder.path} was interrupted. Run it again: rivulet restore <file> --data ${folder.path}`);
  }
  if (names.some((name) => !CREATION_NAMES.includes(name)) || (await hasEntries(folder.dataFile))) {
    const message = `The data folder ${folder.path} has lost its format.json. Restore it from a backup.`;
    throw new StorageCorruptError(message);
  }
  const store = await openLmdbStore({ path: folder.dataFile });
  await store.close();
  await writeFormat(folder.path);
}

/** An empty file is one whose creation stopped before LMDB wrote to it. */
async function hasEntries(dataFile: string): Promise<boolean> {
  if (!(await isPresent(dataFile)) || (await stat(dataFile)).size === 0) return false;
  return (await checkDataFile(dataFile)) > 0n;
}

/** What was written since is not to be opened by a version that would read only a part of it. */
async function upgradeFormat(path: string, version: number): Promise<void> {
  try {
    await writeFormat(path);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError("io", `The data folder ${path} has format ${version} and cannot be brought to ${FORMAT_VERSION} (${text}). Check its permissions and the free space of its disk.`, { cause });
  }
}

/** Whole or not at all, whenever the process or the machine stops. */
async function writeFormat(path: string): Promise<void> {
  const newPath = join(path, "format.json.new");
  const file = await open(newPath, "w");
  try {
    await file.writeFile(`${JSON.stringify({ format: FORMAT_NAME, version: FORMAT_VERSION })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(newPath, join(path, "format.json"));
  await syncFolder(path);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  return (await isPresent(path)) ? readFile(path, "utf8") : undefined;
}

async function isPresent(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
