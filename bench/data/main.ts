/** Measures imports, exports and backups: time, the server's memory, and what mutations beside them wait. Progress goes to the error stream. */
import { loadavg } from "node:os";
import { describeMachine } from "../machine.js";
import { machineText } from "../report.js";
import { measureBackup } from "./backups.js";
import { HELP, readOptions, UsageError, type Options } from "./options.js";
import { Stage, tableText } from "./stage.js";
import { measureExport, measureImports } from "./transfers.js";

async function measure({ parts, documents, backupMb }: Options): Promise<string> {
  const texts: string[] = [];
  for (const part of parts) {
    await using stage = await Stage.open();
    if (part === "import") await measureImports(stage, documents);
    else if (part === "export") await measureExport(stage, documents);
    else await measureBackup(stage, backupMb);
    texts.push(tableText(stage.measured));
  }
  return texts.join("\n\n");
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const machine = machineText(await describeMachine());
  const load = loadavg()[0]!.toFixed(1);
  const table = await measure(options);
  process.stdout.write(`${machine}\nload         ${load} before\n\n${table}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nSee npm run bench:data -- --help.\n`);
  process.exitCode = 2;
}
