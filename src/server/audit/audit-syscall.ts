/** `log.audit` of actions: an entry at once, of its own. */
import type { Database } from "../../database/database.js";
import { auditBody, writeCustomAudit } from "../../functions/custom-audit.js";
import type { ActionContext, ActionSyscalls, SyscallArguments } from "../actions/action-syscalls.js";
import { NO_LIMITS } from "../deploy/system-documents.js";

export interface AuditSyscallOptions {
  readonly database: Database;
  readonly nowMs: () => number;
  readonly whenDurable: (ts: number) => Promise<void>;
}

export function auditSyscalls({ database, nowMs, whenDurable }: AuditSyscallOptions): ActionSyscalls {
  return new Map([
    ["1.0/auditLog", async (args: SyscallArguments, { client, requestId, adminName }: ActionContext) => {
      const variables = { ip: client?.ip ?? null, userAgent: client?.userAgent ?? null, requestId, now: Math.floor(nowMs()), convexActor: adminName === null ? null : { kind: "token" as const, name: adminName } };
      const transaction = database.begin("mutation", NO_LIMITS);
      writeCustomAudit(transaction, auditBody(args["body"], variables));
      await whenDurable(database.commit(transaction));
      return "null";
    }],
  ]);
}
