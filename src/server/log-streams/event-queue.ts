/**
 * Events that wait for their stream: bounded by number and size. What finds no room pushes out the oldest; how many were lost is
 * counted, and told by the stream when it can deliver again.
 */
export class EventQueue {
  readonly #texts: string[] = [];
  #chars = 0;
  #lost = 0;

  constructor(
    private readonly eventsMax: number,
    private readonly charsMax: number,
  ) {}

  get size(): number {
    return this.#texts.length;
  }

  push(text: string): void {
    this.#texts.push(text);
    this.#chars += text.length;
    while (this.#texts.length > this.eventsMax || this.#chars > this.charsMax) {
      this.#chars -= this.#texts.shift()!.length;
      this.#lost++;
    }
  }

  /** Takes the oldest, up to so many; one at least where there is any. */
  take(eventsMax: number, charsMax: number): string[] {
    let count = 0;
    for (let chars = 0; count < this.#texts.length && count < eventsMax; count++) {
      chars += this.#texts[count]!.length;
      if (count > 0 && chars > charsMax) break;
    }
    const taken = this.#texts.splice(0, count);
    for (const text of taken) this.#chars -= text.length;
    return taken;
  }

  /** How many were lost since it was asked last. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }
}
