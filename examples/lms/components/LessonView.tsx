"use client";
/** Reading a lesson, and what is said below it. `undefined` is a lesson that is on its way. */
import { useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { useAct } from "@/hooks/useAct";
import { Comments } from "./Comments";
import { BackIcon, CheckIcon, NextIcon } from "./Icons";
import { LessonForm } from "./LessonForm";
import { Prose } from "./Prose";
import { SkeletonRows } from "./Skeleton";

type Lesson = FunctionReturnType<typeof api.lessons.get>;

export function LessonView({ lessonId }: { lessonId: Id<"lessons"> }) {
  const lesson = useQuery(api.lessons.get, { lessonId });
  const [isEditing, setEditing] = useState(false);
  if (lesson === undefined) return <LoadingLesson />;
  if (isEditing) return <EditedLesson lesson={lesson} onDone={() => setEditing(false)} />;
  return (
    <main className="page narrow">
      <article className="reading" data-testid="lesson-view" data-finished={lesson.isFinished}>
        <Link className="crumb" href={`/courses/${lesson.courseId}`}>
          <BackIcon />
          {lesson.courseTitle}
        </Link>
        <h1>
          {lesson.title}
          {!lesson.isPublished && <span className="tag">Draft</span>}
        </h1>
        <Prose text={lesson.body} />
        {lesson.standing === "teacher" ? <TeacherFoot lesson={lesson} onEdit={() => setEditing(true)} /> : <LearnerFoot lesson={lesson} />}
        <Neighbours lesson={lesson} />
      </article>
      <Comments lessonId={lessonId} />
    </main>
  );
}

function LoadingLesson() {
  return (
    <main className="page narrow">
      <div className="reading">
        <SkeletonRows count={9} label="Loading the lesson" />
      </div>
    </main>
  );
}

function EditedLesson({ lesson, onDone }: { lesson: Lesson; onDone: () => void }) {
  const update = useMutation(api.lessons.update);
  return (
    <main className="page narrow">
      <LessonForm
        title="Another version"
        initial={lesson}
        onSave={async (content) => {
          await update({ lessonId: lesson._id, ...content });
          onDone();
        }}
      />
      <button className="button" data-kind="quiet" onClick={onDone}>
        Leave it as it was
      </button>
    </main>
  );
}

function LearnerFoot({ lesson: { _id: lessonId, isFinished } }: { lesson: Lesson }) {
  // On the screen at once; taken back by itself where the server refuses.
  const save = useMutation(api.progress.save).withOptimisticUpdate((store, { lessonId, isFinished }) => {
    const shown = store.getQuery(api.lessons.get, { lessonId });
    if (shown !== undefined) store.setQuery(api.lessons.get, { lessonId }, { ...shown, isFinished });
  });
  const { run } = useAct();
  return (
    <div className="lesson-foot">
      <button
        className="button"
        data-kind={isFinished ? undefined : "primary"}
        aria-pressed={isFinished}
        onClick={() => void run("Your progress was not saved", () => save({ lessonId, isFinished: !isFinished }))}
        data-testid="finish"
      >
        {isFinished && <CheckIcon />}
        {isFinished ? "Finished" : "I have finished this lesson"}
      </button>
    </div>
  );
}

function TeacherFoot({ lesson: { _id: lessonId, courseId }, onEdit }: { lesson: Lesson; onEdit: () => void }) {
  const remove = useMutation(api.lessons.remove);
  const { isBusy, run } = useAct();
  const router = useRouter();
  const [isAsking, setAsking] = useState(false);
  const removeIt = async () => {
    // Away from the lesson first: its query would say that it is gone.
    router.push(`/courses/${courseId}`);
    await run("The lesson was not removed", () => remove({ lessonId }));
  };
  return (
    <div className="lesson-foot">
      <button className="button" onClick={onEdit} data-testid="edit">
        Edit
      </button>
      {isAsking ? (
        <>
          <button className="button" data-kind="danger" disabled={isBusy} onClick={() => void removeIt()}>
            Remove it for everybody
          </button>
          <button className="button" data-kind="quiet" onClick={() => setAsking(false)}>
            Keep it
          </button>
        </>
      ) : (
        <button className="button" data-kind="quiet" onClick={() => setAsking(true)} data-testid="remove">
          Remove
        </button>
      )}
    </div>
  );
}

function Neighbours({ lesson: { courseId, previous, next } }: { lesson: Lesson }) {
  return (
    <nav className="neighbours" aria-label="Other lessons">
      {previous === null ? (
        <span />
      ) : (
        <Link href={`/courses/${courseId}/lessons/${previous._id}`} rel="prev">
          <BackIcon />
          {previous.title}
        </Link>
      )}
      {next !== null && (
        <Link href={`/courses/${courseId}/lessons/${next._id}`} rel="next" data-testid="next-lesson">
          {next.title}
          <NextIcon />
        </Link>
      )}
    </nav>
  );
}
