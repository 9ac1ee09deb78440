/** Shown when the page was built without the addresses that it needs. */
import { Mark } from "./Icons";

export function SetUpScreen() {
  return (
    <div className="full-page" data-testid="set-up">
      <Mark />
      <h1>No deployment is configured</h1>
      <p>
        Whiteboard needs the address of its deployment and of the issuer that signs people in. Put them into <code>.env.local</code> and start the page again:
      </p>
      <pre>{"VITE_CONVEX_URL=http://127.0.0.1:3210\nVITE_WHITEBOARD_ISSUER=http://127.0.0.1:4200"}</pre>
    </div>
  );
}
