/** Calls of one kind that a load makes. It goes on when one fails: whoever reports on it looks here. */
import { held, type Figure } from "./figures.js";

export class Calls {
  made = 0;
  failed = 0;
  /** The others are most often the same again. */
  #firstError: unknown = null;

  async count<Result>(call: Promise<Result>): Promise<Result> {
    this.made++;
    try {
      return await call;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  fail(error: unknown): void {
    if (this.failed++ === 0) this.#firstError = error;
  }

  /** Throws the first error, if there was one. */
  mustHaveSucceeded(): void {
    if (this.failed > 0) throw this.#firstError;
  }

  figure(name: string): Figure {
    const failed = this.failed === 0 ? "none failed" : `${this.failed} failed: ${String(this.#firstError)}`;
    return held(name, "none failed", `${this.made} made, ${failed}`, this.failed === 0 && this.made > 0);
  }
}
