/** What the person at this page did, and how to take it back: the last first. */
const STEPS_MAX = 100;

export interface Step {
  /** Takes it back; rejects where that cannot be done. */
  readonly undo: () => Promise<unknown>;
}

export class UndoHistory {
  readonly #steps: Step[] = [];

  constructor(private readonly onChange: (count: number) => void) {}

  add(step: Step): void {
    this.#steps.push(step);
    if (this.#steps.length > STEPS_MAX) this.#steps.shift();
    this.onChange(this.#steps.length);
  }

  /** For a step that was refused: there is nothing to take back. */
  forget(step: Step): void {
    const place = this.#steps.indexOf(step);
    if (place >= 0) this.#steps.splice(place, 1);
    this.onChange(this.#steps.length);
  }

  takeLast(): Step | undefined {
    const step = this.#steps.pop();
    this.onChange(this.#steps.length);
    return step;
  }
}
