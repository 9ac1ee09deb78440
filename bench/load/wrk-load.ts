/**
 * Transfers from `wrk`. Its script (wrk-transfer.lua) takes requests made beforehand from a file; a warm-up run comes first,
 * then the measured one, whose end cuts what is still in flight.
 */
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "../../tests/harness.js";
import { untilDisposed } from "../ending.js";
import type { LoopTimes } from "./closed-loop.js";
import { cpuBetween, endedChildrenMicros, readCpu } from "./cpu.js";
import { monotonicMicros, type Measurement } from "./meter.js";
import { transferRequest, transfers, type TransferPlan } from "./transfers.js";
import { readWrkOutput, type WrkResult } from "./wrk-output.js";

export interface WrkLoad extends LoopTimes {
  readonly kind: "wrk";
  readonly url: string;
  readonly serverPid: number;
  /** Of processes that belong to the server, such as its database. */
  readonly companionPids?: readonly number[];
  /** Where a peer takes transfers; without it they are mutations. */
  readonly transferRoute?: string;
  readonly threads: number;
  readonly connections: number;
  readonly plan: TransferPlan;
}

const SCRIPT = fileURLToPath(new URL("./wrk-transfer.lua", import.meta.url));
/** Used again and again when a run has sent them all. */
const REQUESTS = 40_000;

/** What takes longer counts as failed. */
const TIMEOUT = "30s";

const run = promisify(execFile);

export async function runWrkLoad(load: WrkLoad): Promise<Measurement> {
  const folder = await temporaryFolder();
  await using _folder = untilDisposed(() => rm(folder, { recursive: true, force: true }));
  const requests = join(folder, "requests.txt");
  await writeFile(requests, requestLines(load));
  await runWrk(load, requests, load.warmUpSeconds);
  return await measure(load, requests);
}

async function measure(load: WrkLoad, requests: string): Promise<Measurement> {
  const serverPids = [load.serverPid, ...(load.companionPids ?? [])];
  const [startMicros, serverStart, ownStart] = [monotonicMicros(), readCpu(...serverPids), endedChildrenMicros()];
  const { ops, seconds, p50Ms, p99Ms } = await runWrk(load, requests, load.seconds);
  const server = cpuBetween(serverStart, readCpu(...serverPids));
  return { ops, seconds, p50Ms, p99Ms, server, generatorMicros: endedChildrenMicros() - ownStart, window: { startMicros, endMicros: monotonicMicros() } };
}

/** Rejects where a single transfer failed: a load with failed requests measures nothing. */
async function runWrk({ url, threads, connections }: WrkLoad, requests: string, seconds: number): Promise<WrkResult> {
  // It takes whole seconds only.
  const wrk = run("wrk", [`-t${threads}`, `-c${connections}`, `-d${Math.max(1, Math.round(seconds))}s`, "--timeout", TIMEOUT, "-s", SCRIPT, url, "--", requests, String(threads)]);
  await using _wrk = untilDisposed(() => Promise.resolve(void wrk.child.kill()));
  const { stdout } = await wrk;
  const result = readWrkOutput(stdout);
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.ops} transfers failed.${result.firstFailure === "" ? "" : ` The first answer: ${result.firstFailure}`}`);
  return result;
}

/** The path, then a body a line. */
function requestLines({ plan, transferRoute }: WrkLoad): string {
  const next = transfers(plan);
  const requests = Array.from({ length: REQUESTS }, () => transferRequest(next(), transferRoute));
  return `${[requests[0]!.path, ...requests.map(({ body }) => body)].join("\n")}\n`;
}
