/** Keys of which the least is taken first: a binary heap. */
import type { Key } from "../../storage/store.js";

export class KeyHeap {
  readonly #keys: Key[] = [];

  get first(): Key | undefined {
    return this.#keys[0];
  }

  add(key: Key): void {
    let i = this.#keys.push(key) - 1;
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      if (this.#keys[parent]! <= key) break;
      this.#keys[i] = this.#keys[parent]!;
      i = parent;
    }
    this.#keys[i] = key;
  }

  takeFirst(): Key | undefined {
    const first = this.#keys[0];
    const last = this.#keys.pop();
    if (last !== undefined && this.#keys.length > 0) this.#sink(last);
    return first;
  }

  /** Puts `key` where the first was. */
  #sink(key: Key): void {
    const keys = this.#keys;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= keys.length) break;
      if (child + 1 < keys.length && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[i] = keys[child]!;
      i = child;
    }
    keys[i] = key;
  }
}
