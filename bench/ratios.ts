/**
 * Rows of the product against those of its peers in the same run: the same work, the same generator, the same skew. Who is
 * compared with whom is told by the names of the parts.
 */
import type { AnyRow, Row } from "./report.js";

/** Above 1 the product is faster. Of operations per second, but for `ratioToParse`. */
export interface Ratios {
  readonly ratioToPostgres?: number;
  readonly ratioToSqlite?: number;
  /** The peer that commits what arrived together in one transaction. */
  readonly ratioToSqliteBatched?: number;
  /** To a server that answers at once: the part of the generator's own limit. */
  readonly ratioToCeiling?: number;
  /** How many times sooner a write is everywhere, at the median. */
  readonly ratioToParse?: number;
}

export type RatioName = keyof Ratios;

export const PEER_NAMES: Readonly<Record<RatioName, string>> = {
  ratioToPostgres: "Postgres",
  ratioToSqlite: "SQLite",
  ratioToSqliteBatched: "SQLite in batches",
  ratioToCeiling: "the ceiling",
  ratioToParse: "Parse Server",
};

interface Comparison {
  readonly ratio: RatioName;
  readonly peer: string;
  /** NaN where one of them has no such figure. */
  readonly of: (row: Row, peer: Row) => number;
}

const rate = (row: Row, peer: Row) => (row.opsPerSecond ?? Number.NaN) / (peer.opsPerSecond ?? Number.NaN);
const soonness = (row: Row, peer: Row) => (peer.p50Ms ?? Number.NaN) / (row.p50Ms ?? Number.NaN);

/** Adds the ratios for which there is a row of the peer. */
export function withRatios(rows: readonly AnyRow[]): AnyRow[] {
  const measured = new Map(rows.flatMap((row) => ("ops" in row ? [[row.name, row] as const] : [])));
  return rows.map((row) => ("ops" in row ? { ...row, ...ratiosOf(row, measured) } : row));
}

function ratiosOf(row: Row, measured: ReadonlyMap<string, Row>): Ratios {
  const found = comparisonsOf(row.name).flatMap(({ ratio, peer, of }) => {
    const peerRow = measured.get(peer);
    return peerRow === undefined ? [] : [[ratio, of(row, peerRow)] as const];
  });
  return Object.fromEntries(found.filter(([, value]) => Number.isFinite(value)));
}

function comparisonsOf(name: string): readonly Comparison[] {
  const transfer = /^(wrk\.)?transfer\.(?:\w+\.)?(alpha[\d.]+)$/.exec(name);
  if (transfer !== null) return comparisonsOfTransfer(transfer[1] ?? "", transfer[2]!);
  const subscribers = /^fanout\.(subscribers\d+)$/.exec(name);
  if (subscribers !== null) return [{ ratio: "ratioToParse", peer: `peer.parse.${subscribers[1]!}`, of: soonness }];
  return [];
}

function comparisonsOfTransfer(prefix: string, alpha: string): readonly Comparison[] {
  const peers: readonly Comparison[] = [
    { ratio: "ratioToPostgres", peer: `${prefix}peer.postgres.${alpha}`, of: rate },
    { ratio: "ratioToSqlite", peer: `${prefix}peer.sqlite.${alpha}`, of: rate },
    { ratio: "ratioToSqliteBatched", peer: `${prefix}peer.sqliteBatched.${alpha}`, of: rate },
  ];
  return prefix === "" ? peers : [...peers, { ratio: "ratioToCeiling", peer: `${prefix}ceiling`, of: rate }];
}
