/** Runs a job in a generator process and waits for what it measured. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { untilDisposed } from "../ending.js";
import type { Job, Reply, ResultOf } from "./job.js";

const GENERATOR = fileURLToPath(new URL("./generator.ts", import.meta.url));

/** Rejects with the job's own words when it fails. `nodeFlags` are for the generator's process. */
export async function runJob<J extends Job>(job: J, nodeFlags: readonly string[] = []): Promise<ResultOf<J>> {
  const child = fork(GENERATOR, { execArgv: ["--import", "tsx", ...nodeFlags], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = once(child, "exit");
  await using _generator = untilDisposed(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await exited;
  });
  child.send(job);
  const reply = await Promise.race([
    once(child, "message").then(([message]) => message as Reply),
    exited.then(([code]): Reply => ({ ok: false, message: `The load generator ended with code ${String(code)} and no result; see what it wrote above.` })),
  ]);
  await exited;
  if (!reply.ok) throw new Error(reply.message);
  return reply.measurement as ResultOf<J>;
}
