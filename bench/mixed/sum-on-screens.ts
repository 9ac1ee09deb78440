/** A sum that only grows, as several screens show it, each at its own time: tells when the last of them has come to a value. */
export class SumOnScreens {
  readonly #shown: number[];
  #onAll = 0;

  /** @param onAll called once for each value from 1 on, in order, when every screen has shown it or a greater one */
  constructor(
    screens: number,
    private readonly onAll: (value: number) => void,
  ) {
    this.#shown = Array.from({ length: screens }, () => 0);
  }

  show(screen: number, value: number): void {
    const before = this.#shown[screen]!;
    this.#shown[screen] = value;
    // Only one of those that were last can change what all have shown.
    if (before > this.#onAll) return;
    const least = Math.min(...this.#shown);
    while (this.#onAll < least) this.onAll(++this.#onAll);
  }
}
