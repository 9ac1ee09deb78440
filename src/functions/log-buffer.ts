/**
 * What a function printed: lines for its client, bounded in number. Formatting is put off until somebody asks, and what
 * is printed is formatted at once only because user code may change its objects afterwards.
 */
import { formatLogLine, type LogLevel } from "./sandbox/console.js";

/** As documented for the original: further lines are dropped, and a last line says so. */
export const LOG_LINES_MAX = 256;
/** All lines together, in characters: they are kept in memory and sent with answers. */
export const LOG_CHARS_MAX = 256 * 1024;

const OVERFLOW = `[ERROR] Log overflow (maximum ${LOG_LINES_MAX} lines and ${LOG_CHARS_MAX} characters)`;
/** For whoever watches a function while it runs, in place of the first line that is dropped. */
export const OVERFLOW_BEGINS = `${OVERFLOW}: what it prints from here on is dropped.`;

const NO_LINES: readonly string[] = [];

export class LogBuffer {
  #lines: string[] | null = null;
  #dropped = 0;
  #chars = 0;

  add(level: LogLevel, args: readonly unknown[]): void {
    if (this.#isFull()) this.#dropped++;
    else this.#push(formatLogLine(level, args));
  }

  /** A line that was formatted elsewhere. False where it found no room. */
  addLine(line: string): boolean {
    if (this.#isFull()) this.#dropped++;
    else this.#push(line);
    return this.#dropped === 0;
  }

  /** Lines that were dropped before they came here. */
  addDropped(count: number): void {
    this.#dropped += count;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** How many lines are missing; null for none. */
  get overflow(): string | null {
    return this.#dropped === 0 ? null : `${OVERFLOW}: ${this.#dropped} more lines were dropped.`;
  }

  /** `[LEVEL] message`, oldest first. */
  lines(): readonly string[] {
    if (this.#lines === null) return NO_LINES;
    const { overflow } = this;
    return overflow === null ? this.#lines : [...this.#lines, overflow];
  }

  #isFull(): boolean {
    return this.#lines !== null && (this.#lines.length >= LOG_LINES_MAX || this.#chars >= LOG_CHARS_MAX);
  }

  #push(line: string): void {
    (this.#lines ??= []).push(line);
    this.#chars += line.length;
  }
}
