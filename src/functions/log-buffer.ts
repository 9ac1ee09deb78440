/**
 * What a function printed: lines for its client, bounded in number. Formatting is put off until somebody asks, and what
 * is printed is formatted at once only because user code may change its objects afterwards.
 */
import { formatLogLine, type LogLevel } from "./sandbox/console.js";

/** As documented for the original: further lines are dropped, and a last line says so. */
const LINES_MAX = 256;
/** All lines together, in characters: they are kept in memory and sent with answers. */
const CHARS_MAX = 256 * 1024;

const NO_LINES: readonly string[] = [];

export class LogBuffer {
  #lines: string[] | null = null;
  #dropped = 0;
  #chars = 0;

  add(level: LogLevel, args: readonly unknown[]): void {
    if (this.#isFull()) this.#dropped++;
    else this.#push(formatLogLine(level, args));
  }

  /** A line that was formatted elsewhere. */
  addLine(line: string): void {
    if (this.#isFull()) this.#dropped++;
    else this.#push(line);
  }

  /** `[LEVEL] message`, oldest first. */
  lines(): readonly string[] {
    if (this.#lines === null) return NO_LINES;
    if (this.#dropped === 0) return this.#lines;
    return [...this.#lines, `[ERROR] Log overflow (maximum ${LINES_MAX} lines and ${CHARS_MAX} characters): ${this.#dropped} more lines were dropped.`];
  }

  #isFull(): boolean {
    return this.#lines !== null && (this.#lines.length >= LINES_MAX || this.#chars >= CHARS_MAX);
  }

  #push(line: string): void {
    (this.#lines ??= []).push(line);
    this.#chars += line.length;
  }
}
