/** For those who are not signed in: they may read, and keep nothing up to date. */
import { useSyncExternalStore } from "react";
import { useIssuerSession } from "../hooks/useIssuerSession";

export function SignInBanner() {
  const session = useIssuerSession();
  const state = useSyncExternalStore(session.subscribe, session.read);
  const problem = state.kind === "signed-out" ? state.problem : null;
  return (
    <p className="banner" role={problem === null ? "note" : "alert"} data-testid="signed-out">
      {problem ?? "You see the copies as they are. Sign in, and the boards that you look at are kept up to date."}
    </p>
  );
}
