/** The accounts of a company: a stand-in for its user database. Roles are none of its business: the app has them. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly email_verified: true;
}

export function accountNamed(id: string, name: string): Account {
  return { id, name, email: `${id}@ferry.example`, email_verified: true };
}

export const DEMO_ACCOUNTS: readonly Account[] = [
  accountNamed("owner", "Owner"),
  accountNamed("leader", "Team leader"),
  accountNamed("agent-1", "Agent 1"),
  accountNamed("agent-2", "Agent 2"),
  accountNamed("agent-3", "Agent 3"),
  accountNamed("newcomer", "Newcomer"),
];
