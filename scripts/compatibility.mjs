// Writes docs/compatibility.md: everything that the convex package offers, with its state here and the test that shows it.
//
//     the package's type declarations, its command line ─┐
//     scripts/compatibility/states.json (kept by hand) ──┼─▶ docs/compatibility.md
//     names in the tests ────────────────────────────────┘
//
// With --check nothing is written, and it fails where the table is not what it would write. So a new release of the package
// fails until states.json says what becomes of its new exports.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { cliCommands } from "./compatibility/command-line.mjs";
import { TestTexts } from "./compatibility/mentions.mjs";
import { packageSurface } from "./compatibility/package-surface.mjs";
import { COMMAND_LINE, compatibilityPage } from "./compatibility/page.mjs";
import { States } from "./compatibility/states.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const PACKAGE = join(ROOT, "node_modules", "convex");
const PAGE = join(ROOT, "docs", "compatibility.md");
const STATES = "scripts/compatibility/states.json";

const { version, rows } = packageSurface(PACKAGE);
const commands = cliCommands(PACKAGE);
const states = new States(JSON.parse(readFileSync(join(ROOT, STATES), "utf8")), new TestTexts(ROOT));
const exportRows = rows.map((row) => ({ ...row, ...states.ofExport(row) }));
const commandRows = commands.map((command) => ({ ...command, ...states.ofCommand(COMMAND_LINE, command.name) }));
const problems = [...states.problems, ...states.leftOver()];
const page = compatibilityPage({ version, exportRows, commandRows });

if (problems.length > 0) {
  console.error(`${problems.join("\n")}\n\nMend ${STATES}, or write the test. Then: npm run compatibility`);
  process.exit(1);
}
if (!process.argv.includes("--check")) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, "utf8") !== page) {
  console.error("docs/compatibility.md is not what states.json and the convex package make of it. Run: npm run compatibility");
  process.exit(1);
}
console.log(`compatibility: ${exportRows.length} exports and members, ${commandRows.length} commands of convex ${version} accounted for`);
