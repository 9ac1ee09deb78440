/** `npm run bench`: runs the parts that were asked for, one after another, and reports. Progress goes to the error stream. */
import { BenchServer } from "./bench-server.js";
import { cleanUpWhenInterrupted } from "./ending.js";
import type { LoopTimes } from "./load/closed-loop.js";
import type { Job, ResultOf } from "./load/job.js";
import { runJob } from "./load/run-job.js";
import { run } from "./command-line.js";
import { describeMachine } from "./machine.js";
import { helpText, readOptions, type Options } from "./options.js";
import { SkippedError, type Bench, type Part } from "./parts/part.js";
import { Profiler } from "./profile/profiler.js";
import { withRatios } from "./ratios.js";
import { withTransferGoals } from "./transfer-goals.js";
import { isMissed, jsonText, machineText, table, type AnyRow, type FailedRow, type Report, type SkippedRow } from "./report.js";

const WARM_UP_SECONDS_MAX = 2;
/** Name of the server's profile; the engine alone has one for each part. */
const SERVER_PROFILE = "server";
/** Parts whose server is not the product. */
const OTHER_SERVERS = /^(?:wrk\.)?(?:ceiling|peer)\b/;

/** What all parts share; closes the server at the end. */
class SharedBench implements Bench, AsyncDisposable {
  readonly times: LoopTimes;
  readonly accountCount: number;
  #server: Promise<BenchServer> | null = null;
  #accounts: Promise<readonly string[]> | null = null;

  constructor(
    { seconds, accounts }: Options,
    private readonly profiler: Profiler | null,
  ) {
    this.times = { seconds, warmUpSeconds: Math.min(WARM_UP_SECONDS_MAX, seconds) };
    this.accountCount = accounts;
  }

  async server(): Promise<BenchServer> {
    this.#server ??= BenchServer.create(this.profiler?.nodeFlags(SERVER_PROFILE));
    const server = await this.#server;
    await server.start();
    return server;
  }

  accounts(): Promise<readonly string[]> {
    this.#accounts ??= this.server().then((server) => server.openAccounts(this.accountCount));
    return this.#accounts;
  }

  async run<J extends Job>(part: string, job: J): Promise<ResultOf<J>> {
    const holdsEngine = job.kind === "engine";
    const nodeFlags = holdsEngine ? this.profiler?.nodeFlags(part) : undefined;
    const measurement = await runJob(job, nodeFlags);
    if (!OTHER_SERVERS.test(part)) this.profiler?.measured(part, measurement.ops, measurement.window, holdsEngine ? part : SERVER_PROFILE);
    return measurement;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = await this.#server?.catch(() => null);
    await server?.[Symbol.asyncDispose]();
  }
}

/** A part that fails is reported and does not keep the others from running. */
async function runParts(bench: SharedBench, parts: readonly Part[]): Promise<AnyRow[]> {
  const rows: AnyRow[] = [];
  for (const { name, run } of parts) {
    try {
      process.stderr.write(`${name} …\n`);
      rows.push(await run(bench));
    } catch (error) {
      rows.push(rowWithout(name, error));
    }
  }
  return withTransferGoals(withRatios(rows));
}

function rowWithout(name: string, error: unknown): FailedRow | SkippedRow {
  const reason = error instanceof Error ? error.message : String(error);
  const isSkipped = error instanceof SkippedError;
  process.stderr.write(`${name} ${isSkipped ? "skipped" : "failed"}: ${reason}\n`);
  return isSkipped ? { name, skipped: reason } : { name, failed: reason };
}

async function measure(options: Options, profiler: Profiler | null): Promise<AnyRow[]> {
  await using bench = new SharedBench(options, profiler);
  return await runParts(bench, options.parts);
}

function print(report: Report, asJson: boolean): void {
  process.stdout.write(asJson ? `${jsonText(report)}\n` : `${machineText(report.machine)}\n\n${table(report.rows)}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(helpText());
    return 0;
  }
  cleanUpWhenInterrupted();
  const machine = await describeMachine();
  const profiler = options.profile ? await Profiler.create() : null;
  const rows = await measure(options, profiler);
  print({ machine, settings: { seconds: options.seconds, accounts: options.accounts }, rows }, options.json);
  // Only now: the server writes its profile when it ends.
  if (profiler !== null) (options.json ? process.stderr : process.stdout).write(`\n${await profiler.report()}\n`);
  return rows.some((row) => "failed" in row || (options.check && isMissed(row))) ? 1 : 0;
}

await run("npm run bench --", main);
