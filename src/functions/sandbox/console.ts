/**
 * Lines that functions print, in the form that clients and the CLI parse: `[LEVEL] message`. Values are shown as on a
 * terminal, strings in quotes: `[LOG] 'hello' { a: 1 }`.
 */
import { inspect, type InspectOptions } from "node:util";

export type LogLevel = "LOG" | "DEBUG" | "INFO" | "WARN" | "ERROR";

/** Longest line, in characters, without the notice that it was cut. */
export const LOG_LINE_LENGTH_MAX = 32 * 1024;

const CUT = " (truncated due to length)";

/** User code's own inspection methods and getters are not called: they could do anything, outside of its time limit. */
const INSPECTION: InspectOptions = { depth: 4, customInspect: false, getters: false, maxArrayLength: 100, maxStringLength: LOG_LINE_LENGTH_MAX, breakLength: 120 };

/** An argument that is text already and is printed without quotes, such as an error's mapped stack. */
export class PlainText {
  constructor(readonly text: string) {}
}

export function formatLogLine(level: LogLevel, args: readonly unknown[]): string {
  let message = "";
  for (const [i, arg] of args.entries()) {
    message += (i === 0 ? "" : " ") + formatArgument(arg);
    if (message.length > LOG_LINE_LENGTH_MAX) return `[${level}] ${message.slice(0, LOG_LINE_LENGTH_MAX)}${CUT}`;
  }
  return `[${level}] ${message}`;
}

function formatArgument(value: unknown): string {
  try {
    if (value instanceof PlainText) return value.text;
    return inspect(value, INSPECTION);
  } catch {
    return "[value that can't be shown]"; // e.g. a proxy, or a Symbol.toStringTag that throws
  }
}
