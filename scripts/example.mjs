// Runs examples/chat on a Rivulet server with a data folder of its own: `npm run example`.
// Two programs side by side, as an app's developer would start them: `rivulet dev` and the app's own front-end. Both are
// started without a shell between, so that a signal reaches them, and the end of one is the end of the other.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";

const root = resolve(import.meta.dirname, "..");
const app = join(root, "examples", "chat");
/** Time that the programs get between SIGTERM and SIGKILL; the server takes 5 s at most. */
const STOP_MS_MAX = 8_000;

const children = new Set();
let stopping = false;

function stop(exitCode) {
  if (stopping) return;
  stopping = true;
  process.exitCode = exitCode;
  for (const child of children) child.kill("SIGTERM");
  setTimeout(() => children.forEach((child) => child.kill("SIGKILL")), STOP_MS_MAX).unref();
}

/** Starts a Node program in the app's folder; its lines come out behind `prefix`. */
function start(args, prefix, environment = {}) {
  const child = spawn(process.execPath, args, { cwd: app, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  child.on("close", (code) => {
    children.delete(child);
    if (!stopping) console.error(`\n${args[0]} ended with exit code ${code}; its lines above say why.`);
    stop(code || 1);
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => line.trim() !== "" && console.log(prefix + line));
  return lines;
}

/** Calls back once, with the match, at the first line that has the pattern. */
function atLine(lines, pattern, then) {
  const look = (line) => {
    const match = pattern.exec(stripVTControlCharacters(line));
    if (match === null || stopping) return;
    lines.off("line", look);
    then(match);
  };
  lines.on("line", look);
}

function startPage() {
  const url = /^VITE_CONVEX_URL=(\S+)/m.exec(readFileSync(join(app, ".env.local"), "utf8"))?.[1];
  const page = start([join(app, "node_modules", "vite", "bin", "vite.js"), "--clearScreen", "false"], "[page]    ", { VITE_CONVEX_URL: url });
  atLine(page, /Local:\s+(\S+)/, ([, address]) => {
    console.log(`\nThe chat is running. Open ${address} in two windows and write in both.\nData is in examples/chat/.rivulet; stop with Ctrl+C.\n`);
  });
}

// Each time, as for the server itself: it takes a second when nothing is missing, and mends an interrupted installation.
console.log("Installing the packages of examples/chat");
const install = spawnSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: app, stdio: "inherit" });
if (install.status !== 0) process.exit(install.status ?? 1);

process.on("SIGINT", () => stop(0));
process.on("SIGTERM", () => stop(0));
atLine(start([join(root, "dist", "cli", "main.js"), "dev"], ""), /Convex functions ready/, startPage);
