/** Files of the data folder that hold keys: for their owner's eyes, and replaced whole, so that a reader never sees half of one. */
import { closeSync, fsyncSync, openSync, renameSync, statSync, writeSync } from "node:fs";

const OWNER_ONLY = 0o600;

/** Durable, but for its name: after a power cut the file may be the one before. */
export function replacePrivateFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  const file = openSync(temporary, "w", OWNER_ONLY);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** Tells whether a file has been replaced since; null where there is none. */
export function fileVersion(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
}
