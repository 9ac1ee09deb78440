/** Documents as connectors get them: JSON text with what they need to know of the document beside its fields. */
import type { Table } from "../../database/table.js";
import { plainValue } from "../network/json-format.js";
import type { DocumentFormat } from "./export-messages.js";

/** Outside, timestamps are nanoseconds; inside, microseconds. As JSON text, since a double would not hold it. */
export function wireTimestamp(ts: number): string {
  return ts === 0 ? "0" : `${ts}000`;
}

/** `text` is the stored document; null for one that was deleted. */
export function exportedDocument(table: Table, id: string, text: string | null, ts: number, format: DocumentFormat): string {
  const { name, namespace } = table.record;
  const added = `"_ts":${wireTimestamp(ts)},"_deleted":${text === null},"_table":${JSON.stringify(name)},"_component":${JSON.stringify(namespace)}`;
  const fields = text === null ? `{"_id":${JSON.stringify(id)}}` : format === "encoded" ? text : plainText(text);
  return `{${added},${fields.slice(1)}`;
}

/** Most documents hold nothing that is encoded. */
function plainText(text: string): string {
  return text.includes('"$') ? JSON.stringify(plainValue(JSON.parse(text))) : text;
}
