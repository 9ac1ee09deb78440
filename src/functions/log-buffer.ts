/**
 * What a function printed: lines for its client, bounded in number. Formatting is put off until somebody asks, and what
 * is printed is formatted at once only because user code may change its objects afterwards.
 */
import { formatLogLine, type LogLevel } from "./sandbox/console.js";

/** As documented for the original: further lines are dropped, and a last line says so. */
const LINES_MAX = 256;

const NO_LINES: readonly string[] = [];

export class LogBuffer {
  #lines: string[] | null = null;
  #dropped = 0;

  add(level: LogLevel, args: readonly unknown[]): void {
    this.#lines ??= [];
    if (this.#lines.length < LINES_MAX) this.#lines.push(formatLogLine(level, args));
    else this.#dropped++;
  }

  /** `[LEVEL] message`, oldest first. */
  lines(): readonly string[] {
    if (this.#lines === null) return NO_LINES;
    if (this.#dropped === 0) return this.#lines;
    return [...this.#lines, `[ERROR] Log overflow (maximum ${LINES_MAX}): ${this.#dropped} more lines were dropped.`];
  }
}
