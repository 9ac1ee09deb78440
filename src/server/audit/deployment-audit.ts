/**
 * What was done to the deployment, by whom: entries of the audit log, written in the transaction of what they tell. Values of
 * environment variables, secrets and documents are never in it.
 */
import type { Transaction } from "../../database/transaction.js";
import { AUDIT_TABLE, appendAudit } from "../../functions/audit-log.js";
import type { ClientInfo } from "../engine-messages.js";

export interface AuditActor {
  /** Of the admin key; null for the server itself and its command line. */
  readonly keyName: string | null;
  readonly client: ClientInfo;
}

export const SYSTEM_ACTOR: AuditActor = { keyName: null, client: { ip: null, userAgent: null } };

/** Names that the public deployment API has for them, where it has one. */
export type AuditAction =
  | "create_environment_variable"
  | "update_environment_variable"
  | "delete_environment_variable"
  | "push_config_with_components"
  | "snapshot_import"
  | "request_export"
  | "create_integration"
  | "update_integration"
  | "delete_integration"
  | "create_admin_key"
  | "revoke_admin_key";

export interface AuditEvent {
  readonly action: AuditAction;
  readonly actor: AuditActor;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Larger metadata is left out but for its first level's texts. */
const METADATA_CHARS_MAX = 32 * 1024;
const TEXT_CHARS_MAX = 1_024;

export function recordAudit(transaction: Transaction, { action, actor: { keyName, client }, metadata }: AuditEvent): void {
  appendAudit(transaction, AUDIT_TABLE, { action, actor: keyName, metadata: metadataText(metadata), ip: client.ip, userAgent: client.userAgent?.slice(0, TEXT_CHARS_MAX) ?? null });
}

function metadataText(metadata: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(metadata);
  if (text.length <= METADATA_CHARS_MAX) return text;
  const texts = Object.entries(metadata).flatMap(([name, value]) => (typeof value === "string" ? [[name, value.slice(0, TEXT_CHARS_MAX)] as const] : []));
  return JSON.stringify({ ...Object.fromEntries(texts), truncated: true });
}
