/** The rows of a report, and how they are shown to people and to programs. */
import type { Machine } from "./machine.js";
import type { Measurement } from "./load/meter.js";
import { PEER_NAMES, type RatioName, type Ratios } from "./ratios.js";

export interface Row extends Ratios {
  readonly name: string;
  /** This and what follows is null where the part has no operations. */
  readonly ops: number | null;
  readonly seconds: number | null;
  readonly opsPerSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** CPU time of the server's processes (its database's as well), user and system, per operation; null where the system does not tell. */
  readonly serverCpuMicrosPerOp: number | null;
  readonly generatorCpuMicrosPerOp: number | null;
  /** The server's busiest thread, in percent of one core. At 100 it is what limits the rate. */
  readonly busiestThreadPercent: number | null;
  /** What neither server nor generator used of one core meanwhile: a busy machine spoils the figures. */
  readonly otherCpuPercent: number | null;
  /** What only some parts measure, by name. In JSON these are fields like the others. */
  readonly more: More;
  /** In words; none for what is only for comparison. */
  readonly goal?: string;
  readonly isReached?: boolean;
}

export type More = Readonly<Record<string, number>>;

export interface FailedRow {
  readonly name: string;
  readonly failed: string;
}

/** What it needs is not installed. */
export interface SkippedRow {
  readonly name: string;
  readonly skipped: string;
}

export type AnyRow = Row | FailedRow | SkippedRow;

export interface Report {
  readonly machine: Machine;
  readonly settings: Readonly<Record<string, number>>;
  readonly rows: readonly AnyRow[];
}

export function rowOf(name: string, measurement: Measurement, more: More = {}): Row {
  const { ops, seconds, p50Ms, p99Ms, server, generatorMicros } = measurement;
  const windowMicros = seconds * 1e6;
  return {
    name,
    ops,
    seconds,
    opsPerSecond: ops / seconds,
    p50Ms,
    p99Ms,
    serverCpuMicrosPerOp: server === null ? null : server.processMicros / ops,
    generatorCpuMicrosPerOp: generatorMicros / ops,
    busiestThreadPercent: server === null ? null : (100 * server.busiestThreadMicros) / windowMicros,
    otherCpuPercent: server === null ? null : Math.max(0, (100 * (server.machineMicros - server.processMicros - generatorMicros)) / windowMicros),
    more,
  };
}

/** Of a part that measures something else than operations. */
export function plainRow(name: string, more: More): Row {
  return { name, ops: null, seconds: null, opsPerSecond: null, p50Ms: null, p99Ms: null, serverCpuMicrosPerOp: null, generatorCpuMicrosPerOp: null, busiestThreadPercent: null, otherCpuPercent: null, more };
}

export function withGoal(row: Row, goal: string, isReached: boolean): Row {
  return { ...row, goal, isReached };
}

export function isMissed(row: AnyRow): boolean {
  return "isReached" in row && row.isReached === false;
}

export function jsonText({ machine, settings, rows }: Report): string {
  const flat = rows.map((row) => {
    if (!("more" in row)) return row;
    const { more, ...figures } = row;
    return { ...figures, ...more };
  });
  return JSON.stringify({ machine, settings, rows: flat });
}

const HEADINGS = ["", "ops/s", "p50 ms", "p99 ms", "server µs/op", "generator µs/op", "busiest thread", "other load", ""];

export function table(rows: readonly AnyRow[]): string {
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((cell, column) => pad(cell, widths[column]!, column)).join("  ").trimEnd()).join("\n");
}

/** The name and the remarks on the left, figures on the right. */
function pad(cell: string, width: number, column: number): string {
  return column === 0 || column === HEADINGS.length - 1 ? cell.padEnd(width) : cell.padStart(width);
}

function cells(row: AnyRow): string[] {
  if ("failed" in row) return [row.name, "", "", "", "", "", "", "", `failed: ${row.failed.split("\n")[0]}`];
  if ("skipped" in row) return [row.name, "", "", "", "", "", "", "", `skipped: ${row.skipped}`];
  return [
    row.name,
    figure(row.opsPerSecond, 0),
    figure(row.p50Ms, 2),
    figure(row.p99Ms, 2),
    figure(row.serverCpuMicrosPerOp, 1),
    figure(row.generatorCpuMicrosPerOp, 1),
    percent(row.busiestThreadPercent),
    percent(row.otherCpuPercent),
    remarks(row),
  ];
}

function remarks(row: Row): string {
  const { more, goal, isReached } = row;
  const figures = Object.entries(more).map(([name, value]) => `${name} ${figure(value, 2)}`);
  return [...ratioTexts(row), ...figures, ...(goal === undefined ? [] : [`goal ${goal}: ${isReached === true ? "reached" : "MISSED"}`])].join(", ");
}

function ratioTexts(row: Row): string[] {
  const names = Object.keys(PEER_NAMES) as RatioName[];
  return names.flatMap((name) => (row[name] === undefined ? [] : [`${figure(row[name], 2)} × ${PEER_NAMES[name]}`]));
}

function figure(value: number | null, decimals: number): string {
  return value === null ? "–" : value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function percent(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} %`;
}

export function machineText(machine: Machine): string {
  const { cpu, cores, memoryGb, system, node, rivulet, peers, fileSystem, fsyncP50Ms, fsyncP99Ms, durability, generator } = machine;
  return [
    `machine      ${cores} × ${cpu}, ${memoryGb} GB, ${system}`,
    `versions     rivulet ${rivulet}, node ${node}`,
    `peers        ${peers}`,
    `disk         ${fileSystem}; 4 KiB and fdatasync: p50 ${figure(fsyncP50Ms, 2)} ms, p99 ${figure(fsyncP99Ms, 2)} ms`,
    `durability   ${durability}`,
    `generator    ${generator}; its ceiling is in the rows "ceiling.…"`,
  ].join("\n");
}
