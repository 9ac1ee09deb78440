/** Pages of one message: while it is not known who is here, for strangers, and where an address is missing. */
import { useSyncExternalStore } from "react";
import { useIssuerSession } from "../hooks/useIssuerSession";
import { FerryMark } from "./Icons";

export function Splash() {
  return (
    <div className="full-page" role="status" data-testid="splash">
      <FerryMark />
      <p>Opening Ferry…</p>
    </div>
  );
}

export function SignInScreen() {
  const session = useIssuerSession();
  const state = useSyncExternalStore(session.subscribe, session.read);
  const problem = state.kind === "signed-out" ? state.problem : null;
  return (
    <main className="full-page" data-testid="signed-out">
      <FerryMark />
      <h1>Ferry</h1>
      <p>Contacts, deals and follow-ups of your whole company, live on every screen.</p>
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <button className="button" onClick={session.signIn} data-testid="sign-in">
        Sign in
      </button>
    </main>
  );
}

export function SetUpScreen() {
  return (
    <div className="full-page">
      <FerryMark />
      <h1>Which deployment, which issuer?</h1>
      <p>
        Ferry needs the address of its deployment and of the issuer that signs people in. Put them into <code>.env.local</code> and start the page again:
      </p>
      <pre>{"VITE_CONVEX_URL=http://127.0.0.1:3210\nVITE_CRM_ISSUER=http://127.0.0.1:4100"}</pre>
    </div>
  );
}
