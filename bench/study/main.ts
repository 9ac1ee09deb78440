/** Holds examples/study to its figures, and prints them. */
import { StudyPlatform } from "../../tests/study/platform.js";
import { holdToGoals } from "../goals.js";
import { HELP, readOptions } from "./options.js";
import { Study } from "./study.js";

await holdToGoals({
  command: "npm run bench:study --",
  help: HELP,
  readOptions,
  describe: ({ admins, students, seconds, kills }) => `${admins} admins and ${students} students in one process, loaded for ${seconds} s, ${kills} kills`,
  measure: async (options, progress) => {
    progress("server and app");
    await using platform = await StudyPlatform.start(options.students, { flags: ["--log-level", "warn"] });
    return { figures: await new Study(platform, options, progress).run(), stderr: platform.server.stderr };
  },
});
