/** The command line of the load on the study platform. */
import { readFlags, wholeNumber } from "../command-line.js";

export interface Options {
  readonly admins: number;
  readonly students: number;
  /** Length of the window in which all students save as fast as they are answered. */
  readonly seconds: number;
  /** How often the server is killed in the middle of saves. */
  readonly kills: number;
  readonly json: boolean;
  readonly help: boolean;
}

export const HELP = `Holds examples/study to its figures: npm run bench:study -- [options]

Options:
  --admins N     clients that watch the same stats (default 200)
  --students N   clients that save (default 50)
  --seconds N    length of the loaded window (default 10)
  --kills N      rounds in which the server is killed in the middle of saves (default 5)
  --json         one JSON object on the output and nothing else (with npm: npm run --silent bench:study -- --json)
  --help         this text

All clients are official ones, in one process on the server's own machine. Exit code 1 when a goal is missed.
`;

export function readOptions(args: readonly string[]): Options {
  const values = readFlags(args, { admins: { type: "string" }, students: { type: "string" }, seconds: { type: "string" }, kills: { type: "string" } });
  return {
    admins: wholeNumber("admins", values.admins, 200, 1, 450),
    students: wholeNumber("students", values.students, 50, 10, 200),
    seconds: wholeNumber("seconds", values.seconds, 10, 1, 600),
    kills: wholeNumber("kills", values.kills, 5, 0, 1_000),
    json: values.json ?? false,
    help: values.help ?? false,
  };
}
