// Runs examples/chat on a Rivulet server with a data folder of its own: `npm run example`.
// Two programs side by side, as an app's developer would start them: `rivulet dev` and the app's own front-end.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const app = join(root, "examples", "chat");
const children = new Set();

function start(command, args, options) {
  const child = spawn(command, args, { cwd: app, stdio: ["ignore", "pipe", "inherit"], ...options });
  children.add(child);
  child.on("exit", (code) => {
    children.delete(child);
    stop(code ?? 1);
  });
  return child;
}

let stopping = false;
function stop(code) {
  if (stopping) return;
  stopping = true;
  for (const child of children) child.kill("SIGTERM");
  process.exitCode = code;
}

/** Copies the child's lines to our output; resolves when one of them matches. */
function line(child, pattern, prefix) {
  return new Promise((found) => {
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const each of lines) {
        if (each.trim() !== "") console.log(`${prefix} ${each}`);
        const match = pattern.exec(each.replace(/\x1b\[[0-9;]*m/g, ""));
        if (match !== null) found(match);
      }
    });
  });
}

if (!existsSync(join(app, "node_modules"))) {
  const install = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: app, stdio: "inherit" });
  if (install.status !== 0) process.exit(install.status ?? 1);
}
process.on("SIGINT", () => stop(0));
process.on("SIGTERM", () => stop(0));

const server = start(process.execPath, [join(root, "dist", "cli", "main.js"), "dev"], {});
await line(server, /Convex functions ready/, "[rivulet]");
const url = /^VITE_CONVEX_URL=(\S+)/m.exec(readFileSync(join(app, ".env.local"), "utf8"))?.[1];
const page = start("npx", ["vite", "--clearScreen", "false"], { env: { ...process.env, VITE_CONVEX_URL: url } });
const [, address] = await line(page, /Local:\s+(\S+)/, "[page]   ");
console.log(`\nThe chat is running. Open ${address} in two windows and write in both.\nData is in examples/chat/.rivulet; stop with Ctrl+C.\n`);
