"use client";
/** A course as its visitor, learner or teacher sees it. */
import { useMutation, usePreloadedQuery, type Preloaded } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useAct } from "@/hooks/useAct";
import { useMe } from "@/hooks/useMe";
import { api } from "@/convex/_generated/api";
import { Assignments } from "./Assignments";
import { Cover } from "./Cover";
import { Gauge } from "./CourseBook";
import { Learners } from "./Learners";
import { Outline } from "./Outline";

export type Course = FunctionReturnType<typeof api.courses.get>;

export function CourseView({ preloaded }: { preloaded: Preloaded<typeof api.courses.get> }) {
  const course = usePreloadedQuery(preloaded);
  const { _id, title, summary, teacherName, standing, finishedCount, lessonCount } = course;
  return (
    <main className="page">
      <header className="course-head" data-testid="course-head" data-standing={standing} data-finished={finishedCount ?? undefined}>
        <Cover courseId={_id}>
          <strong>{title}</strong>
          <span>{teacherName}</span>
        </Cover>
        <div className="course-words">
          <h1>{title}</h1>
          <p>{summary}</p>
          {finishedCount !== null && (
            <div className="course-gauge">
              <Gauge finished={finishedCount} total={lessonCount} />
              <span>
                {Math.min(finishedCount, lessonCount)} of {lessonCount} finished
              </span>
            </div>
          )}
          <CourseActions course={course} />
        </div>
      </header>
      <div className="course-columns">
        <Outline courseId={_id} standing={standing} />
        <div className="course-side">
          {standing !== "visitor" && <Assignments courseId={_id} standing={standing} />}
          {standing === "teacher" && <Learners courseId={_id} />}
        </div>
      </div>
    </main>
  );
}

function CourseActions({ course: { _id: courseId, standing, isPublished } }: { course: Course }) {
  const me = useMe();
  const [enrol, leave, setPublished] = [useMutation(api.enrolments.enrol), useMutation(api.enrolments.leave), useMutation(api.courses.setPublished)];
  const { isBusy, run } = useAct();
  if (standing === "teacher") {
    return (
      <div className="button-row">
        <button
          className="button"
          data-kind={isPublished ? undefined : "primary"}
          disabled={isBusy}
          onClick={() => void run("The course was not changed", () => setPublished({ courseId, isPublished: !isPublished }))}
          data-testid="publish"
        >
          {isPublished ? "Withdraw from the shelf" : "Publish on the shelf"}
        </button>
      </div>
    );
  }
  if (standing === "learner") {
    return (
      <div className="button-row">
        <button className="button" disabled={isBusy} onClick={() => void run("You are still enrolled", () => leave({ courseId }))} data-testid="leave">
          Leave the course
        </button>
      </div>
    );
  }
  if (me === null) {
    return (
      <div className="button-row">
        <a className="button" data-kind="primary" href="/auth/sign-in">
          Sign in to enrol
        </a>
      </div>
    );
  }
  if (me?.role === "teacher") return <p className="fine-print">You see what visitors see: this course is another teacher&rsquo;s.</p>;
  return (
    <div className="button-row">
      <button className="button" data-kind="primary" disabled={isBusy || me === undefined} onClick={() => void run("You are not enrolled", () => enrol({ courseId }))} data-testid="enrol">
        Enrol
      </button>
    </div>
  );
}
