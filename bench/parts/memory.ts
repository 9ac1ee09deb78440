/** What the server takes of memory: idle, for a socket, for a subscription, after many deploys, after an hour of load. */
import { setTimeout as delay } from "node:timers/promises";
import { balanceOf as readBalance } from "../bench-data.js";
import { BenchServer } from "../bench-server.js";
import { collectedMemory, INSPECTED_FLAG } from "../collected-memory.js";
import { CrowdProcess } from "../load/crowd-process.js";
import type { CrowdPlan } from "../load/crowd.js";
import { balanceOf } from "../load/fanout-load.js";
import { plainRow, withGoal, type More, type Row } from "../report.js";
import { settledMemory } from "../settled-memory.js";
import { IN_FLIGHT, SEED, SOCKETS as LOAD_SOCKETS } from "./transfer.js";
import type { Bench, Part } from "./part.js";

const IDLE_MB_MAX = 120;
const SOCKET_KB_MAX = 20;
const SUBSCRIPTION_KB_MAX = 2;
const DEPLOYS_GROWTH_MAX = 1.2;
const SOCKETS = 5_000;
const SUBSCRIPTIONS = 50_000;
const SUBSCRIBING_SOCKETS = 100;
const FEW_DEPLOYS = 5;
const MANY_DEPLOYS = 100;
const REST_MS = 30_000;
/** Together an hour. In rounds, since requests are made ready beforehand. */
const LOAD_ROUNDS = 180;
const ROUND_SECONDS = 19;

export const MEMORY_PARTS: readonly Part[] = [
  { name: "memory.idle", about: "a server with an app, after its start", run: idle },
  { name: "memory.perSocket", about: `${SOCKETS.toLocaleString("en")} idle sockets`, size: "large", run: perSocket },
  { name: "memory.perSubscription.shared", about: `${SUBSCRIPTIONS.toLocaleString("en")} subscriptions of one query, over ${SUBSCRIBING_SOCKETS} sockets`, size: "large", run: (bench) => perSubscription(bench, "shared", 1) },
  { name: "memory.perSubscription.distinct", about: `as many of different queries, a document each`, size: "large", run: (bench) => perSubscription(bench, "distinct", SUBSCRIPTIONS) },
  { name: `memory.deploys${MANY_DEPLOYS}`, about: `after ${MANY_DEPLOYS} deploys of changed code in a row, against after ${FEW_DEPLOYS}, ${REST_MS / 1000} s later each`, size: "large", run: deploys },
  { name: "memory.hour", about: `an hour of transfers: after its first round of ${ROUND_SECONDS} s, at most, and at its end`, size: "huge", run: hour },
];

async function idle(): Promise<Row> {
  await using server = await BenchServer.create();
  await server.stop();
  await server.start();
  const [account] = await server.openAccounts(1);
  await readBalance(server.url, account!);
  const { own, resident } = await settledMemory(server.pid);
  return withGoal(plainRow("memory.idle", { residentMb: resident / 1e6, ownMb: own / 1e6 }), `≤ ${IDLE_MB_MAX} MB`, resident <= IDLE_MB_MAX * 1e6);
}

async function perSocket(bench: Bench): Promise<Row> {
  await using server = await BenchServer.create([INSPECTED_FLAG]);
  await warmUp(bench, server);
  const [account] = await server.openAccounts(1);
  const more = await growth(server, { url: server.url, sockets: SOCKETS, queries: [balanceOf(account!)], queriesPerSocket: 1 }, "Socket", SOCKETS);
  return withGoal(plainRow("memory.perSocket", more), `≤ ${SOCKET_KB_MAX} KB`, more["kbPerSocket"]! <= SOCKET_KB_MAX);
}

async function perSubscription(bench: Bench, kind: string, distinct: number): Promise<Row> {
  await using server = await BenchServer.create([INSPECTED_FLAG]);
  const accounts = await server.openAccounts(distinct);
  await warmUp(bench, server);
  const plan = { url: server.url, sockets: SUBSCRIBING_SOCKETS, queries: accounts.map(balanceOf), queriesPerSocket: SUBSCRIPTIONS / SUBSCRIBING_SOCKETS };
  const more = await growth(server, plan, "Subscription", SUBSCRIPTIONS);
  return withGoal(plainRow(`memory.perSubscription.${kind}`, more), `≤ ${SUBSCRIPTION_KB_MAX} KB`, more["kbPerSubscription"]! <= SUBSCRIPTION_KB_MAX);
}

