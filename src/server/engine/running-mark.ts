/**
 * Tells the network thread, through shared memory, what the engine is running: when this thread dies of what it runs, the
 * other one knows whom to blame. Layout in engine-messages.ts.
 */
import { RUNNING_NAME_BYTES, RUNNING_SLOTS } from "../engine-messages.js";

export class RunningMark {
  readonly #slots: Int32Array;
  readonly #name: Buffer;

  constructor(memory: SharedArrayBuffer) {
    this.#slots = new Int32Array(memory, 0, RUNNING_SLOTS);
    this.#name = Buffer.from(memory, RUNNING_SLOTS * Int32Array.BYTES_PER_ELEMENT, RUNNING_NAME_BYTES);
  }

  set(name: string | null): void {
    if (name !== null) this.#slots[1] = this.#name.write(name);
    this.#slots[0] = name === null ? 0 : 1;
  }
}
