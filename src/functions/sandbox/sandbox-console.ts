/**
 * What the methods of `console` do, apart from formatting: levels, counters, timers. One per execution, as counters
 * and timers are its own.
 */
import { PlainText, type LogLevel } from "./console.js";

type Print = (level: LogLevel, args: unknown[]) => void;
type Method = (console: SandboxConsole, args: unknown[]) => void;

/** Labels that one execution may have open. */
const LABELS_MAX = 1_000;

const METHODS = {
  log: (console, args) => console.print("LOG", args),
  info: (console, args) => console.print("INFO", args),
  warn: (console, args) => console.print("WARN", args),
  error: (console, args) => console.print("ERROR", args),
  debug: (console, args) => console.print("DEBUG", args),
  trace: (console, args) => console.print("LOG", [new PlainText("Trace:"), ...args]),
  dir: (console, args) => console.print("LOG", args.slice(0, 1)),
  table: (console, args) => console.print("LOG", args.slice(0, 1)),
  group: (console, args) => console.print("LOG", args),
  groupCollapsed: (console, args) => console.print("LOG", args),
  groupEnd: () => undefined,
  assert: (console, [condition, ...rest]) => void (condition ? undefined : console.print("ERROR", [new PlainText("Assertion failed"), ...rest])),
  count: (console, [label]) => console.count(labelOf(label)),
  countReset: (console, [label]) => console.countReset(labelOf(label)),
  time: (console, [label]) => console.time(labelOf(label)),
  timeLog: (console, [label, ...rest]) => console.timeLog(labelOf(label), rest),
  timeEnd: (console, [label]) => console.timeEnd(labelOf(label)),
} satisfies Record<string, Method>;

export const CONSOLE_METHODS: readonly string[] = Object.keys(METHODS);

export class SandboxConsole {
  readonly #counts = new Map<string, number>();
  readonly #startsMs = new Map<string, number>();

  /** `elapsedMs` is a real clock: it only reaches the printed line, never the function. */
  constructor(
    readonly print: Print,
    private readonly elapsedMs: () => number,
  ) {}

  call(method: string, args: unknown[]): void {
    METHODS[method as keyof typeof METHODS](this, args);
  }

  count(label: string): void {
    const count = (this.#counts.get(label) ?? 0) + 1;
    if (count > 1 || this.#counts.size < LABELS_MAX) this.#counts.set(label, count);
    this.print("LOG", [new PlainText(`${label}: ${count}`)]);
  }

  countReset(label: string): void {
    this.#counts.delete(label);
  }

  time(label: string): void {
    if (this.#startsMs.has(label)) this.print("WARN", [new PlainText(`Timer '${label}' already exists`)]);
    else if (this.#startsMs.size < LABELS_MAX) this.#startsMs.set(label, this.elapsedMs());
  }

  timeLog(label: string, rest: unknown[]): void {
    const startMs = this.#startsMs.get(label);
    if (startMs === undefined) this.print("WARN", [new PlainText(`Timer '${label}' does not exist`)]);
    else this.print("LOG", [new PlainText(`${label}: ${(this.elapsedMs() - startMs).toFixed(3)}ms`), ...rest]);
  }

  timeEnd(label: string): void {
    this.timeLog(label, []);
    this.#startsMs.delete(label);
  }
}

function labelOf(label: unknown): string {
  return typeof label === "string" ? label : "default";
}
