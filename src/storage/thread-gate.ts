/**
 * Lets a worker thread be terminated without taking the process with it. `worker.terminate()` forbids the thread to
 * call into JavaScript at once, in whatever it is doing; the native code of lmdb-js treats a call that fails for that
 * reason as fatal and aborts the process. So the thread says when it is inside such code, and whoever terminates it
 * closes the gate first:
 *
 *     worker                                     parent
 *     new ThreadGate(workerData.gate)            const gate = new ThreadGate();  new Worker(…, { gate: gate.buffer })
 *     run(): inside = 1; closed? → sleep         await gate.close(): closed = 1; wait until inside is 0
 *            …native code…; inside = 0           await worker.terminate()
 *
 * Each side writes its own word before it reads the other's, and both are sequentially consistent: either the thread
 * sees the gate closed, or the parent sees the thread inside and waits.
 */

const INSIDE = 0;
const CLOSED = 1;

/** What native code is called through. */
export interface Gate {
  /** `action` must be synchronous and must not run the gate again. */
  run<T>(action: () => T): T;
  /** The same for every step of an iteration; what the consumer does between steps is outside. */
  iterate<T>(iterable: Iterable<T>): Iterable<T>;
}

/** For threads that nobody terminates. */
export const OPEN_GATE: Gate = {
  run: (action) => action(),
  iterate: (iterable) => iterable,
};

export class ThreadGate implements Gate {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  run<T>(action: () => T): T {
    this.#enter();
    try {
      return action();
    } finally {
      Atomics.store(this.#words, INSIDE, 0);
    }
  }

  iterate<T>(iterable: Iterable<T>): Iterable<T> {
    return { [Symbol.iterator]: () => this.#gatedIterator(this.run(() => iterable[Symbol.iterator]())) };
  }

  /** For the other thread: resolves once the thread is outside and can never be inside again. Then terminate it. */
  async close(): Promise<void> {
    Atomics.store(this.#words, CLOSED, 1);
    while (Atomics.load(this.#words, INSIDE) === 1) await new Promise((resolve) => setImmediate(resolve));
  }

  #enter(): void {
    Atomics.store(this.#words, INSIDE, 1);
    if (Atomics.load(this.#words, CLOSED) === 0) return;
    Atomics.store(this.#words, INSIDE, 0);
    for (;;) Atomics.wait(this.#words, CLOSED, 1);
  }

  #gatedIterator<T>(iterator: Iterator<T>): Iterator<T> {
    return {
      next: () => this.run(() => iterator.next()),
      return: () => this.run(() => iterator.return?.() ?? { done: true, value: undefined }),
    };
  }
}
