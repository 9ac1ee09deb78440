/** The command line of the benchmarks. */
import { parseArgs } from "node:util";
import { asUsage, UsageError } from "./command-line.js";
import type { Part, PartSize } from "./parts/part.js";
import { PARTS } from "./parts/parts.js";

export interface Options {
  /** To be run in this order. */
  readonly parts: readonly Part[];
  readonly seconds: number;
  readonly accounts: number;
  readonly json: boolean;
  readonly profile: boolean;
  /** A missed goal is an error. */
  readonly check: boolean;
  readonly help: boolean;
}

const DEFAULT_SECONDS = 5;
const DEFAULT_ACCOUNTS = 10_000;
const ACCOUNTS_MIN = 1_001;
const PARTS_WIDTH = Math.max(...PARTS.map(({ name }) => name.length));
const MARKS: Readonly<Record<PartSize, string>> = { usual: " ", large: "+", huge: "*" };

export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  return {
    parts: partsNamed(positionals, values.all ?? false),
    seconds: number("seconds", values.seconds, DEFAULT_SECONDS, 0.1, 3600),
    accounts: number("accounts", values.accounts, DEFAULT_ACCOUNTS, ACCOUNTS_MIN, 1_000_000),
    json: values.json ?? false,
    profile: values.profile ?? false,
    check: values.check ?? false,
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  return asUsage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seconds: { type: "string" },
        accounts: { type: "string" },
        all: { type: "boolean" },
        check: { type: "boolean" },
        json: { type: "boolean" },
        profile: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }),
  );
}

/** A name stands for itself and for everything below it: "transfer" for "transfer.http" and others. What is run without one: see {@link PartSize}. */
function partsNamed(names: readonly string[], all: boolean): readonly Part[] {
  const unknown = names.find((name) => !PARTS.some((part) => isNamed(part.name, name)));
  if (unknown !== undefined) throw new UsageError(`There is no part "${unknown}". The parts are:\n${partList()}`);
  return PARTS.filter(({ name: part, size = "usual" }) => {
    if (size === "huge") return names.includes(part);
    return names.length === 0 ? all || size === "usual" : names.some((name) => isNamed(part, name));
  });
}

function isNamed(part: string, name: string): boolean {
  return part === name || part.startsWith(`${name}.`);
}

function number(flag: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === "" || !(value >= min && value <= max)) throw new UsageError(`--${flag} must be a number from ${min} to ${max}, not "${text}".`);
  return value;
}

function partList(): string {
  return PARTS.map(({ name, about, size = "usual" }) => `  ${name.padEnd(PARTS_WIDTH)} ${MARKS[size]} ${about}`).join("\n");
}

export function helpText(): string {
  return `Measures a built server: npm run bench -- [PART…] [options]

Options:
  --seconds N     length of each measured window, after a warm-up (default ${DEFAULT_SECONDS})
  --accounts N    accounts that transfers choose from (default ${DEFAULT_ACCOUNTS.toLocaleString("en")})
  --all           the large parts too: a quarter of an hour in place of some six minutes, and 8 GB of disk
  --check         exit code 1 when a goal is missed; otherwise only when a part fails
  --json          one JSON object on the output and nothing else (with npm: npm run --silent bench -- --json)
  --profile       CPU profiles of the server, and where the engine thread spent each window
  --help          this text

Data goes to the folder for temporary files; TMPDIR chooses another, for example on another disk.

Parts ("transfer" stands for all that begin with "transfer."). With no name all are run but those that take minutes:
  + large: run with --all, or when named
  * huge: run only when named in full

${partList()}
`;
}
