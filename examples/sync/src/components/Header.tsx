/** The bar at the top: the way home, whether the page is live, and who is signed in. */
import { useMutation } from "convex/react";
import { api } from "../../convex/_generated/api";
import { useIssuerSession } from "../hooks/useIssuerSession";
import { GRID_ADDRESS } from "../hooks/useRoute";
import { describeFailure } from "../lib/failure";
import type { Me } from "../lib/me";
import { ConnectionBadge } from "./ConnectionBadge";
import { Mark } from "./Icons";
import { useToasts } from "./Toasts";

export function Header({ me }: { me: Me | null | undefined }) {
  return (
    <header className="header">
      <a className="brand" href={GRID_ADDRESS} data-testid="home">
        <Mark />
        Whiteboard
      </a>
      <ConnectionBadge />
      <div className="account">
        {me?.isOperator === true && <WipeButton />}
        {me === null && <SignInButton />}
        {me && (
          <>
            <span className="account-name" data-testid="my-name">
              {me.name}
            </span>
            <SignOutButton />
          </>
        )}
      </div>
    </header>
  );
}

function SignInButton() {
  const session = useIssuerSession();
  return (
    <button className="button" onClick={session.signIn} data-testid="sign-in">
      Sign in
    </button>
  );
}

function SignOutButton() {
  const session = useIssuerSession();
  return (
    <button className="button" data-kind="quiet" onClick={() => session.signOut()} data-testid="sign-out">
      Sign out
    </button>
  );
}

/** Nothing is lost by it: the engine fetches again whatever is looked at. */
function WipeButton() {
  const wipe = useMutation(api.engine.wipe);
  const report = useToasts();
  const onClick = () => {
    wipe({}).catch((error: unknown) => report(describeFailure("The tables were not wiped", error)));
  };
  return (
    <button className="button" data-kind="quiet" onClick={onClick} title="Empty all tables; what is looked at is fetched again" data-testid="wipe">
      Wipe
    </button>
  );
}
