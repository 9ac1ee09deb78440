/** Holds examples/exam to the figures of a real exam, and prints them. */
import { holdToGoals } from "../goals.js";
import { Exam } from "./exam.js";
import { HELP, readOptions } from "./options.js";
import { Platform } from "./platform.js";

await holdToGoals({
  command: "node --import tsx bench/exam/main.ts",
  help: HELP,
  readOptions,
  describe: ({ students, heartbeatMs, seconds }) => `${students} students in one process, a heartbeat every ${heartbeatMs} ms, loaded for ${seconds} s`,
  measure: async (options, progress) => {
    progress("server and app");
    await using platform = await Platform.start(options.heartbeatMs);
    return { figures: await new Exam(platform, options, progress).run(), stderr: platform.server.stderr };
  },
});
