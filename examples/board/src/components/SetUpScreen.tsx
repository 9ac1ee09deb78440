/** Shown when the page was built without the address of a deployment. */
import { Mark } from "./Icons";

export function SetUpScreen() {
  return (
    <main className="full-page" data-testid="set-up">
      <Mark />
      <h1>No deployment is configured</h1>
      <p>
        Shoal needs the address of its deployment. Put it into <code>.env.local</code> and start the page again:
      </p>
      <pre>VITE_CONVEX_URL=http://127.0.0.1:3210</pre>
    </main>
  );
}
