/**
 * Writes transitions. Clients that watch the same and were told the same before are told the same again: then the text is
 * written once, and the network can make one frame of it for all of them.
 */
import { transition, type StateVersion } from "./server-message.js";

interface Written {
  readonly start: StateVersion;
  readonly end: StateVersion;
  readonly modifications: readonly string[];
  readonly text: string;
}

export class Transitions {
  #last: Written | null = null;
  #written = 0;

  /** Texts written so far. */
  get written(): number {
    return this.#written;
  }

  /** The same string for the same as the last time. */
  text(start: StateVersion, end: StateVersion, modifications: readonly string[]): string {
    const last = this.#last;
    if (last !== null && isSame(last.start, start) && isSame(last.end, end) && areSame(last.modifications, modifications)) return last.text;
    const text = transition(start, end, modifications, null);
    this.#written++;
    this.#last = { start, end, modifications, text };
    return text;
  }

  /** What was written last may be large. */
  forget(): void {
    this.#last = null;
  }
}

function isSame(a: StateVersion, b: StateVersion): boolean {
  return a.ts === b.ts && a.querySet === b.querySet && a.identity === b.identity;
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((modification, i) => modification === b[i]);
}
