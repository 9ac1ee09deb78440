/** The way in: a name, and as what. */
import { useMutation } from "convex/react";
import type { FormEvent } from "react";
import { api } from "../../convex/_generated/api";
import { NAME_LENGTH_MAX } from "../../convex/model/limits";
import { useAct } from "../hooks/useAct";
import { Mark } from "./Icons";

export function Entrance({ onEnter }: { onEnter: (userId: string) => void }) {
  const enter = useMutation(api.users.enter);
  const { isBusy, run } = useAct();
  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const role = form.get("role") === "admin" ? "admin" : "student";
    void run("You could not enter", async () => onEnter(await enter({ name: String(form.get("name")), role })));
  };
  return (
    <main className="entrance">
      <div className="entrance-words">
        <Mark />
        <h1>Headwater</h1>
        <p>Where a course begins. Answer at your own pace; whoever looks after your cohort sees it move.</p>
      </div>
      <form className="card entrance-form" onSubmit={handleSubmit}>
        <label className="field">
          <span>Your name</span>
          <input name="name" autoComplete="nickname" required maxLength={NAME_LENGTH_MAX} data-testid="name" />
        </label>
        <fieldset className="choice">
          <legend>You are here to</legend>
          <label>
            <input type="radio" name="role" value="student" defaultChecked />
            <span>
              <strong>study</strong>
              questions, badges, quizzes
            </span>
          </label>
          <label>
            <input type="radio" name="role" value="admin" data-testid="as-admin" />
            <span>
              <strong>look after a cohort</strong>
              progress, live
            </span>
          </label>
        </fieldset>
        <button className="button" disabled={isBusy} data-testid="enter">
          Enter
        </button>
        <p className="fine-print">Names are believed here: this is a demonstration, without accounts.</p>
      </form>
    </main>
  );
}
