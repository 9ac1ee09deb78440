/** The server is killed and started again under thousands of clients, which all come back at once. */
import { setBalance } from "../bench-data.js";
import { BenchServer } from "../bench-server.js";
import { CrowdProcess } from "../load/crowd-process.js";
import { balanceOf } from "../load/fanout-load.js";
import { plainRow, withGoal, type Row } from "../report.js";
import type { Part } from "./part.js";

const SOCKETS = 5_000;
const QUERIES = 5;
const SECONDS_MAX = 15;
const AFTERWARDS = 42;

export const RECONNECT_PARTS: readonly Part[] = [
  {
    name: "reconnect",
    about: `kill -9 under ${SOCKETS.toLocaleString("en")} sockets with ${QUERIES} queries each (one of all, the others of ${QUERIES - 1} sockets together): from the new start until all are live`,
    size: "large",
    run: reconnect,
  },
];

async function reconnect(): Promise<Row> {
  await using server = await BenchServer.create();
  const [shared, ...accounts] = await server.openAccounts(1 + SOCKETS);
  const plan = { url: server.url, sockets: SOCKETS, queries: accounts.map(balanceOf), queriesPerSocket: QUERIES - 1, sharedQuery: balanceOf(shared!) };
  await using crowd = await CrowdProcess.gather(plan);
  const returned = crowd.untilReturned();
  await server.kill();
  const startMicros = nowMicros();
  await server.start();
  const readyMicros = nowMicros();
  const { lastMicros, refusals } = await returned;
  // The old server's end is not the new one's fault.
  const failed = refusals.filter(({ begunMicros }) => begunMicros > startMicros);
  for (const [reason, times] of countsOf(failed.map((refusal) => refusal.reason))) process.stderr.write(`  ${times} ×: ${reason}\n`);
  const errors = failed.length;
  // Live: what changes now reaches everybody.
  await setBalance(server.url, shared!, AFTERWARDS);
  await crowd.untilShown(AFTERWARDS);
  await crowd.leave();
  const seconds = (lastMicros - startMicros) / 1e6;
  const row = plainRow("reconnect", { secondsUntilAllLive: seconds, secondsUntilServerReady: (readyMicros - startMicros) / 1e6, errors, sockets: SOCKETS, queries: SOCKETS * QUERIES });
  return withGoal(row, `≤ ${SECONDS_MAX} s, no error`, seconds <= SECONDS_MAX && errors === 0);
}

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
