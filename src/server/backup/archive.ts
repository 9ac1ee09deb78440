/**
 * What is in a backup, see docs/spec/backup.md: names and contents of the zip file's entries, in their order.
 *
 *     manifest.json     Manifest
 *     database.jsonl    [key, value] of every entry, a line each
 *     folder/<name>     files of the data folder that belong to the deployment
 *     files/<key>       bytes of stored files
 *     end.json          Summary
 */
import { ADMIN_KEYS_FILE } from "../admin-keys.js";
import { SIGNING_KEYS_FILE } from "../auth/signing-keys.js";
import { LOG_STREAMS_FILE } from "../log-streams/stream-config.js";

export const MANIFEST_NAME = "manifest.json";
export const DATABASE_NAME = "database.jsonl";
export const FOLDER_PREFIX = "folder/";
export const FILES_PREFIX = "files/";
export const END_NAME = "end.json";

/** Whatever else a data folder keeps beside its store that can't be made again. */
export const FOLDER_FILES: readonly string[] = [ADMIN_KEYS_FILE, SIGNING_KEYS_FILE, LOG_STREAMS_FILE];

export const ARCHIVE_FORMAT = "rivulet-backup";
export const ARCHIVE_VERSION = 1;

export interface Manifest {
  readonly format: typeof ARCHIVE_FORMAT;
  readonly version: number;
  /** The version of Rivulet that wrote it. */
  readonly rivulet: string;
  /** Of the last commit in it: microseconds since 1970. */
  readonly timestamp: number;
}

export interface Summary {
  readonly timestamp: number;
  readonly entries: number;
  /** Of the text of database.jsonl, hexadecimal. */
  readonly sha256: string;
  readonly files: number;
  readonly fileBytes: number;
}

/** The archive can't be used, or can't be made; `message` says the cause and the mend. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

/** A document of "_storage". */
export interface FileRecord {
  readonly _id: string;
  readonly size: number;
  readonly sha256: string;
}
