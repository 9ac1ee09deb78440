/**
 * What the action that runs has begun: timers, requests, syscalls, promises of the web's classes. When it has answered, all
 * that is unfinished is stopped, so that nothing of it can happen during the next action.
 *
 *     begin() ─▶ run 7 ──────────────── end() ─▶ names of what was unfinished
 *                  │ start("fetch") ─▶ settled
 *                  │ startTimer("setTimeout")     cleared; its callback never runs
 *                  │ start("mutation")            what it answers is dropped
 */
/** What may be on its way at a time, as documented for actions. */
const CONCURRENT_MAX = 1_000;
const TIMERS_MAX = 10_000;
/** The longest that a timer of Node waits; more would be taken for 1 ms. */
const DELAY_MS_MAX = 2 ** 31 - 1;

interface Run {
  /** Operations that are named in the warning. */
  readonly unfinished: Map<number, string>;
  readonly stops: Set<() => void>;
  readonly timers: Map<number, Timer>;
  /** Promises that user code may await. */
  readonly promises: Set<symbol>;
}

interface Timer {
  /** Null for those that nobody would wait for. */
  readonly name: string | null;
  readonly handle: NodeJS.Timeout;
}

export class ActionOperations {
  #run: Run | null = null;
  #lastId = 0;

  get isRunning(): boolean {
    return this.#run !== null;
  }

  /** Whether nothing is unfinished that somebody would wait for. */
  get isQuiet(): boolean {
    const run = this.#run;
    return run === null || (run.unfinished.size + run.promises.size === 0 && ![...run.timers.values()].some(({ name }) => name !== null));
  }

  begin(): void {
    if (this.#run !== null) throw new Error("Rivulet bug: an action began while another one runs");
    this.#run = { unfinished: new Map(), stops: new Set(), timers: new Map(), promises: new Set() };
  }

  /** What was unfinished, by name, in the order in which it began. `isSpent`: user code may hold promises that never settle. */
  end(): { readonly names: readonly string[]; readonly isSpent: boolean } {
    const run = this.#run;
    if (run === null) throw new Error("Rivulet bug: an action ended that had not begun");
    this.#run = null;
    const timers = [...run.timers].map(([id, { name, handle }]) => {
      clearTimeout(handle);
      return [id, name] as const;
    });
    for (const stop of run.stops) stop();
    const named = [...run.unfinished, ...timers].sort(([a], [b]) => a - b);
    return { names: named.map(([, name]) => name).filter((name) => name !== null), isSpent: run.unfinished.size + run.promises.size > 0 };
  }

  /** See {@link MembraneHooks.liveness}. */
  readonly liveness = (): (() => boolean) => {
    const run = this.#run;
    return () => run === null || run === this.#run;
  };

  /** See {@link MembraneHooks.track}. */
  readonly track = (): (() => boolean) => {
    const run = this.#run;
    const isLive = this.liveness();
    const key = Symbol();
    run?.promises.add(key);
    return () => {
      run?.promises.delete(key);
      return isLive();
    };
  };

  /** Returns what is to be called when the operation is finished. Throws where no action runs, or it has begun too much. */
  start(name: string): () => void {
    const { unfinished } = this.#runFor(name);
    if (unfinished.size >= CONCURRENT_MAX) {
      throw new Error(`Too many operations at once: an action can have ${CONCURRENT_MAX} requests and calls on their way. Await some of them before ${name} is called again.`);
    }
    const id = ++this.#lastId;
    unfinished.set(id, name);
    return () => void unfinished.delete(id);
  }

  /** `stop` is called when the action has ended, unless the function that this returns was called before. */
  onEnd(stop: () => void): () => void {
    const { stops } = this.#runFor("onEnd");
    stops.add(stop);
    return () => void stops.delete(stop);
  }

  /** A timer that repeats if its name is "setInterval"; null: it is not missed when it is cleared. */
  startTimer(name: string | null, callback: () => void, delayMs: number): number {
    const { timers } = this.#runFor(name ?? "AbortSignal.timeout");
    if (timers.size >= TIMERS_MAX) throw new Error(`Too many timers: an action can have ${TIMERS_MAX} at a time.`);
    const id = ++this.#lastId;
    const delay = delayMs > 0 ? Math.min(delayMs, DELAY_MS_MAX) : 0;
    const once = (): void => {
      timers.delete(id);
      callback();
    };
    timers.set(id, { name, handle: name === "setInterval" ? setInterval(callback, delay) : setTimeout(once, delay) });
    return id;
  }

  stopTimer(id: number): void {
    const timer = this.#run?.timers.get(id);
    if (timer === undefined) return;
    clearTimeout(timer.handle);
    this.#run?.timers.delete(id);
  }

  #runFor(name: string): Run {
    if (this.#run === null) throw new Error(`Can't use ${name} after the action has ended. Await everything that an action begins.`);
    return this.#run;
  }
}
