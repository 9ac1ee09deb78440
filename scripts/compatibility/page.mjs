// The text of docs/compatibility.md.
import { STATE_TEXTS } from "./states.mjs";

export const COMMAND_LINE = "convex command line";

export function compatibilityPage({ version, exportRows, commandRows }) {
  const entries = [...new Set(exportRows.map(({ entry }) => entry))];
  const sections = entries.map((entry) => exportSection(entry, exportRows.filter((row) => row.entry === entry)));
  const summary = [...entries.map((entry) => summaryRow(entry, exportRows.filter((row) => row.entry === entry))), summaryRow(COMMAND_LINE, commandRows)];
  return `${[head(version), table(["", ...Object.values(STATE_TEXTS)], summary), ...sections, commandSection(commandRows)].join("\n\n")}\n`;
}

function head(version) {
  return `# Compatibility

<!-- Written by \`npm run compatibility\` from the package's own declarations and scripts/compatibility/states.json: change those. -->

Everything that the \`convex\` package ${version} exports, the members of what is used by its members, and every command of its command
line: whether it works with Rivulet, and the test that shows it. Types are checked by \`npm run typecheck\`, in the tests that are named.
"${STATE_TEXTS.refused}" is for what only Convex Cloud has: it fails with its cause. "${STATE_TEXTS.apart}" is for commands that stay on the developer's
machine, or ask Convex Cloud about an account.`;
}

function exportSection(entry, rows) {
  const cells = rows.map(({ name, member, kind, state, test, why }) => [member === null ? `\`${name}\`` : `\`${name}.${member}\``, kind, stateCell(state, why), testCell(test)]);
  return `## ${entry}\n\n${table(["export", "kind", "state", "test"], cells)}`;
}

function commandSection(rows) {
  const cells = rows.map(({ name, hidden, options, hiddenOptions, state, test, why }) => [`\`${name}\`${hidden ? " (not in the help)" : ""}`, optionsCell(options, hiddenOptions), stateCell(state, why), testCell(test)]);
  return `## ${COMMAND_LINE}\n\n${table(["command", "options", "state", "test"], cells)}`;
}

function optionsCell(options, hiddenOptions) {
  const hidden = hiddenOptions.length === 0 ? "" : `${options.length === 0 ? "" : ", "}${hiddenOptions.length} more that the help leaves out`;
  return options.map((option) => `\`${option}\``).join(" ") + hidden;
}

function stateCell(state, why) {
  return why === "" ? STATE_TEXTS[state] : `${STATE_TEXTS[state]}: ${why}`;
}

function testCell(test) {
  return test === null ? "" : `[${test.replace(/^tests\//, "")}](../${test})`;
}

function summaryRow(label, rows) {
  return [`[${label}](#${label.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-")})`, ...Object.keys(STATE_TEXTS).map((state) => String(rows.filter((row) => row.state === state).length))];
}

function table(header, rows) {
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
