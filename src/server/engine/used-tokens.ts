/**
 * Upload tokens that have been used, in the system table "_used_upload_tokens", each until no upload that began with it can
 * end any more. A record's id follows from the token, so one look tells; each use sweeps a few of the oldest.
 */
import type { Database } from "../../database/database.js";
import { IndexScan } from "../../database/index-scan.js";
import { prefixRange } from "../../database/keys.js";
import type { Table } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import { encodeId } from "../../values/id.js";
import { encodeValue } from "../../values/value.js";
import type { UploadToken } from "../files/file-urls.js";

const TABLE = "_used_upload_tokens";
/** From a token's making to the end of an upload with it. */
export const UPLOAD_MS_MAX = 24 * 3_600_000;
/** More than one, so that the table shrinks again. */
const SWEPT_PER_USE = 4;

export function isTokenUsed({ catalog, reader }: Database, { nonce }: UploadToken): boolean {
  const table = catalog.table("", TABLE);
  return table !== undefined && reader.get(table.documentKey(encodeId(table.number, nonce))) !== undefined;
}

export function useToken(transaction: Transaction, { nonce }: UploadToken, nowMs: number): void {
  const table = transaction.ensureTable("", TABLE);
  sweep(transaction, table, nowMs);
  const value = { _id: encodeId(table.number, nonce), _creationTime: transaction.nextCreationTime() };
  transaction.write(table, value._id, null, { text: encodeValue(value), value });
}

function sweep(transaction: Transaction, table: Table, nowMs: number): void {
  const scan = new IndexScan(transaction, table, prefixRange(table.creationIndex.prefix), false);
  for (let swept = 0; swept < SWEPT_PER_USE; swept++) {
    const found = scan.next();
    if (found === null) break;
    const { value } = found.document;
    if (nowMs - (value["_creationTime"] as number) <= UPLOAD_MS_MAX) break;
    transaction.write(table, value["_id"] as string, found.document, null);
  }
  scan.close();
}
