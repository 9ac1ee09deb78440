/** The program of a load that holds an app to its figures: measures, prints, and fails where a goal is missed. Progress goes to the error stream. */
import { loadavg } from "node:os";
import { run } from "./command-line.js";
import { tableText, type Figure } from "./figures.js";
import { describeMachine } from "./machine.js";

interface Settings {
  readonly json: boolean;
  readonly help: boolean;
}

export interface Load<Options extends Settings> {
  /** How it is called, for hints: "npm run bench:study --". */
  readonly command: string;
  readonly help: string;
  readonly readOptions: (args: readonly string[]) => Options;
  /** A line about these options. */
  readonly describe: (options: Options) => string;
  /** Returns the figures, and what the server wrote to its error stream. */
  readonly measure: (options: Options, progress: (text: string) => void) => Promise<{ readonly figures: Figure[]; readonly stderr: string }>;
}

export async function holdToGoals<Options extends Settings>(load: Load<Options>): Promise<void> {
  await run(load.command, async (args) => {
    const options = load.readOptions(args);
    if (options.help) {
      process.stdout.write(load.help);
      return 0;
    }
    const machine = await describeMachine();
    const { figures, stderr } = await load.measure(options, (text) => process.stderr.write(`${text} …\n`));
    if (stderr !== "") process.stderr.write(`The server wrote:\n${stderr}`);
    const [loadAverage = 0] = loadavg();
    const { json, help: _help, ...settings } = options;
    const { cores, cpu, memoryGb, node, fsyncP50Ms } = machine;
    const where = `${cores} × ${cpu}, ${memoryGb} GB, node ${node}, fdatasync p50 ${fsyncP50Ms.toFixed(2)} ms, load ${loadAverage.toFixed(1)} at the end; all clients on the same machine`;
    process.stdout.write(json ? `${JSON.stringify({ machine, loadAverage, settings, figures })}\n` : `${where}\n${load.describe(options)}\n\n${tableText(figures)}\n`);
    return figures.every(({ isReached }) => isReached) ? 0 : 1;
  });
}
