/** The secret behind the URLs of files: made once, kept in the database, so that URLs outlive restarts and moves. */
import { randomBytes } from "node:crypto";
import type { Database } from "../../database/database.js";
import { NO_LIMITS, readSystemTable, writeSystemTable } from "../deploy/system-documents.js";

const TABLE = "_file_secrets";
const SECRET_BYTES = 32;

/** 32 bytes, hexadecimal. */
export function newFileSecret(): string {
  return randomBytes(SECRET_BYTES).toString("hex");
}

export function readFileSecret(database: Database): string | null {
  const [stored] = readSystemTable<{ readonly secret: string }>(database.begin("query", NO_LIMITS), TABLE);
  return stored?.secret ?? null;
}

/** Commits nothing where it is stored already. */
export function storeFileSecret(database: Database, secret: string): void {
  const transaction = database.begin("mutation", NO_LIMITS);
  writeSystemTable(transaction, TABLE, "name", [{ name: "urls", secret }]);
  database.commit(transaction);
}
