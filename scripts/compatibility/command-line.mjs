// The commands of the convex package's command line, from the program object that it itself makes of them: its published
// bundle is loaded without being started.
import Module from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const START = /^void main\(\);$/m;

/** [{name: "env set", hidden, options: ["--force"], hiddenOptions: ["--debug"]}], in the order of the program; groups of commands aside. */
export function cliCommands(packageFolder) {
  return commandsBelow(loadProgram(packageFolder), "", false);
}

/** The program object, of the library "commander". */
export function loadProgram(packageFolder) {
  const path = join(packageFolder, "dist", "cli.bundle.cjs");
  const source = readFileSync(path, "utf8");
  if (!START.test(source)) throw new Error(`${path} is not started by "void main();" any more. Look how it is, and change scripts/compatibility/command-line.mjs.`);
  const bundle = new Module(path);
  bundle.filename = path;
  bundle.paths = Module._nodeModulePaths(dirname(path));
  bundle._compile(source.replace(START, "module.exports = buildProgram();"), path);
  return bundle.exports;
}

function commandsBelow(parent, prefix, isHidden) {
  return parent.commands.flatMap((command) => {
    const name = `${prefix}${command.name()}`;
    const hidden = isHidden || command._hidden === true;
    const longNames = (isWanted) => command.options.filter(isWanted).map(({ long, short }) => long ?? short);
    const own = { name, hidden, options: longNames((option) => !option.hidden), hiddenOptions: longNames((option) => option.hidden) };
    return [...(command._actionHandler === null ? [] : [own]), ...commandsBelow(command, `${name} `, hidden)];
  });
}
