/** The stream of transfers that every load sends: between two different accounts, chosen uniformly or with a skew. */
import { seededRandom, zipf } from "./random.js";

export interface TransferPlan {
  /** Ids of the accounts. */
  readonly accounts: readonly string[];
  /** Skew of the choice: see `zipf`. */
  readonly alpha: number;
  readonly seed: number;
}

export const TRANSFER = "accounts:transfer";

export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

export function transfers({ accounts, alpha, seed }: TransferPlan): () => Transfer {
  if (accounts.length < 2) throw new Error("A transfer needs two accounts.");
  const random = seededRandom(seed);
  const choose = zipf(random, accounts.length, alpha);
  return () => {
    const from = choose();
    let to = choose();
    while (to === from) to = choose();
    return { from: accounts[from]!, to: accounts[to]!, amount: 1 + Math.floor(random() * 100) };
  };
}

/** Over HTTP: a mutation, or plain JSON where a peer has a route for it. */
export function transferRequest(transfer: Transfer, peerRoute?: string): { readonly path: string; readonly body: string } {
  if (peerRoute !== undefined) return { path: peerRoute, body: JSON.stringify(transfer) };
  return { path: "/api/mutation", body: JSON.stringify({ path: TRANSFER, format: "convex_encoded_json", args: [transfer] }) };
}
