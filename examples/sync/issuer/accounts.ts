/** The accounts that may sign in: a stand-in for a user database. What is here goes into the tokens as claims. */
export interface Account {
  readonly id: string;
  readonly name: string;
  /** Operators may wipe the boards. */
  readonly role: "viewer" | "operator";
}

const DEMO_VIEWERS = 3;

/** Viewer 1, Viewer 2, and so on. */
export function viewerAccount(number: number): Account {
  return { id: `viewer-${number}`, name: `Viewer ${number}`, role: "viewer" };
}

export const OPERATOR: Account = { id: "operator", name: "Operator", role: "operator" };

export const DEMO_ACCOUNTS: readonly Account[] = [OPERATOR, ...Array.from({ length: DEMO_VIEWERS }, (_, index) => viewerAccount(index + 1))];
