/** `npm run bench:scheduler`: how late jobs start, and what memory the server takes, while a million others wait. Linux only. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, mutationNamed, queryNamed, startServer, until, type TestServer } from "../../tests/harness.js";

const HELP = `Schedules functions a day ahead, then others that come due one after another, and tells how late these start.

Options:
  --waiting N   jobs that wait (default 1000000)
  --due N       jobs that come due meanwhile (default 1000)
  --seconds N   over which they do (default 20)
  --json        one JSON object on the output and nothing else
  --help        this text
`;

const DAY_MS = 24 * 3_600_000;
/** The limit of one mutation. */
const BATCH = 1_000;
/** Until the first of the due jobs, so that all are scheduled before. */
const LEAD_MS = 2_000;

interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface Report {
  readonly waiting: number;
  readonly due: number;
  readonly schedulesPerSecond: number;
  /** The process's own. Pages of the store's file that happen to be in memory are not in it: the system takes them back when it needs them. */
  readonly memoryMb: { readonly before: number; readonly filled: number; readonly restarted: number; readonly after: number };
  /** From the scheduled time to the function's first instruction, in milliseconds. */
  readonly latenessMs: Lateness;
}

async function measure({ waiting, due, seconds }: { readonly waiting: number; readonly due: number; readonly seconds: number }): Promise<Report> {
  await using server = await startServer({ flags: ["--log-level", "warn"] });
  await server.deploy(join(ROOT, "bench", "scheduler", "app"));
  const memory = (): number => ownMemoryMb(server.pid);
  const before = memory();
  const startMs = performance.now();
  await fill(server, waiting, DAY_MS, DAY_MS);
  const schedulesPerSecond = Math.round(waiting / ((performance.now() - startMs) / 1000));
  const filled = memory();
  // What is left after a restart is what waiting costs; before, there is garbage of the filling.
  await server.stop();
  await server.start();
  await server.http().query(queryNamed("load:latenessMs"), {});
  const restarted = memory();
  await fill(server, due, LEAD_MS, seconds * 1000);
  // Nothing is asked of the server meanwhile: queries would make jobs late.
  await new Promise((resolve) => setTimeout(resolve, LEAD_MS + seconds * 1000));
  const started = await until(async () => {
    const all = (await server.http().query(queryNamed("load:latenessMs"), {})) as number[];
    return all.length === due ? all : null;
  }, "every due job to start", 60_000);
  return { waiting, due, schedulesPerSecond, memoryMb: { before, filled, restarted, after: memory() }, latenessMs: latenessOf(started) };
}

async function fill(server: TestServer, count: number, afterMs: number, overMs: number): Promise<void> {
  const client = server.http();
  for (let left = count; left > 0; left -= BATCH) await client.mutation(mutationNamed("load:fill"), { count: Math.min(left, BATCH), afterMs, overMs });
}

function ownMemoryMb(pid: number): number {
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

function latenessOf(all: readonly number[]): Lateness {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function reportText({ waiting, due, schedulesPerSecond, memoryMb, latenessMs }: Report): string {
  return (
    `${waiting} jobs wait (${schedulesPerSecond} scheduled per second); ${due} come due meanwhile\n` +
    `  memory   ${memoryMb.before} MB before, ${memoryMb.filled} MB when they were scheduled, ${memoryMb.restarted} MB after a restart, ${memoryMb.after} MB at the end\n` +
    `  lateness p50 ${latenessMs.p50} ms, p99 ${latenessMs.p99} ms, max ${latenessMs.max} ms\n`
  );
}

function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new Error(`--${flag} must be a whole number from 1 to 99999999, not "${text}".`);
  return Number(text);
}

const { values } = parseArgs({
  options: {
    waiting: { type: "string", default: "1000000" },
    due: { type: "string", default: "1000" },
    seconds: { type: "string", default: "20" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else {
  const report = await measure({ waiting: wholeNumber("waiting", values.waiting), due: wholeNumber("due", values.due), seconds: wholeNumber("seconds", values.seconds) });
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : reportText(report));
}
