/**
 * Files in the data folder for mutations, which wait for nothing: read and written in place, while everything else of their
 * thread stands still. The names are those of {@link LocalFileStore}. What is under a name may be cut short by a kill; no
 * document names it then, and it is swept.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { FileBytes } from "../../functions/stored-files.js";
import { describedFailure, filePath, fileShard } from "./local-file-store.js";

export function localFileBytes(folder: string): FileBytes {
  return {
    write: (key, bytes) => {
      try {
        write(folder, key, bytes);
      } catch (error) {
        throw describedFailure(error);
      }
    },
    read: (key) => readFileSync(filePath(folder, key)),
  };
}

function write(folder: string, key: string, bytes: Uint8Array): void {
  const made = mkdirSync(fileShard(folder, key), { recursive: true, mode: 0o700 });
  const file = openSync(filePath(folder, key), "wx", 0o600);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(fileShard(folder, key));
  if (made !== undefined) syncFolder(join(fileShard(folder, key), ".."));
}

/** A name is durable when its folder is. */
function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
