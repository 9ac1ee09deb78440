/**
 * How much of what an action prints leaves its executor: as much as the engine keeps (LogBuffer), and one line more, by which it
 * learns at once that there are more. The others are only counted: a loop that prints must not fill the channel to the engine.
 */
import { LOG_CHARS_MAX, LOG_LINES_MAX } from "../log-buffer.js";

export class LineQuota {
  #lines = 0;
  #chars = 0;
  #withheld = 0;
  #hasOverflown = false;

  /** Whether the line may leave. */
  admit(line: string): boolean {
    const isFull = this.#lines >= LOG_LINES_MAX || this.#chars >= LOG_CHARS_MAX;
    if (isFull && this.#hasOverflown) {
      this.#withheld++;
      return false;
    }
    this.#hasOverflown = isFull;
    this.#lines++;
    this.#chars += line.length;
    return true;
  }

  /** Lines that did not leave. */
  get withheld(): number {
    return this.#withheld;
  }
}
