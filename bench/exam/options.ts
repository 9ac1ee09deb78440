/** The command line of the exam load. */
import { readFlags, wholeNumber } from "../command-line.js";

export interface Options {
  readonly students: number;
  /** Length of the loaded window. */
  readonly seconds: number;
  readonly heartbeatMs: number;
  readonly json: boolean;
  readonly help: boolean;
}

export const HELP = `Loads examples/exam as a real exam would: node --import tsx bench/exam/main.ts [options]

Options:
  --students N       students, each with a client of its own (default 100)
  --seconds N        length of the loaded window (default 60)
  --heartbeat-ms N   interval of the heartbeats; all other times of the app follow in proportion (default 10000)
  --json             one JSON object on the output and nothing else
  --help             this text

Build the server first (npm run build). Exit code 1 when a goal is missed. With heartbeats of ten seconds a session is stale
after two minutes and expires at the next run of a cron: the whole run takes about four minutes.
`;

export function readOptions(args: readonly string[]): Options {
  const values = readFlags(args, { students: { type: "string" }, seconds: { type: "string" }, "heartbeat-ms": { type: "string" } });
  return {
    students: wholeNumber("students", values.students, 100, 4, 450),
    seconds: wholeNumber("seconds", values.seconds, 60, 5, 3_600),
    heartbeatMs: wholeNumber("heartbeat-ms", values["heartbeat-ms"], 10_000, 500, 60_000),
    json: values.json ?? false,
    help: values.help ?? false,
  };
}
