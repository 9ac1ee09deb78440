/** The command line of the load on the board. */
import { readFlags, wholeNumber } from "../command-line.js";

export interface Options {
  readonly people: number;
  /** Length of the measured window. */
  readonly seconds: number;
  /** Processes that the clients are spread over. */
  readonly processes: number;
  readonly json: boolean;
  readonly help: boolean;
}

export const HELP = `Holds examples/board to its figures: npm run bench:board -- [options]

Options:
  --people N      people on one board, each moving ten times a second (default 50)
  --seconds N     length of the measured window (default 20)
  --processes N   processes that their clients are spread over (default 1)
  --json          one JSON object on the output and nothing else (with npm: npm run --silent bench:board -- --json)
  --help          this text

All clients are official ones, on the server's own machine. Exit code 1 when a goal is missed.
`;

export function readOptions(args: readonly string[]): Options {
  const values = readFlags(args, { people: { type: "string" }, seconds: { type: "string" }, processes: { type: "string" } });
  return {
    people: wholeNumber("people", values.people, 50, 2, 100),
    seconds: wholeNumber("seconds", values.seconds, 20, 1, 600),
    processes: wholeNumber("processes", values.processes, 1, 1, 8),
    json: values.json ?? false,
    help: values.help ?? false,
  };
}
