/** The command line of the measurements of data in and out. */
import { parseArgs } from "node:util";

export const PARTS = ["import", "export", "backup"] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly parts: readonly Part[];
  /** Sizes of imports, in documents. */
  readonly documents: readonly number[];
  /** Of the deployment that is backed up: documents and files, half each. */
  readonly backupMb: number;
  readonly help: boolean;
}

/** A command line that cannot be followed; the message is for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const HELP = `Measures imports, exports and backups beside mutations that never stop: npm run bench:data -- [options]

Options:
  --parts LIST       of ${PARTS.join(", ")} (default all)
  --documents LIST   sizes of imports and exports (default 10000,100000,1000000)
  --backup-mb N      size of the deployment that is backed up, half documents, half files (default 1000)
  --help             this text
`;

export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  return {
    parts: (values.parts ?? PARTS.join()).split(",").map(partOf),
    documents: (values.documents ?? "10000,100000,1000000").split(",").map((text) => wholeNumber("documents", text)),
    backupMb: wholeNumber("backup-mb", values["backup-mb"] ?? "1000"),
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { parts: { type: "string" }, documents: { type: "string" }, "backup-mb": { type: "string" }, help: { type: "boolean", short: "h" } } });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function partOf(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new UsageError(`There is no part "${name}"; there are ${PARTS.join(", ")}.`);
  return part;
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1 || number > 10_000_000) throw new UsageError(`--${name} must be whole numbers between 1 and 10,000,000.`);
  return number;
}
