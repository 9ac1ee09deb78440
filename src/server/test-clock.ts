/**
 * A server's clock that admins can move forward, for tests of what waits for days: `--test-clock yes`. How far it is ahead
 * is shared by all threads that tell the time, and kept in the data folder, so that a restart does not take it back.
 *
 * Actions have the machine's own clock: they may talk to others, who have it too.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILE = "test-clock.json";
/** Ten years: further than anything can be scheduled. */
export const AHEAD_MS_MAX = 10 * 366 * 24 * 3_600_000;

export class TestClock {
  /** One number: milliseconds that the clock is ahead. */
  readonly shared = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  readonly #aheadMs = new Float64Array(this.shared);
  #path: string | null = null;

  get aheadMs(): number {
    return this.#aheadMs[0]!;
  }

  /** To be called before anything is read from the clock. */
  async open(dataFolder: string): Promise<void> {
    this.#path = join(dataFolder, FILE);
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return '{"aheadMs":0}';
      throw error;
    });
    this.#aheadMs[0] = (JSON.parse(text) as { aheadMs: number }).aheadMs;
  }

  /** `ms` from 0 to {@link AHEAD_MS_MAX}, in all. */
  async advance(ms: number): Promise<void> {
    if (this.#path === null) throw new Error("Rivulet bug: the test clock was moved before it was opened");
    await writeFile(this.#path, JSON.stringify({ aheadMs: this.aheadMs + ms }));
    this.#aheadMs[0] = this.aheadMs + ms;
  }
}
