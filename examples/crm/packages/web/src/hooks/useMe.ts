/** The person and their membership, once they are known to be in a company. What the page offers follows from it. */
import type { FunctionReturnType } from "convex/server";
import { createContext, useContext } from "react";
import type { api } from "../../../../convex/_generated/api";
import type { Permission } from "../../../../convex/model/permissions";

export type Account = NonNullable<FunctionReturnType<typeof api.account.me>>;
export type Membership = NonNullable<Account["membership"]>;

export interface Me {
  readonly account: Account;
  readonly membership: Membership;
  readonly may: (permission: Permission) => boolean;
}

export const MeContext = createContext<Me | null>(null);

export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === null) throw new Error("useMe found no MeContext above it. Show this page to members only.");
  return me;
}
