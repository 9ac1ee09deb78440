/** Holds examples/exam to the figures of a real exam, and prints them. Progress goes to the error stream. */
import { describeMachine, type Machine } from "../machine.js";
import { Exam } from "./exam.js";
import { tableText, type Figure } from "../figures.js";
import { HELP, readOptions, UsageError, type Options } from "./options.js";
import { Platform } from "./platform.js";

async function measure(options: Options): Promise<Figure[]> {
  const progress = (text: string) => process.stderr.write(`${text} …\n`);
  progress("server and app");
  await using platform = await Platform.start(options.heartbeatMs);
  const figures = await new Exam(platform, options, progress).run();
  if (platform.server.stderr !== "") process.stderr.write(`The server wrote:\n${platform.server.stderr}`);
  return figures;
}

function print(figures: readonly Figure[], machine: Machine, { students, seconds, heartbeatMs, json }: Options): void {
  const settings = { students, seconds, heartbeatMs };
  const { cores, cpu, memoryGb, node, fsyncP50Ms } = machine;
  const where = `${cores} × ${cpu}, ${memoryGb} GB, node ${node}, fdatasync p50 ${fsyncP50Ms.toFixed(2)} ms; all clients in one process on the same machine`;
  const how = `${students} students, a heartbeat every ${heartbeatMs} ms, loaded for ${seconds} s`;
  process.stdout.write(json ? `${JSON.stringify({ machine, settings, figures })}\n` : `${where}\n${how}\n\n${tableText(figures)}\n`);
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
  process.stderr.write(`${error.message}\nSee node --import tsx bench/exam/main.ts --help.\n`);
  process.exitCode = 2;
}
