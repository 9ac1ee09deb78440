// Pushes and uses the apps of others in a folder: `npm run check:demos -- <folder>`. See docs/demos.md.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const [folder, ...rest] = process.argv.slice(2);
if (folder === undefined || !existsSync(folder)) {
  console.error(`Say in which folder the apps are: npm run check:demos -- <folder>. ${folder === undefined ? "None was given." : `There is none at ${folder}.`}`);
  process.exit(2);
}
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "tests/demos/collection.test.ts", "tests/demos/parts.test.ts", ...rest], { cwd: root, env: { ...process.env, RIVULET_DEMOS: resolve(folder) }, stdio: "inherit" });
process.exit(status ?? 1);
