/** `npm run check:crash`: kills a server in the middle of writes, many times, and says what was lost, torn or done twice. */
import { randomInt } from "node:crypto";
import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { temporaryFolder } from "../../tests/harness.js";
import { checkCrashes, type CrashReport } from "./check.js";

const HELP = `Kills a server with SIGKILL in the middle of writes, starts it again on the same data, and compares what is there
with what its clients were told: npm run check:crash -- [options]

Options:
  --rounds N   number of kills (default 20)
  --seed N     chooses clients, load and moments; printed with each run, to be given again (default: random)
  --data DIR   data folder, kept afterwards (default: a temporary one, kept when something is wrong with it)
  --json       one JSON object on the output and nothing else (with npm: npm run --silent check:crash -- --json)
  --help       this text

Exit code 1 when anything was lost, torn or duplicated.
`;

const DEFAULT_ROUNDS = 20;
const SEED_MAX = 2 ** 32 - 1;

/** A command line that cannot be followed; the message is for the user. */
class UsageError extends Error {}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parse(args);
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const seed = wholeNumber("seed", values.seed, randomInt(SEED_MAX), 0);
  const rounds = wholeNumber("rounds", values.rounds, DEFAULT_ROUNDS, 1);
  process.stderr.write(`seed ${seed}\n`);
  const dataFolder = values.data ?? (await temporaryFolder());
  process.stderr.write(`data in ${dataFolder}\n`);
  const report = await checkCrashes({ rounds, seed, dataFolder, onProgress: (text) => process.stderr.write(`${text}\n`) });
  process.stdout.write(values.json === true ? `${JSON.stringify(report)}\n` : reportText(report));
  const isClean = report.lost + report.torn + report.duplicated === 0;
  if (isClean && values.data === undefined) await rm(dataFolder, { recursive: true, force: true });
  return isClean ? 0 : 1;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { rounds: { type: "string" }, seed: { type: "string" }, data: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function wholeNumber(flag: string, text: string | undefined, fallback: number, min: number): number {
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= SEED_MAX)) throw new UsageError(`--${flag} must be a whole number from ${min} to ${SEED_MAX}, not "${text}".`);
  return value;
}

function reportText({ rounds, acknowledged, lost, torn, duplicated, inFlightAtKill, resent, turnedAway, serverErrors, findings, seed }: CrashReport): string {
  const figures = JSON.stringify({ rounds, acknowledged, lost, torn, duplicated });
  const reasons = turnedAway.map((reason) => `turned away by a running server: ${reason}`);
  const errors = serverErrors.map((line) => `server: ${line}`);
  return `${[...findings, ...reasons, ...errors, `${figures}  (seed ${seed}; ${inFlightAtKill} in flight when killed, ${resent} requests sent again)`].join("\n")}\n`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nSee npm run check:crash -- --help.\n`);
  process.exitCode = 2;
}
