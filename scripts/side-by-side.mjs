// Runs npm scripts of this package side by side, as many at a time as there are cores, at most two:
//   node scripts/side-by-side.mjs lint:tests lint:examples
// Each one's output is shown in one piece when it ends. The first that fails ends the others.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

const LANES = Math.min(2, availableParallelism());
const names = process.argv.slice(2);
const waiting = [...names];
const running = new Set();
let failed = false;

/** In a process group of its own, so that what it has started ends with it. */
function run(name) {
  const startMs = Date.now();
  const child = spawn("npm", ["run", "--silent", name], { stdio: ["ignore", "pipe", "pipe"], detached: true });
  running.add(child);
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on("error", (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.on("close", (code) => {
      running.delete(child);
      if (failed) return resolve();
      process.stdout.write(`> ${name}: ${code === 0 ? "done" : "failed"} after ${((Date.now() - startMs) / 1000).toFixed(0)} s\n`);
      process.stdout.write(Buffer.concat(output));
      if (code !== 0) stop();
      resolve();
    });
  });
}

function stop() {
  failed = true;
  process.exitCode = 1;
  waiting.length = 0;
  for (const { pid } of running) process.kill(-pid, "SIGTERM");
}

async function lane() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await run(name);
}

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
await Promise.all(Array.from({ length: LANES }, lane));
