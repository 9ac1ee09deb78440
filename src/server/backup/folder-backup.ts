/** Backup and restore of a data folder that no server runs on. Whoever calls these holds it meanwhile: no server can start. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Database } from "../../database/database.js";
import { createDataFolder, openDataFolder, type DataFolder } from "../../storage/folder.js";
import { openOwnedStore } from "../../storage/owned-store.js";
import { openSharedStore } from "../../storage/shared-store.js";
import type { Snapshot } from "../../storage/store.js";
import { newFileSecret, readFileSecret } from "../engine/file-secret.js";
import { createFileStore, type FileStoreSettings } from "../files/create-file-store.js";
import { FileUrls, type FileSecret } from "../files/file-urls.js";
import type { S3Credentials } from "../files/s3-client.js";
import type { Summary } from "./archive.js";
import { ArchiveReader } from "./archive-reader.js";
import { writeArchive, type ArchiveStream } from "./archive-writer.js";
import { restoreArchive, type RestoreProgress } from "./restorer.js";

/** `use` reads the archive to its end. Throws StorageError where the folder is in use or can't be read. */
export async function backUpFolder(settings: FileStoreSettings, credentials: S3Credentials | null, use: (archive: ArchiveStream) => Promise<void>): Promise<void> {
  const folder = await openDataFolder(settings.dataFolder);
  try {
    const secret = await fileSecretOf(folder);
    const store = await openSharedStore(folder.path);
    let reader: Snapshot | null = null;
    try {
      reader = store.snapshot();
      const fileStore = await createFileStore(settings, credentials, async () => new FileUrls(secret, "").space);
      await use(await writeArchive({ reader, fileStore, folder: folder.path }));
    } finally {
      reader?.release();
      await store.close();
    }
  } finally {
    await folder.release();
  }
}

async function fileSecretOf({ path }: DataFolder): Promise<FileSecret> {
  const database = new Database({ ...(await openOwnedStore(path)), nowMs: Date.now });
  try {
    return readFileSecret(database) ?? newFileSecret();
  } finally {
    await database.close();
  }
}

/** Makes the data folder. Throws BackupError, StorageError; then the folder is as empty as before. */
export async function restoreFolder(archivePath: string, settings: FileStoreSettings, credentials: S3Credentials | null, onProgress: (progress: RestoreProgress) => void): Promise<Summary> {
  await using archive = await ArchiveReader.open(archivePath);
  await createDataFolder(settings.dataFolder, async ({ path, dataFile }) => {
    await restoreArchive(archive, { dataFile, openFileStore: (space) => createFileStore(settings, credentials, async () => space), onProgress });
    for (const [name, text] of await archive.folderFiles()) await writeFile(join(path, name), text, { mode: 0o600, flush: true });
  });
  return archive.summary;
}
