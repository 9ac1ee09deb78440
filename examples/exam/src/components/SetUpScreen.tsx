/** Shown when the page was built without the addresses that it needs. */
import { HallMark } from "./Icons";

export function SetUpScreen() {
  return (
    <div className="full-page">
      <HallMark />
      <h1>Which deployment, which issuer?</h1>
      <p>
        Exam Hall needs the address of its deployment and of the exam system that signs people in. Put them into <code>.env.local</code> and start the page again:
      </p>
      <pre>{"VITE_CONVEX_URL=http://127.0.0.1:3210\nVITE_EXAM_ISSUER=http://127.0.0.1:4100"}</pre>
    </div>
  );
}
