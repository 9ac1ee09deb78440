/** A quiz against the clock, and after it how it went. */
import { useMutation, useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { useAct } from "../hooks/useAct";
import { useNow } from "../hooks/useNow";
import { formatClock } from "../lib/format";
import type { Attempt } from "../lib/types";
import { ClockIcon } from "./Icons";
import { Options } from "./Options";

export function QuizPane({ attemptId, onClose }: { attemptId: Id<"quizAttempts">; onClose: () => void }) {
  const attempt = useQuery(api.quizzes.getQuizAttempt, { attemptId });
  if (attempt === undefined) return <section className="card pane" aria-busy="true" />;
  return (
    <section className="card pane" aria-labelledby="pane-title" data-testid="quiz" data-status={attempt.status} data-score={attempt.score ?? ""}>
      {attempt.status === "in_progress" ? <UnderWay attemptId={attemptId} attempt={attempt} /> : <Over attempt={attempt} onClose={onClose} />}
    </section>
  );
}

function UnderWay({ attemptId, attempt }: { attemptId: Id<"quizAttempts">; attempt: Attempt }) {
  const [record, submit, abandon] = [useMutation(api.quizzes.recordAnswer), useMutation(api.quizzes.submitQuizAttempt), useMutation(api.quizzes.abandonQuizAttempt)];
  const { isBusy, run } = useAct();
  const [place, setPlace] = useState(0);
  const now = useNow();
  const answered = attempt.questions.filter(({ chosen }) => chosen !== null).length;
  const question = attempt.questions[place];
  const isLast = place === attempt.questions.length - 1;
  return (
    <>
      <div className="pane-head">
        <h1 id="pane-title">Quiz: {attempt.moduleTitle}</h1>
        <span className="clock" role="timer" aria-label="Time left">
          <ClockIcon />
          {formatClock(attempt.endsAt - now)}
        </span>
      </div>
      <p className="quiz-place">
        Question {place + 1} of {attempt.questions.length}, {answered} answered
      </p>
      {question !== undefined && (
        <div className="question">
          <Options
            key={question._id}
            prompt={question.prompt}
            options={question.options}
            chosen={question.chosen}
            answer={null}
            onChoose={(option) => void run("The answer was not recorded", () => record({ attemptId, questionId: question._id, option }))}
          />
        </div>
      )}
      <div className="pane-foot">
        <button className="button" data-kind="quiet" onClick={() => void run("The quiz was not given up", () => abandon({ attemptId }))} data-testid="abandon-quiz">
          Give up
        </button>
        <div className="button-row">
          <button className="button" data-kind="quiet" disabled={place === 0} onClick={() => setPlace(place - 1)}>
            Back
          </button>
          {isLast ? (
            <button className="button" disabled={isBusy} onClick={() => void run("The quiz was not handed in", () => submit({ attemptId }))} data-testid="submit-quiz">
              Hand in
            </button>
          ) : (
            <button className="button" onClick={() => setPlace(place + 1)} data-testid="next-in-quiz">
              Next
            </button>
          )}
        </div>
      </div>
    </>
  );
}

const ENDINGS: Readonly<Record<Exclude<Attempt["status"], "in_progress">, string>> = {
  submitted: "Handed in",
  timed_out: "The time was over; what you had answered counts",
  abandoned: "Given up; nothing of it counts",
};

function Over({ attempt, onClose }: { attempt: Attempt; onClose: () => void }) {
  return (
    <>
      <div className="pane-head">
        <h1 id="pane-title">Quiz: {attempt.moduleTitle}</h1>
        <button className="button" onClick={onClose} data-testid="close-quiz">
          Back to the module
        </button>
      </div>
      <p className="quiz-result" role="status">
        {attempt.score !== null && (
          <strong>
            {attempt.score} of {attempt.questions.length}
          </strong>
        )}
        <span>{attempt.status === "in_progress" ? "" : ENDINGS[attempt.status]}</span>
      </p>
      {attempt.score !== null && (
        <ol className="review">
          {attempt.questions.map(({ _id, prompt, options, chosen, answer }) => (
            <li key={_id} data-state={chosen === answer ? "right" : "wrong"}>
              <span>{prompt}</span>
              <span className="review-answer">
                {chosen === answer ? "" : `${chosen === null ? "not answered" : options[chosen]} · `}
                <strong>{answer === null ? "" : options[answer]}</strong>
              </span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
