/** Holds examples/board to its figures, and prints them. */
import { Shoal } from "../../tests/board/shoal.js";
import { holdToGoals } from "../goals.js";
import { Gathering } from "./gathering.js";
import { HELP, readOptions } from "./options.js";

await holdToGoals({
  command: "npm run bench:board --",
  help: HELP,
  readOptions,
  describe: ({ people, processes, seconds }) => `${people} people in ${processes === 1 ? "one process" : `${processes} processes`}, ten moves a second each, for ${seconds} s`,
  measure: async (options, progress) => {
    progress("server and app");
    await using shoal = await Shoal.start({ flags: ["--log-level", "warn"] });
    return { figures: await new Gathering(shoal, options, progress).run(), stderr: shoal.server.stderr };
  },
});
