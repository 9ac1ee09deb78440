/** Which goals transfers are held to, by what else was measured. */
import { expect, test } from "vitest";
import { withRatios } from "../../bench/ratios.js";
import type { AnyRow, Row } from "../../bench/report.js";
import { withTransferGoals } from "../../bench/transfer-goals.js";

function row(name: string, opsPerSecond: number, serverCpuMicrosPerOp = 40): Row {
  return { name, ops: opsPerSecond, seconds: 1, opsPerSecond, p50Ms: 1, p99Ms: 1, serverCpuMicrosPerOp, generatorCpuMicrosPerOp: 1, busiestThreadPercent: 1, otherCpuPercent: 0, more: {} };
}

function goalOf(name: string, rows: readonly AnyRow[]): readonly (string | boolean | undefined)[] {
  const { goal, isReached } = withTransferGoals(withRatios(rows)).find((candidate) => candidate.name === name) as Row;
  return goal === undefined ? [] : [goal, isReached];
}

test("sockets are held to their peers as far as these were measured, and to the processor's time", () => {
  const sockets = row("transfer.sockets64.alpha0", 20_000);
  expect(goalOf(sockets.name, [sockets])).toEqual(["≤ 45 µs of the server", true]);
  expect(goalOf(sockets.name, [sockets, row("peer.postgres.alpha0", 2_000)])).toEqual(["≥ 10 × Postgres, ≤ 45 µs of the server", true]);
  expect(goalOf(sockets.name, [sockets, row("peer.postgres.alpha0", 2_000), row("peer.sqlite.alpha0", 4_000)])).toEqual(["≥ 10 × Postgres, ≥ 6 × SQLite, ≤ 45 µs of the server", false]);
  expect(goalOf(sockets.name, [row(sockets.name, 20_000, 46)])).toEqual(["≤ 45 µs of the server", false]);
});

test("a skew must cost nothing, where both were measured", () => {
  expect(goalOf("transfer.http.alpha1.5", [row("transfer.http.alpha1.5", 100), row("transfer.http.alpha0", 100)])).toEqual(["≥ 1 × alpha 0", true]);
  expect(goalOf("transfer.http.alpha1.5", [row("transfer.http.alpha1.5", 99), row("transfer.http.alpha0", 100)])).toEqual(["≥ 1 × alpha 0", false]);
  expect(goalOf("transfer.http.alpha1.5", [row("transfer.http.alpha1.5", 99), { name: "transfer.http.alpha0", failed: "The server closed a connection." }])).toEqual([]);
});

test("what wrk measured is held to Postgres and to the ceiling; other parts keep their own goals", () => {
  const rows = [row("wrk.ceiling", 10_000), row("wrk.peer.postgres.alpha0", 3_000), row("wrk.transfer.alpha0", 6_000)];
  expect(goalOf("wrk.transfer.alpha0", rows)).toEqual(["≥ 3 × Postgres, ≥ 0.6 × the ceiling", false]);
  expect(goalOf("wrk.ceiling", rows)).toEqual([]);
  expect(goalOf("memory.idle", [{ ...row("memory.idle", 1), goal: "≤ 120 MB", isReached: true }])).toEqual(["≤ 120 MB", true]);
});
