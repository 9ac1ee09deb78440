/**
 * `log.audit(body)`: an entry of the custom audit log. A mutation writes it in its own transaction, so one that fails leaves none; of
 * a query it is kept with its outcome, and written by whoever ran it.
 */
import type { Transaction } from "../database/transaction.js";
import { CUSTOM_AUDIT_TABLE, appendAudit } from "./audit-log.js";
import { FunctionError } from "./errors.js";

/** What `log.vars` stand for. */
export interface AuditVariables {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  /** Milliseconds. */
  readonly now: number;
  /** The admin that called, directly or as a user; null for anybody else. */
  readonly convexActor: { readonly kind: "token"; readonly name: string } | null;
}

/** Characters of one entry. */
const BODY_CHARS_MAX = 64 * 1024;
/** Of one function call, with those that it calls. */
export const AUDITS_MAX = 1_000;
const USER_AGENT_CHARS_MAX = 512;

/** JSON text of the body, `log.vars` replaced. Throws {@link FunctionError}. */
export function auditBody(body: unknown, variables: AuditVariables): string {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new FunctionError("`log.audit` takes an object whose values can be written as JSON.");
  const text = JSON.stringify(resolve(body, variables));
  if (text.length > BODY_CHARS_MAX) throw new FunctionError(`\`log.audit\` was given ${text.length} characters of JSON, and one entry has at most ${BODY_CHARS_MAX}. Log ids in place of whole documents.`);
  return text;
}

export function writeCustomAudit(transaction: Transaction, body: string): void {
  appendAudit(transaction, CUSTOM_AUDIT_TABLE, { body });
}

/** What queries made that a mutation called, or that were called by themselves. */
export function writeCustomAudits(transaction: Transaction, bodies: readonly string[]): void {
  for (const body of bodies) writeCustomAudit(transaction, body);
}

function resolve(value: unknown, variables: AuditVariables): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, variables));
  if (typeof value !== "object" || value === null) return value;
  if ("$var" in value) return variable(value.$var, variables);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolve(item, variables)]));
}

function variable(name: unknown, { userAgent, ...variables }: AuditVariables): unknown {
  if (name === "userAgent") return userAgent?.slice(0, USER_AGENT_CHARS_MAX) ?? null;
  if (typeof name === "string" && Object.hasOwn(variables, name)) return variables[name as keyof typeof variables];
  throw new FunctionError(`\`log.audit\` does not know the variable ${JSON.stringify(name).slice(0, 64)}: this version of Rivulet is older than the app's "convex" package.`);
}
