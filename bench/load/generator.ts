/** The generator: a process of its own that runs one job, given in its first message, replies and ends. */
import { runEngineLoad } from "./engine-load.js";
import { runHttpLoad } from "./http-load.js";
import type { Job, Reply } from "./job.js";
import { runLatencyLoad } from "./latency-load.js";
import type { Measurement } from "./meter.js";
import { runSocketLoad } from "./socket-load.js";
import { runWrkLoad } from "./wrk-load.js";

process.once("message", (job: Job) => {
  run(job).then(
    (measurement) => reply({ ok: true, measurement }),
    (error: unknown) => reply({ ok: false, message: error instanceof Error ? error.message : String(error) }),
  );
});

function run(job: Job): Promise<Measurement> {
  switch (job.kind) {
    case "sockets":
      return runSocketLoad(job);
    case "http":
      return runHttpLoad(job);
    case "wrk":
      return runWrkLoad(job);
    case "latency":
      return runLatencyLoad(job);
    case "engine":
      return runEngineLoad(job);
  }
}

function reply(message: Reply): void {
  process.send!(message, () => process.disconnect());
}
