/** An account of a user database. All but the id goes into the tokens as claims. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly [claim: string]: unknown;
}

/** What the login page tells of an account, besides its name. */
export function describeAccount({ id: _id, name: _name, ...claims }: Account): string {
  return Object.values(claims)
    .flat()
    .filter((claim) => typeof claim === "string")
    .join(" · ");
}
