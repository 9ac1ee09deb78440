/** Places of items that are gone are given back when there are so many, and as many as others. */
const FREED_MIN = 1_024;

/** A first-in-first-out queue whose operations cost the same however long it is. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The oldest first. */
  *[Symbol.iterator](): Generator<T> {
    for (let i = this.#head; i < this.#items.length; i++) yield this.#items[i]!;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.length > 0 && (this.#head < FREED_MIN || this.#head < this.length)) return item;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
    return item;
  }
}
