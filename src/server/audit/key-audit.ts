/**
 * Changes of admin keys in the audit log. The command line makes and revokes keys in a file, whether or not a server runs; the
 * engine looks at the file's entries, and writes down what is later than what it has written down before.
 */
import type { Database } from "../../database/database.js";
import { metaKey } from "../../database/keys.js";
import type { AdminKeys } from "../admin-keys.js";
import { NO_LIMITS } from "../deploy/system-documents.js";
import { SYSTEM_ACTOR, recordAudit, type AuditAction } from "./deployment-audit.js";

/** ISO 8601, which is ordered as text. */
const AUDITED_UNTIL = metaKey("keys-audited");

interface KeyChange {
  readonly action: AuditAction;
  readonly name: string;
  readonly at: string;
}

export class KeyAudit {
  #until: string | null = null;

  constructor(
    private readonly database: Database,
    private readonly adminKeys: AdminKeys,
  ) {}

  look(): void {
    const until = (this.#until ??= this.database.reader.get(AUDITED_UNTIL) ?? "");
    const changes = changesAfter(this.adminKeys, until);
    const last = changes.at(-1);
    if (last === undefined) return;
    const transaction = this.database.begin("mutation", NO_LIMITS);
    for (const { action, name, at } of changes) recordAudit(transaction, { action, actor: SYSTEM_ACTOR, metadata: { name, at } });
    // Of one group with the commit: both are written, or neither.
    this.database.applyUnseen([[AUDITED_UNTIL, last.at]]);
    this.database.commit(transaction);
    this.#until = last.at;
  }

  /** The disk refused commits: what was written down may not be there. */
  rolledBack(): void {
    this.#until = null;
  }
}

function changesAfter(adminKeys: AdminKeys, until: string): KeyChange[] {
  const changes = adminKeys.list().flatMap(({ name, createdAt, revokedAt }): KeyChange[] => [
    { action: "create_admin_key", name, at: createdAt },
    ...(revokedAt === undefined ? [] : [{ action: "revoke_admin_key", name, at: revokedAt } as const]),
  ]);
  return changes.filter(({ at }) => at > until).sort((a, b) => (a.at < b.at ? -1 : 1));
}
