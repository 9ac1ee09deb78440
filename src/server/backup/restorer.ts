/**
 * Makes a deployment of a backup: a store, and the files that it speaks of. What it makes is not in use until whoever asked has
 * put it in its place; until then nothing that exists is changed, but that the file storage has more files.
 */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { documentTexts, openCopy } from "../../database/copy.js";
import { Database } from "../../database/database.js";
import { FILES_TABLE } from "../../functions/stored-files.js";
import { openLmdbStore } from "../../storage/lmdb.js";
import { openOwnedStore } from "../../storage/owned-store.js";
import type { Store, WriteOp } from "../../storage/store.js";
import { parseValue } from "../../values/value.js";
import { inNewSpace, newFileSecret, readFileSecret, storeFileSecret } from "../engine/file-secret.js";
import { readLeftSpaces, storeLeftSpaces } from "../engine/left-spaces.js";
import type { FileStore } from "../files/file-store.js";
import { FileUrls } from "../files/file-urls.js";
import { BackupError, type FileRecord, type Summary } from "./archive.js";
import type { ArchiveReader } from "./archive-reader.js";
import { fileKeyOf } from "./archive-writer.js";

export interface RestoreTarget {
  /** Where the store is made; there must be none. */
  readonly dataFile: string;
  readonly openFileStore: (space: string) => Promise<FileStore>;
  readonly onProgress: (progress: RestoreProgress) => void;
}

export interface RestoreProgress {
  readonly step: "database" | "files";
  /** Entries, or files. */
  readonly done: number;
  readonly total: number;
}

/** Characters that are written together. */
const GROUP_CHARS = 8 * 1024 * 1024;
const GROUP_ENTRIES = 20_000;

/** Throws BackupError for what is wrong with the archive; then what was made is of no use. */
export async function restoreArchive(archive: ArchiveReader, target: RestoreTarget): Promise<Summary> {
  const store = await openLmdbStore({ path: target.dataFile });
  // `close` below is of the database, which closes its store.
  const database = await fillStore(archive, store, target).then(
    () => openCopy(store, 0),
    async (error: unknown) => {
      await store.close();
      throw error;
    },
  );
  try {
    const secret = inNewSpace(readFileSecret(database) ?? newFileSecret());
    storeFileSecret(database, secret);
    // Those are for the deployment to sweep that the archive is of.
    storeLeftSpaces(database, []);
    await database.idle();
    await restoreFiles(archive, store, await target.openFileStore(new FileUrls(secret, "").space), target);
  } finally {
    await database.close();
  }
  return archive.summary;
}

/**
 * Whoever saw timestamps of the store that is replaced must find later ones in the store that takes its place. No one may have
 * either of them open.
 */
export async function advancePast(replacedFile: string, dataFile: string, nowMs: number, isInBucket: boolean): Promise<void> {
  // Its close carries over what its journal may still have; where that fails the journal stays, and nothing may be put beside it.
  const replaced = new Database({ ...(await openOwnedStore(dirname(replacedFile))), nowMs: () => nowMs });
  const seenMs = replaced.lastTs / 1000;
  const spaces = isInBucket ? spacesOf(replaced) : [];
  await replaced.close();
  const database = await openCopy(await openLmdbStore({ path: dataFile }), Math.max(nowMs, seenMs));
  const own = spaceOf(database);
  storeLeftSpaces(database, spaces.filter((space) => space !== own));
  await database.close();
}

/** Where a deployment has files in a bucket, or had, and has not swept them yet. */
function spacesOf(database: Database): string[] {
  return [...readLeftSpaces(database), spaceOf(database)].filter((space) => space !== null);
}

function spaceOf(database: Database): string | null {
  const secret = readFileSecret(database);
  return secret === null ? null : new FileUrls(secret, "").space;
}

async function fillStore(archive: ArchiveReader, store: Store, { onProgress }: RestoreTarget): Promise<void> {
  const total = archive.summary.entries;
  let group: WriteOp[] = [];
  let [chars, done] = [0, 0];
  const writeGroup = async (): Promise<void> => {
    await store.write(group);
    done += group.length;
    [group, chars] = [[], 0];
    onProgress({ step: "database", done, total });
  };
  for await (const entry of archive.databaseEntries()) {
    group.push(entry);
    chars += entry[0].length + entry[1].length;
    if (chars >= GROUP_CHARS || group.length >= GROUP_ENTRIES) await writeGroup();
  }
  await writeGroup();
}

async function restoreFiles(archive: ArchiveReader, store: Store, fileStore: FileStore, { onProgress }: RestoreTarget): Promise<void> {
  const total = archive.summary.files;
  let done = 0;
  const snapshot = store.snapshot();
  try {
    for (const text of documentTexts(snapshot, FILES_TABLE)) {
      await restoreFile(archive, fileStore, parseValue(text) as unknown as FileRecord);
      onProgress({ step: "files", done: ++done, total });
    }
  } finally {
    snapshot.release();
  }
  if (done !== total) throw new BackupError(`The backup is damaged: its database speaks of ${done} files, and its end of ${total}. Take another copy of it, or another backup.`);
}

async function restoreFile(archive: ArchiveReader, fileStore: FileStore, record: FileRecord): Promise<void> {
  const key = fileKeyOf(record);
  // Under its key there is either nothing or the same: keys are never used again.
  if (record.size > 0 && (await isThere(fileStore, key, record.size))) return;
  const source = await archive.openFile(key, record.size);
  await fileStore.put(key, checkedBytes(source as AsyncIterable<Uint8Array>, record), record.size);
}

async function isThere(fileStore: FileStore, key: string, size: number): Promise<boolean> {
  const stream = await fileStore.read(key, { start: 0, end: 0 }, size).catch(() => null);
  stream?.destroy();
  return stream !== null;
}

async function* checkedBytes(source: AsyncIterable<Uint8Array>, record: FileRecord): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest("hex") !== record.sha256) throw new BackupError(`The backup is damaged: the file ${record._id} in it is not what was stored. Take another copy of it, or another backup.`);
}
