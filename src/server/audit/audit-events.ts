/** Entries of the audit logs as the public deployment API and log streams show them. */
import { IndexScan } from "../../database/index-scan.js";
import { prefixRange } from "../../database/keys.js";
import type { Transaction } from "../../database/transaction.js";
import { APP_COMPONENT_PATH } from "../../functions/component-path.js";
import { AUDIT_TABLE } from "../../functions/audit-log.js";
import { encodeKeyPart } from "../../values/key.js";
import { parseValue } from "../../values/value.js";

export interface StoredAudit {
  readonly _creationTime: number;
  readonly number: number;
  readonly action: string;
  readonly actor: string | null;
  /** JSON text. */
  readonly metadata: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export interface AuditPage {
  readonly items: readonly object[];
  readonly pagination: { readonly hasMore: boolean; readonly nextCursor: string | null };
}

/** Entries from `fromMs` on, oldest first; `after` is the number of the last one that was seen. */
export function listAudit(transaction: Transaction, fromMs: number, after: number, limit: number): AuditPage {
  const table = transaction.table(APP_COMPONENT_PATH, AUDIT_TABLE);
  if (table === undefined) return { items: [], pagination: { hasMore: false, nextCursor: null } };
  const { prefix } = table.creationIndex;
  const scan = new IndexScan(transaction, table, { ...prefixRange(prefix), start: prefix + encodeKeyPart(fromMs) }, false);
  const items: object[] = [];
  let last = after;
  for (let found = scan.next(); found !== null; found = scan.next()) {
    const entry = parseValue(found.document.text) as unknown as StoredAudit;
    if (entry.number <= after) continue;
    if (items.length === limit) return { items, pagination: { hasMore: true, nextCursor: String(last) } };
    items.push(shownAudit(entry));
    last = entry.number;
  }
  return { items, pagination: { hasMore: false, nextCursor: null } };
}

function shownAudit({ _creationTime, action, actor, metadata, ip, userAgent }: StoredAudit): object {
  return {
    action,
    actor: actor === null ? { kind: "system" } : { kind: "token", token_id: 0, member_id: null, client_id: null, name: actor },
    clientIp: ip,
    clientUserAgent: userAgent,
    createTime: Math.floor(_creationTime),
    metadata: JSON.parse(metadata) as unknown,
  };
}
