/** In place of the app where it was built without the address of a deployment. */
import { Mark } from "./Icons";

export function SetUpScreen() {
  return (
    <main className="full-page" data-testid="set-up">
      <Mark />
      <h1>Almost there</h1>
      <p>This page was built without the address of a deployment. Put both addresses into .env.local and start it again:</p>
      <pre>{"NEXT_PUBLIC_CONVEX_URL=http://127.0.0.1:3210\nLMS_ISSUER=http://127.0.0.1:4100"}</pre>
    </main>
  );
}
