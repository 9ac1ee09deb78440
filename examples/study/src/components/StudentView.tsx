/** A student's course: the modules at the side, a question or a quiz in the middle, badges beside it. */
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import type { Me } from "../lib/types";
import { BadgeShelf } from "./BadgeShelf";
import { ClassTabs } from "./ClassTabs";
import { ModuleBar } from "./ModuleBar";
import { QuestionPane } from "./QuestionPane";
import { QuizPane } from "./QuizPane";

export function StudentView({ me }: { me: Me }) {
  const classes = useQuery(api.content.classes, { cohortId: me.cohortId });
  const [chosenClass, setChosenClass] = useState<Id<"class"> | null>(null);
  const classId = chosenClass ?? classes?.[0]?._id;
  const modules = useQuery(api.content.modules, classId === undefined ? "skip" : { classId });
  const progress = useQuery(api.progress.getUserClassProgress, classId === undefined ? "skip" : { userId: me._id, classId });
  const [chosenModule, setChosenModule] = useState<Id<"module"> | null>(null);
  const module = modules?.find(({ _id }) => _id === chosenModule) ?? modules?.[0];
  const attemptId = useAttempt(me._id);
  return (
    <main className="student">
      <nav className="student-side" aria-label="Course">
        <ClassTabs classes={classes} classId={classId} onChoose={setChosenClass} />
        <ModuleBar modules={modules} progress={progress} moduleId={module?._id} onChoose={setChosenModule} />
      </nav>
      {attemptId.shown !== null ? (
        <QuizPane key={attemptId.shown} attemptId={attemptId.shown} onClose={attemptId.close} />
      ) : module === undefined || classId === undefined ? (
        <section className="card pane" aria-busy="true" />
      ) : (
        <QuestionPane key={module._id} userId={me._id} classId={classId} module={module} progress={progress} />
      )}
      <BadgeShelf me={me} />
    </main>
  );
}

/** The quiz that is open, and after its end its result, until that is closed. */
function useAttempt(userId: Id<"users">): { shown: Id<"quizAttempts"> | null; close: () => void } {
  const open = useQuery(api.quizzes.getOpenAttempt, { userId }) ?? null;
  const [shown, setShown] = useState<Id<"quizAttempts"> | null>(null);
  if (open !== null && open !== shown) setShown(open);
  return { shown: open ?? shown, close: () => setShown(null) };
}
