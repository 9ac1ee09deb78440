/** One module, one question at a time. An answer is saved when it is chosen. */
import { useMutation, useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { useAct } from "../hooks/useAct";
import { useSaveProgress } from "../hooks/useSaveProgress";
import type { ClassProgress, Module, Question } from "../lib/types";
import { BackIcon, ClockIcon, FlagIcon, NextIcon } from "./Icons";
import { Options } from "./Options";

interface QuestionPaneProps {
  userId: Id<"users">;
  classId: Id<"class">;
  module: Module;
  progress: ClassProgress | undefined;
}

export function QuestionPane({ userId, classId, module, progress }: QuestionPaneProps) {
  const questions = useQuery(api.content.questions, { moduleId: module._id });
  const [place, setPlace] = useState(0);
  const question = questions?.[place];
  return (
    <section className="card pane" aria-labelledby="pane-title">
      <div className="pane-head">
        <h1 id="pane-title">{module.title}</h1>
        <StartQuiz userId={userId} moduleId={module._id} />
      </div>
      {questions === undefined || question === undefined || progress === undefined ? (
        <div className="skeleton" role="status" aria-label="Loading the question" />
      ) : (
        <>
          <Steps questions={questions} progress={progress} place={place} onChoose={setPlace} />
          <QuestionCard key={question._id} userId={userId} classId={classId} moduleId={module._id} question={question} record={progress.find(({ questionId }) => questionId === question._id)} />
          <div className="pane-foot">
            <button className="button" data-kind="quiet" disabled={place === 0} onClick={() => setPlace(place - 1)} data-testid="previous">
              <BackIcon />
              Previous
            </button>
            <button className="button" data-kind="quiet" disabled={place === questions.length - 1} onClick={() => setPlace(place + 1)} data-testid="next">
              Next
              <NextIcon />
            </button>
          </div>
        </>
      )}
    </section>
  );
}

function StartQuiz({ userId, moduleId }: { userId: Id<"users">; moduleId: Id<"module"> }) {
  const start = useMutation(api.quizzes.startQuizAttempt);
  const { isBusy, run } = useAct();
  return (
    <button className="button" data-kind="quiet" disabled={isBusy} onClick={() => void run("The quiz was not started", () => start({ userId, moduleId }))} data-testid="start-quiz">
      <ClockIcon />
      Take the quiz
    </button>
  );
}

function Steps({ questions, progress, place, onChoose }: { questions: readonly Question[]; progress: ClassProgress; place: number; onChoose: (place: number) => void }) {
  return (
    <ol className="steps">
      {questions.map(({ _id }, index) => {
        const record = progress.find(({ questionId }) => questionId === _id);
        const state = record === undefined || record.selectedOption === null ? "open" : record.isCorrect ? "right" : "wrong";
        return (
          <li key={_id}>
            <button className="step" data-state={state} data-flagged={record?.isFlagged ?? false} aria-current={index === place ? "step" : undefined} aria-label={`Question ${index + 1}, ${state}`} onClick={() => onChoose(index)}>
              {index + 1}
            </button>
          </li>
        );
      })}
    </ol>
  );
}

interface QuestionCardProps {
  userId: Id<"users">;
  classId: Id<"class">;
  moduleId: Id<"module">;
  question: Question;
  record: ClassProgress[number] | undefined;
}

function QuestionCard({ userId, classId, moduleId, question, record }: QuestionCardProps) {
  const save = useSaveProgress({ userId, classId, moduleId }, question);
  const chosen = record?.selectedOption ?? null;
  const isFlagged = record?.isFlagged ?? false;
  return (
    <div className="question" data-testid="question" data-chosen={chosen ?? ""} data-right={chosen === null ? "" : chosen === question.answer}>
      <Options prompt={question.prompt} options={question.options} chosen={chosen} answer={chosen === null ? null : question.answer} onChoose={(selectedOption) => save({ selectedOption })} />
      <div className="question-foot">
        <p className="explanation" role="status" data-right={chosen === question.answer} data-testid="explanation">
          {chosen !== null && (
            <>
              <strong>{chosen === question.answer ? "Right." : "Not quite."}</strong> {question.explanation}
            </>
          )}
        </p>
        <button className="button flag-button" data-kind="quiet" aria-pressed={isFlagged} onClick={() => save({ isFlagged: !isFlagged })} data-testid="flag">
          <FlagIcon />
          {isFlagged ? "Flagged" : "Flag"}
        </button>
      </div>
    </div>
  );
}
