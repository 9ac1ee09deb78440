/**
 * The official client under the same treatment: it reconnects when it sees fit, in its own way and at its own pace, through
 * all rounds, and is waited for only at the end.
 */
import type { ConvexClient } from "convex/browser";
import type { FunctionReference } from "convex/server";
import type { Ledger } from "./ledger.js";

export type AddPair = FunctionReference<"mutation", "public", { round: number; key: string }, null>;

export class OfficialClient {
  #isOver = false;
  #sent = 0;
  readonly #loops: Promise<void>[];

  constructor(
    private readonly name: string,
    private readonly client: ConvexClient,
    private readonly addPair: AddPair,
    private readonly ledger: Ledger,
    inFlight: number,
    onError: (error: Error) => void,
  ) {
    this.#loops = Array.from({ length: inFlight }, () => this.#loop().catch(onError));
  }

  /** Resolves when everything that it sent is answered. */
  async finish(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
    await this.client.close();
  }

  async #loop(): Promise<void> {
    while (!this.#isOver) {
      const round = this.ledger.round;
      const key = `${this.name}.${this.#sent++}`;
      this.ledger.sent(round, key);
      await this.client.mutation(this.addPair, { round, key });
      this.ledger.acknowledge(round, key);
    }
  }
}
