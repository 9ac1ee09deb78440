/** What changed since a timestamp: one page, of whole commits. */
import { Catalog } from "../../database/catalog.js";
import { readChanges, type ChangeLimits } from "../../database/change-feed.js";
import { logReachesBackTo } from "../../database/commit-log.js";
import type { Reader } from "../../storage/store.js";
import { ExportError } from "./export-error.js";
import type { ExportRequest } from "./export-messages.js";
import { exportedDocument, wireTimestamp } from "./exported-document.js";
import { isSelected } from "./table-selection.js";

type DeltasRequest = Extract<ExportRequest, { type: "deltas" }>;

const LIMITS: ChangeLimits = { documentsMax: 1_000, charsMax: 4 * 1024 * 1024, scannedCharsMax: 64 * 1024 * 1024 };

export function deltaPage(reader: Reader, { durableTs, cursorTs, selection, format }: DeltasRequest): string {
  if (cursorTs > durableTs) throw new ExportError("BadCursor", `"cursor" ${wireTimestamp(cursorTs)} is in the future of this deployment, whose newest timestamp is ${wireTimestamp(durableTs)}. Is it of another deployment, or from before a restore? Begin anew with /api/list_snapshot.`);
  if (cursorTs < logReachesBackTo(reader)) throw new ExportError("CursorTooOld", `What was changed since the cursor ${wireTimestamp(cursorTs)} is no longer all kept. Begin anew with /api/list_snapshot; to be away for longer, keep the commit log longer or larger (rivulet start --log-age-max, --log-bytes-max).`);
  const { changes, ts, hasMore } = readChanges(reader, Catalog.load(reader), cursorTs, durableTs, (table) => isSelected(table, selection), LIMITS);
  const values = changes.map((change) => exportedDocument(change.table, change.id, change.after, change.ts, format));
  return `{"values":[${values.join(",")}],"cursor":${wireTimestamp(ts)},"hasMore":${hasMore}}`;
}
