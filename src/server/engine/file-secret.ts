/** The secret behind the URLs of files: made once, kept in the database, so that URLs outlive restarts and moves. */
import { randomBytes } from "node:crypto";
import type { Database } from "../../database/database.js";
import type { FileSecret } from "../files/file-urls.js";
import { NO_LIMITS, readSystemTable, writeSystemTable } from "../deploy/system-documents.js";

const TABLE = "_file_secrets";
const SECRET_BYTES = 32;
const SALT_BYTES = 16;

export function newFileSecret(): FileSecret {
  return { secret: randomBytes(SECRET_BYTES).toString("hex"), spaceSalt: "" };
}

/** For a copy of the deployment: the URLs of its files stay, where the bytes are kept does not. */
export function inNewSpace({ secret }: FileSecret): FileSecret {
  return { secret, spaceSalt: randomBytes(SALT_BYTES).toString("hex") };
}

export function readFileSecret(database: Database): FileSecret | null {
  const [stored] = readSystemTable<{ readonly secret: string; readonly spaceSalt?: string }>(database.begin("query", NO_LIMITS), TABLE);
  return stored === undefined ? null : { secret: stored.secret, spaceSalt: stored.spaceSalt ?? "" };
}

/** Commits nothing where it is stored already. */
export function storeFileSecret(database: Database, { secret, spaceSalt }: FileSecret): void {
  const transaction = database.begin("mutation", NO_LIMITS);
  writeSystemTable(transaction, TABLE, "name", [{ name: "urls", secret, ...(spaceSalt === "" ? {} : { spaceSalt }) }]);
  database.commit(transaction);
}
