/** Which row of the benchmarks is compared with which of a peer. */
import { expect, test } from "vitest";
import { withRatios } from "../../bench/ratios.js";
import type { AnyRow, Row } from "../../bench/report.js";

function row(name: string, opsPerSecond: number, p50Ms = 1): Row {
  return { name, ops: opsPerSecond, seconds: 1, opsPerSecond, p50Ms, p99Ms: p50Ms, serverCpuMicrosPerOp: 1, generatorCpuMicrosPerOp: 1, busiestThreadPercent: 1, otherCpuPercent: 0, more: {} };
}

function ratiosOf(name: string, rows: readonly AnyRow[]): object {
  const found = withRatios(rows).find((candidate) => candidate.name === name)!;
  return Object.fromEntries(Object.entries(found).filter(([key]) => key.startsWith("ratioTo")));
}

const ROWS: readonly AnyRow[] = [
  row("transfer.sockets64.alpha0", 20_000),
  row("transfer.http.alpha1.5", 9_000),
  row("wrk.transfer.alpha0", 8_000),
  row("wrk.ceiling", 10_000),
  row("peer.sqlite.alpha0", 2_000),
  row("peer.sqlite.alpha1.5", 3_000),
  row("peer.sqliteBatched.alpha0", 5_000),
  row("peer.postgres.alpha0", 4_000),
  { name: "peer.postgres.alpha1.5", skipped: "Postgres is not installed." },
  row("wrk.peer.postgres.alpha0", 1_000),
  { name: "wrk.peer.sqlite.alpha0", failed: "The server closed a connection." },
  row("fanout.subscribers100", 500, 2),
  row("peer.parse.subscribers100", 100, 9),
  row("fanout.unrelated1000", 500, 2),
];

test("a transfer is compared with every peer of the same skew that was measured", () => {
  expect(ratiosOf("transfer.sockets64.alpha0", ROWS)).toEqual({ ratioToPostgres: 5, ratioToSqlite: 10, ratioToSqliteBatched: 4 });
  expect(ratiosOf("transfer.http.alpha1.5", ROWS)).toEqual({ ratioToSqlite: 3 });
});

test("what wrk measured is compared with what wrk measured, and with its ceiling", () => {
  expect(ratiosOf("wrk.transfer.alpha0", ROWS)).toEqual({ ratioToPostgres: 8, ratioToCeiling: 0.8 });
});

test("of a delivery it is told how many times sooner it is there", () => {
  expect(ratiosOf("fanout.subscribers100", ROWS)).toEqual({ ratioToParse: 4.5 });
});

test("peers and parts without a peer have no ratios", () => {
  for (const name of ["peer.sqlite.alpha0", "wrk.ceiling", "fanout.unrelated1000", "peer.postgres.alpha1.5"]) expect(ratiosOf(name, ROWS)).toEqual({});
});
