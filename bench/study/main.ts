/** Holds examples/study to its figures, and prints them. Progress goes to the error stream. */
import { StudyPlatform } from "../../tests/study/platform.js";
import { tableText, type Figure } from "../figures.js";
import { describeMachine, type Machine } from "../machine.js";
import { HELP, readOptions, UsageError, type Options } from "./options.js";
import { Study } from "./study.js";

async function measure(options: Options): Promise<Figure[]> {
  const progress = (text: string) => process.stderr.write(`${text} …\n`);
  progress("server and app");
  await using platform = await StudyPlatform.start(options.students, { flags: ["--log-level", "warn"] });
  const figures = await new Study(platform, options, progress).run();
  if (platform.server.stderr !== "") process.stderr.write(`The server wrote:\n${platform.server.stderr}`);
  return figures;
}

function print(figures: readonly Figure[], machine: Machine, { admins, students, seconds, kills, json }: Options): void {
  const { cores, cpu, memoryGb, node, fsyncP50Ms } = machine;
  const where = `${cores} × ${cpu}, ${memoryGb} GB, node ${node}, fdatasync p50 ${fsyncP50Ms.toFixed(2)} ms; all clients in one process on the same machine`;
  process.stdout.write(json ? `${JSON.stringify({ machine, settings: { admins, students, seconds, kills }, figures })}\n` : `${where}\n\n${tableText(figures)}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const machine = await describeMachine();
  const figures = await measure(options);
  print(figures, machine, options);
  return figures.every(({ isReached }) => isReached) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nSee npm run bench:study -- --help.\n`);
  process.exitCode = 2;
}
