/** The command line of the mixed load. */
import { readFlags, wholeNumber } from "../command-line.js";

export interface Options {
  /** Of the exam. */
  readonly students: number;
  /** Of the study platform, whose students are {@link LEARNERS}. */
  readonly admins: number;
  readonly savesPerSecond: number;
  readonly heartbeatMs: number;
  /** Lengths of the window before the first look at the memory, and of the measured one. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly json: boolean;
  readonly help: boolean;
}

export const LEARNERS = 100;

export const HELP = `Loads examples/exam and examples/study at once, in one deployment: npm run bench:mixed -- [options]

Options:
  --students N           students of the exam, each with a client of its own (default 100)
  --admins N             clients that watch the stats of the study platform (default 200)
  --saves-per-second N   saves of ${LEARNERS} students of the study platform, whether the server keeps up or not (default 50)
  --heartbeat-ms N       interval of the exam's heartbeats; all other times of that app follow in proportion (default 10000)
  --warm-up N            seconds of the same load before the first look at the memory (default 30)
  --seconds N            length of the measured window (default 300)
  --json                 one JSON object on the output and nothing else (with npm: npm run --silent bench:mixed -- --json)
  --help                 this text

All clients are official ones, in one process on the server's own machine; the server's memory is read from /proc, so Linux only.
Exit code 1 when a goal is missed. A window is never shorter than three heartbeats, for which some students of the exam are away.
`;

export function readOptions(args: readonly string[]): Options {
  const values = readFlags(args, {
    students: { type: "string" },
    admins: { type: "string" },
    "saves-per-second": { type: "string" },
    "heartbeat-ms": { type: "string" },
    "warm-up": { type: "string" },
    seconds: { type: "string" },
  });
  return {
    students: wholeNumber("students", values.students, 100, 4, 450),
    admins: wholeNumber("admins", values.admins, 200, 1, 450),
    savesPerSecond: wholeNumber("saves-per-second", values["saves-per-second"], 50, 1, 1_000),
    heartbeatMs: wholeNumber("heartbeat-ms", values["heartbeat-ms"], 10_000, 500, 60_000),
    warmUpSeconds: wholeNumber("warm-up", values["warm-up"], 30, 1, 600),
    seconds: wholeNumber("seconds", values.seconds, 300, 1, 3_600),
    json: values.json ?? false,
    help: values.help ?? false,
  };
}
