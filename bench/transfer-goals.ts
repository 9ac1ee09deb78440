/** The goals of transfers, which hang together with other rows of the same run: those of peers, and those without a skew. A goal is stated only where what it is held against was measured. */
import { withGoal, type AnyRow, type Row } from "./report.js";

interface Condition {
  readonly text: string;
  readonly isMet: boolean;
}

const MICROS_MAX = 45;
const SKEWED = /\.alpha1\.5$/;

/** `rows` have their ratios. */
export function withTransferGoals(rows: readonly AnyRow[]): AnyRow[] {
  return rows.map((row) => {
    if (!("ops" in row)) return row;
    const conditions = conditionsOf(row, rows);
    if (conditions.length === 0) return row;
    return withGoal(row, conditions.map(({ text }) => text).join(", "), conditions.every(({ isMet }) => isMet));
  });
}

function conditionsOf(row: Row, rows: readonly AnyRow[]): Condition[] {
  const { name, ratioToPostgres, ratioToSqlite, ratioToCeiling, serverCpuMicrosPerOp } = row;
  if (name === "transfer.sockets64.alpha0") {
    return [...atLeast("Postgres", 10, ratioToPostgres), ...atLeast("SQLite", 6, ratioToSqlite), ...atMostMicros(serverCpuMicrosPerOp)];
  }
  const overWrk = name.startsWith("wrk.transfer.") ? [...atLeast("Postgres", 3, ratioToPostgres), ...atLeast("the ceiling", 0.6, ratioToCeiling)] : [];
  const isSkewed = /^(?:wrk\.)?transfer\./.test(name) && SKEWED.test(name);
  return isSkewed ? [...overWrk, ...atLeast("alpha 0", 1, ratioToUniform(row, rows))] : overWrk;
}

function ratioToUniform({ name, opsPerSecond }: Row, rows: readonly AnyRow[]): number | undefined {
  const uniform = rows.find((other) => other.name === name.replace(SKEWED, ".alpha0"));
  if (uniform === undefined || !("ops" in uniform) || uniform.opsPerSecond === null || opsPerSecond === null) return undefined;
  return opsPerSecond / uniform.opsPerSecond;
}

function atLeast(what: string, factor: number, ratio: number | undefined): Condition[] {
  return ratio === undefined ? [] : [{ text: `≥ ${factor} × ${what}`, isMet: ratio >= factor }];
}

function atMostMicros(micros: number | null): Condition[] {
  return micros === null ? [] : [{ text: `≤ ${MICROS_MAX} µs of the server`, isMet: micros <= MICROS_MAX }];
}
