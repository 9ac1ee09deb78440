/** The generator: a process of its own that runs one job, given in its first message, replies and ends. */
import { cleanUpWhenInterrupted } from "../ending.js";
import { runDashboardLoad } from "./dashboard-load.js";
import { runEngineLoad } from "./engine-load.js";
import { runFanoutLoad } from "./fanout-load.js";
import { runHttpLoad } from "./http-load.js";
import { runIncrementLoad } from "./increment-load.js";
import type { Job, Reply } from "./job.js";
import type { Measurement } from "./meter.js";
import { runParseLoad } from "./parse-load.js";
import { runQueriesLoad } from "./queries-load.js";
import { runEngineReadLoad, runHttpReadLoad } from "./read-load.js";
import { runSocketLoad } from "./socket-load.js";
import { runWrkLoad } from "./wrk-load.js";

cleanUpWhenInterrupted();
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
    case "parse":
      return runParseLoad(job);
    case "fanout":
      return runFanoutLoad(job);
    case "queries":
      return runQueriesLoad(job);
    case "dashboard":
      return runDashboardLoad(job);
    case "increments":
      return runIncrementLoad(job);
    case "httpReads":
      return runHttpReadLoad(job);
    case "engineReads":
      return runEngineReadLoad(job);
    case "engine":
      return runEngineLoad(job);
  }
}

function reply(message: Reply): void {
  process.send!(message, () => process.disconnect());
}