/** Some load first: what a server takes for its first work, and keeps, is not the crowd's. */
async function warmUp(bench: Bench, server: BenchServer): Promise<void> {
  const accounts = await server.openAccounts(1_000);
  await bench.run("memory.warmUp", { kind: "sockets", warmUpSeconds: 0, seconds: 3, url: server.url, serverPid: server.pid, sockets: LOAD_SOCKETS, inFlight: IN_FLIGHT, plan: { accounts, alpha: 0, seed: SEED } });
}

/** By how much the process grows with a crowd, for each of `count` of what it brings; garbage, which V8 may keep for minutes, not counted. */
async function growth(server: BenchServer, plan: CrowdPlan, unit: string, count: number): Promise<More> {
  const before = await collectedMemory(server);
  await using crowd = await CrowdProcess.gather(plan);
  const after = await collectedMemory(server);
  await crowd.leave();
  return { [`kbPer${unit}`]: (after.own - before.own) / count / 1e3, ownMbBefore: before.own / 1e6, ownMbAfter: after.own / 1e6 };
}

async function deploys(): Promise<Row> {
  await using server = await BenchServer.create();
  const [account] = await server.openAccounts(1);
  const body = JSON.parse(server.appPush) as Push;
  let few = 0;
  for (let i = 1; i <= MANY_DEPLOYS; i++) {
    await server.push(JSON.stringify(changed(body, i)));
    await readBalance(server.url, account!);
    if (i === FEW_DEPLOYS) few = await restingBytes(server);
  }
  const many = await restingBytes(server);
  const ratio = many / few;
  const row = plainRow(`memory.deploys${MANY_DEPLOYS}`, { residentMbAfter5: few / 1e6, residentMbAfter100: many / 1e6, ratio });
  return withGoal(row, `≤ ${DEPLOYS_GROWTH_MAX} × that after ${FEW_DEPLOYS}`, ratio <= DEPLOYS_GROWTH_MAX);
}

/** V8 gives back what it took for busy times when a thread has done little for some. */
async function restingBytes(server: BenchServer): Promise<number> {
  await delay(REST_MS);
  return (await settledMemory(server.pid)).resident;
}

interface Push {
  readonly appDefinition: { readonly changedModules: readonly { readonly path: string; readonly source: string }[] };
}

/** Every module is another one, by a little code. */
function changed(push: Push, revision: number): Push {
  const changedModules = push.appDefinition.changedModules.map((module) => ({ ...module, source: `${module.source}\nconst revision${revision} = ${revision};\nvoid revision${revision};\n` }));
  return { ...push, appDefinition: { ...push.appDefinition, changedModules } };
}

async function hour(bench: Bench): Promise<Row> {
  await using server = await BenchServer.create();
  const accounts = await server.openAccounts(10_000);
  const totalBefore = await server.total();
  const plan = { accounts, alpha: 0, seed: SEED };
  const ownBytes: number[] = [];
  let ops = 0;
  for (let round = 1; round <= LOAD_ROUNDS; round++) {
    const measurement = await bench.run("memory.hour", { kind: "sockets", warmUpSeconds: 0, seconds: ROUND_SECONDS, url: server.url, serverPid: server.pid, sockets: LOAD_SOCKETS, inFlight: IN_FLIGHT, plan });
    ops += measurement.ops;
    ownBytes.push((await settledMemory(server.pid)).own);
    process.stderr.write(`  round ${round} of ${LOAD_ROUNDS}: ${(ownBytes.at(-1)! / 1e6).toFixed(0)} MB …\n`);
  }
  if ((await server.total()) !== totalBefore) throw new Error("Money was made or lost.");
  return plainRow("memory.hour", { transfers: ops, ownMbAfterFirstRound: ownBytes[0]! / 1e6, ownMbMax: Math.max(...ownBytes) / 1e6, ownMbAtEnd: ownBytes.at(-1)! / 1e6 });
}
