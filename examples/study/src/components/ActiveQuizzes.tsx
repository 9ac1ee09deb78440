/** Who is in the middle of a quiz, and how much time is left. */
import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { useNow } from "../hooks/useNow";
import { formatClock } from "../lib/format";

export function ActiveQuizzes({ cohortId }: { cohortId: Id<"cohort"> }) {
  const quizzes = useQuery(api.quizzes.getActiveQuizzes, { cohortId });
  const now = useNow();
  return (
    <section className="card" aria-labelledby="quizzes-title" data-testid="active-quizzes" data-count={quizzes?.length}>
      <div className="card-head">
        <h2 id="quizzes-title">Quizzes under way</h2>
      </div>
      <ul className="rows">
        {quizzes?.map(({ _id, userName, moduleTitle, answered, questionCount, endsAt }) => (
          <li key={_id} className="row" data-testid="active-quiz" data-name={userName} data-answered={answered}>
            <span className="row-words">
              <strong>{userName}</strong>
              <span className="faint">{moduleTitle}</span>
            </span>
            <span className="row-figures">
              {answered} of {questionCount}
              <span className="faint">{formatClock(endsAt - now)} left</span>
            </span>
          </li>
        ))}
      </ul>
      {quizzes?.length === 0 && <p className="empty">Nobody is taking a quiz.</p>}
    </section>
  );
}
