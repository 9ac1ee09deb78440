/** The same transfers, from the same generator, against what others would build: plain `node:http` in front of a database. */
import { rowOf, type Row } from "../report.js";
import { startPeer, type Peer, type PeerKind } from "../peers/peer.js";
import type { PeerState } from "../peers/account-server.js";
import type { Bench, Part } from "./part.js";
import { aboutAlpha, ALPHAS, checkTotal, HTTP_CONNECTIONS, SEED } from "./transfer.js";

export const PEERS: readonly { readonly kind: PeerKind; readonly about: string }[] = [
  { kind: "sqlite", about: "Node + SQLite (libsql; WAL, synchronous FULL), a transaction for each request" },
  { kind: "sqliteBatched", about: "as peer.sqlite, with one transaction for the requests that arrive in one turn" },
  { kind: "postgres", about: "Node + Postgres (serializable, fsync on, 16 connections, one PL/pgSQL call for each transfer)" },
];

export const PEER_PARTS: readonly Part[] = PEERS.flatMap(({ kind, about }) =>
  ALPHAS.map((alpha) => {
    const name = `peer.${kind}.alpha${alpha}`;
    return { name, about: `${about}; ${aboutAlpha(alpha)}`, run: (bench) => withPeer(bench, kind, (peer) => measure(bench, name, peer, alpha)) };
  }),
);

async function measure(bench: Bench, name: string, peer: Peer, alpha: number): Promise<Row> {
  const { url, pid, companionPids, transferRoute } = peer;
  const plan = { accounts: peerAccounts(bench), alpha, seed: SEED };
  return rowOf(name, await bench.run(name, { kind: "http", ...bench.times, url, serverPid: pid, companionPids, transferRoute, connections: HTTP_CONNECTIONS, plan }));
}

/** Its ids are numbers from 1. */
export function peerAccounts(bench: Bench): string[] {
  return Array.from({ length: bench.accountCount }, (_, i) => String(i + 1));
}

/** Adds to the row what the peer counted. Throws where the balances do not add up. */
export async function withPeer(bench: Bench, kind: PeerKind, measureIt: (peer: Peer) => Promise<Row>): Promise<Row> {
  await using peer = await startPeer(kind, bench.accountCount);
  const before = await peer.state();
  const row = await measureIt(peer);
  const after = await peer.state();
  checkTotal(before.total, after.total);
  return { ...row, more: { ...row.more, ...countedBetween(before, after) } };
}

function countedBetween(before: PeerState, after: PeerState): Readonly<Record<string, number>> {
  const counted = (name: string) => (after.counters[name] ?? 0) - (before.counters[name] ?? 0);
  return "retries" in after.counters ? { retriesPerTransfer: counted("retries") / counted("transfers") } : { transfersPerCommit: counted("transfers") / counted("commits") };
}
