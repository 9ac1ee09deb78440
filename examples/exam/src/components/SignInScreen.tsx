/** For strangers, and for those whom the issuer no longer knows. */
import { useSyncExternalStore } from "react";
import { useIssuerSession } from "../hooks/useIssuerSession";
import { HallMark } from "./Icons";

export function SignInScreen() {
  const session = useIssuerSession();
  const state = useSyncExternalStore(session.subscribe, session.read);
  const problem = state.kind === "signed-out" ? state.problem : null;
  return (
    <main className="full-page" data-testid="signed-out">
      <HallMark />
      <h1>Exam Hall</h1>
      <p>Sit your exam, or watch over one. Your account is the one of your exam system: it signs you in and brings you back here.</p>
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <button className="button" onClick={session.signIn} data-testid="sign-in">
        Sign in with the exam system
      </button>
    </main>
  );
}
