/** While it is not known yet who is here. */
import { HallMark } from "./Icons";

export function Splash() {
  return (
    <div className="full-page" role="status" data-testid="splash">
      <HallMark />
      <p>Opening Exam Hall…</p>
    </div>
  );
}
