/** Who sees what: strangers the way to the issuer, people without a company how to get one, members their company. */
import { Authenticated, AuthLoading, Unauthenticated, useMutation, useQuery } from "convex/react";
import { useEffect, useMemo } from "react";
import { api } from "../../../convex/_generated/api";
import { SignInScreen, Splash } from "./components/FullPage";
import { Shell } from "./components/Shell";
import { useAct } from "./hooks/useAct";
import { MeContext } from "./hooks/useMe";
import type { Account, Me, Membership } from "./hooks/useMe";
import { NoCompanyPage } from "./pages/NoCompanyPage";

export function App() {
  return (
    <>
      <AuthLoading>
        <Splash />
      </AuthLoading>
      <Unauthenticated>
        <SignInScreen />
      </Unauthenticated>
      <Authenticated>
        <Entrance />
      </Authenticated>
    </>
  );
}

function Entrance() {
  const account = useQuery(api.account.me);
  useEntering();
  if (account === undefined || account === null) return <Splash />;
  return account.membership === null ? <NoCompanyPage account={account} /> : <Company account={account} membership={account.membership} />;
}

function Company({ account, membership }: { account: Account; membership: Membership }) {
  const me = useMemo<Me>(() => ({ account, membership, may: (permission) => membership.permissions.includes(permission) }), [account, membership]);
  return (
    <MeContext value={me}>
      <Shell />
    </MeContext>
  );
}

/** Tells the deployment who has come, once per visit. */
function useEntering(): void {
  const enter = useMutation(api.account.enter);
  const { run } = useAct();
  useEffect(() => {
    void run("Your account could not be opened", () => enter());
  }, [enter, run]);
}
