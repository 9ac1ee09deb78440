/** Shown when the page was built without the address of a deployment. */
import { BrookMark } from "./Icons";

export function SetUpScreen() {
  return (
    <div className="full-page">
      <BrookMark />
      <h1>Which deployment?</h1>
      <p>
        Brook needs the address of its deployment. Put it into <code>.env.local</code> and start the page again:
      </p>
      <pre>VITE_CONVEX_URL=http://127.0.0.1:3210</pre>
    </div>
  );
}
