/** What clients sent and what they were told, by round: the truth that the database is compared with. */

export class Ledger {
  /** Keys by round; true once acknowledged. */
  readonly #rounds: Map<string, boolean>[] = [];
  #acknowledged = 0;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  /** The round that is going on, from 0. */
  get round(): number {
    return this.#rounds.length - 1;
  }

  /** Of all rounds. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  beginRound(): void {
    this.#rounds.push(new Map());
  }

  sent(round: number, key: string): void {
    this.#rounds[round]!.set(key, false);
  }

  /** Hearing it twice is fine: clients ask again for what they were told before. */
  acknowledge(round: number, key: string): void {
    if (this.#rounds[round]!.get(key) === true) return;
    this.#rounds[round]!.set(key, true);
    this.#acknowledged++;
    const reached = this.#waiting.filter(({ count }) => count <= this.#acknowledged);
    this.#waiting = this.#waiting.filter(({ count }) => count > this.#acknowledged);
    for (const { resolve } of reached) resolve();
  }

  /** A copy: what is acknowledged later does not count. */
  acknowledgedIn(round: number): string[] {
    return [...this.#rounds[round]!].filter(([, isAcknowledged]) => isAcknowledged).map(([key]) => key);
  }

  unansweredIn(round: number): string[] {
    return [...this.#rounds[round]!].filter(([, isAcknowledged]) => !isAcknowledged).map(([key]) => key);
  }

  get unanswered(): number {
    return this.#rounds.reduce((count, _, round) => count + this.unansweredIn(round).length, 0);
  }

  /** Resolves when this many more are acknowledged. */
  afterMore(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ count: this.#acknowledged + count, resolve }));
  }
}
