/**
 * Spaces in a bucket (FileUrls.space) that this deployment's files were in before it was replaced from a backup, or were to be in
 * when a restore failed. What lies there is swept behind everything else; until then the database remembers them.
 */
import type { Database } from "../../database/database.js";
import { NO_LIMITS, readSystemTable, writeSystemTable } from "../deploy/system-documents.js";

const TABLE = "_left_file_spaces";
/** Only restores add one; beyond it the oldest is forgotten, with its objects. */
const SPACES_MAX = 100;

export function readLeftSpaces(database: Database): string[] {
  return readSystemTable<{ readonly name: string }>(database.begin("query", NO_LIMITS), TABLE).map(({ name }) => name);
}

/** Commits nothing where it is so already. */
export function storeLeftSpaces(database: Database, spaces: Iterable<string>): void {
  const wanted = [...new Set(spaces)].slice(-SPACES_MAX);
  if (wanted.join() === readLeftSpaces(database).join()) return;
  const transaction = database.begin("mutation", NO_LIMITS);
  writeSystemTable(transaction, TABLE, "name", wanted.map((name) => ({ name })));
  database.commit(transaction);
}
