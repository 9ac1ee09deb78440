/** Imports and exports, as the CLI follows them. */
import type { Value } from "../../values/value.js";
import { lazySchema } from "../lazy-schema.js";
import { EXPORTS } from "../transfer/export-service.js";
import { IMPORTS } from "../transfer/import-service.js";
import { noArguments, systemQuery } from "./system-query.js";

/** Newest first. */
export const imports = systemQuery(noArguments, (transaction) => IMPORTS.list(transaction).map(withoutUpload));

/** Null where there is none of this id (any more). */
export const importById = systemQuery(lazySchema((z) => z.looseObject({ importId: z.string() })), (transaction, { importId }) => {
  const document = IMPORTS.get(transaction, importId);
  return document === null ? null : withoutUpload(document);
});

/** The state of the export that was requested last; null where none was. */
export const latestExport = systemQuery(noArguments, (transaction) => {
  const [latest] = EXPORTS.list(transaction);
  return latest === undefined ? null : (latest.state as unknown as Value);
});

/** Where the file is, is the server's business. */
function withoutUpload({ upload: _upload, attempts: _attempts, ...shown }: ReturnType<typeof IMPORTS.list>[number]): Value {
  return shown as unknown as Value;
}
