/** Wakes whoever waits for progress, without telling which. */
export class ProgressSignal {
  #waiting: (() => void)[] = [];

  notify(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves at the next {@link notify}, or after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== resolve);
        resolve();
      }, timeoutMs);
    });
    clearTimeout(timer);
  }
}
