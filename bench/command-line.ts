/** What the command lines of all benchmarks have in common. */
import { parseArgs, type ParseArgsConfig } from "node:util";

/** A command line that cannot be followed; the message is for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type Flags = NonNullable<ParseArgsConfig["options"]>;

/** Flags only, with `--help` and `--json`. */
export function readFlags<const Given extends Flags>(args: readonly string[], flags: Given) {
  return asUsage(() => parseArgs({ args: [...args], options: { ...flags, json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const }).values);
}

/** What `parse` throws is the user's doing. */
export function asUsage<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export function wholeNumber(flag: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new UsageError(`--${flag} must be a whole number from ${min} to ${max}, not "${text}".`);
  return value;
}

/** Sets the exit code: that of `main`, or 2 where it was not called rightly. @param command how to ask for help */
export async function run(command: string, main: (args: readonly string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nSee ${command} --help.\n`);
    process.exitCode = 2;
  }
}
