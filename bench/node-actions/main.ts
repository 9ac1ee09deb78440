/** `npm run bench:node-actions`: the memory of a server before, during and after many actions of Node. Linux only. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeFunctionReference } from "convex/server";
import { ROOT, startServer, until, type TestServer } from "../../tests/harness.js";
import { memoryOfTree, type TreeMemory } from "./process-tree.js";

const HELP = `Runs actions of Node against a server, and measures the resident memory of the server and all its child processes.

Options:
  --actions N      how many (default 1000)
  --at-once N      how many at a time (default 50)
  --megabytes N    that each takes for a while (default 8)
  --json           one JSON object on the output and nothing else
  --help           this text
`;

const SAMPLE_MS = 50;
/** Above the time for which the server keeps processes that have nothing to do. */
const IDLE_MS_MAX = 120_000;

const compress = makeFunctionReference<"action", { megabytes: number }, number>("work:compress");

interface Report {
  readonly actions: number;
  readonly seconds: number;
  readonly before: TreeMemory;
  readonly peak: TreeMemory;
  /** As soon as the last action has ended. */
  readonly ended: TreeMemory;
  /** When the last process of Node has been ended. */
  readonly after: TreeMemory;
  readonly idleSeconds: number;
}

interface Load {
  readonly actions: number;
  readonly atOnce: number;
  readonly megabytes: number;
}

async function measure(load: Load): Promise<Report> {
  await using server = await startServer({ flags: ["--log-level", "warn"] });
  await server.deploy(join(ROOT, "bench", "node-actions", "app"));
  const memory = (): TreeMemory => memoryOfTree(server.pid);
  const before = memory();
  let peak = before;
  const sampler = setInterval(() => {
    const now = memory();
    if (now.residentMb > peak.residentMb) peak = now;
  }, SAMPLE_MS);
  const startMs = performance.now();
  await runAll(server, load);
  const endMs = performance.now();
  clearInterval(sampler);
  const ended = memory();
  await until(async () => (await server.metric("rivulet_engine_action_processes")) === 0, "idle processes to be ended", IDLE_MS_MAX);
  const after = memory();
  return { actions: load.actions, seconds: seconds(endMs - startMs), before, peak, ended, after, idleSeconds: seconds(performance.now() - endMs) };
}

async function runAll(server: TestServer, { actions, atOnce, megabytes }: Load): Promise<void> {
  const client = server.http();
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun++ < actions) await client.action(compress, { megabytes });
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

function reportText({ actions, seconds: duration, before, peak, ended, after, idleSeconds }: Report): string {
  const line = (label: string, { residentMb, processes }: TreeMemory): string => `  ${label.padEnd(44)}${String(residentMb).padStart(6)} MB  in ${processes} processes\n`;
  return (
    `RSS back after ${actions} Node actions (${duration} s)\n` +
    line("before", before) +
    line("peak", peak) +
    line("when the last one had ended", ended) +
    line(`after ${idleSeconds} s without any`, after)
  );
}

function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`--${flag} must be a whole number from 1 to 999999, not "${text}".`);
  return Number(text);
}

const { values } = parseArgs({
  options: {
    actions: { type: "string", default: "1000" },
    "at-once": { type: "string", default: "50" },
    megabytes: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else {
  const report = await measure({ actions: wholeNumber("actions", values.actions), atOnce: wholeNumber("at-once", values["at-once"]), megabytes: wholeNumber("megabytes", values.megabytes) });
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : reportText(report));
}
