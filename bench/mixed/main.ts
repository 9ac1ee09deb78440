/** Holds examples/exam and examples/study, at work at the same time on one server, to their figures, and prints them. */
import { withoutNotices } from "../collected-memory.js";
import { holdToGoals } from "../goals.js";
import { BothPlatforms } from "./both-platforms.js";
import { Mix } from "./mix.js";
import { HELP, LEARNERS, readOptions } from "./options.js";

await holdToGoals({
  command: "npm run bench:mixed --",
  help: HELP,
  readOptions,
  describe: ({ students, admins, savesPerSecond, heartbeatMs, seconds }) =>
    `${students} students of the exam with a heartbeat every ${heartbeatMs} ms, ${admins} admins and ${LEARNERS} students of the study platform with ${savesPerSecond} saves a second, in one process, loaded for ${seconds} s`,
  measure: async (options, progress) => {
    progress("server and apps");
    await using platforms = await BothPlatforms.start(options.heartbeatMs, LEARNERS);
    return { figures: await new Mix(platforms, options, progress).run(), stderr: withoutNotices(platforms.server.stderr) };
  },
});
