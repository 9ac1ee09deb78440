/**
 * Runs commands of the public CLI one after another in one process, for tests of many that are short: the CLI's own program,
 * loaded once. The command lines come as JSON by argument; code and output of each go as JSON to file descriptor 3.
 */
import { writeSync } from "node:fs";
import { resolve } from "node:path";
import { loadProgram } from "../../scripts/compatibility/command-line.mjs";

class Exit extends Error {
  constructor(code) {
    super(`exit ${code}`);
    this.code = code;
  }
}

const RESULTS = 3;
const exit = process.exit.bind(process);
let output = "";
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text, encoding, done) => {
    output += String(text);
    const callback = typeof encoding === "function" ? encoding : done;
    callback?.();
    return true;
  };
}
process.exit = (code) => {
  throw new Exit(code ?? process.exitCode ?? 0);
};

const program = loadProgram(resolve(import.meta.dirname, "..", "..", "node_modules", "convex"));
const results = [];
for (const command of JSON.parse(process.argv[2])) {
  output = "";
  process.exitCode = 0;
  let code = 0;
  try {
    await program.parseAsync(command, { from: "user" });
    code = Number(process.exitCode);
  } catch (error) {
    code = error instanceof Exit ? Number(error.code) : 1;
    if (!(error instanceof Exit)) output += String(error);
  }
  results.push({ code, output });
}
writeSync(RESULTS, JSON.stringify(results));
exit(0);
