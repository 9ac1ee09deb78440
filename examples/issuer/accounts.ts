/** An account of a user database. Whatever else it has goes into the tokens as claims, but for the id, which is their subject. */
export interface Account {
  readonly id: string;
  readonly name: string;
}

/** What the login page tells of an account, besides its name. */
export function describeAccount({ id: _id, name: _name, ...claims }: Account): string {
  return Object.values(claims)
    .flat()
    .filter((claim) => typeof claim === "string")
    .join(" · ");
}
