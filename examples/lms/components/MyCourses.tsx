"use client";
/** What the person teaches or attends, from the first HTML on. */
import { usePreloadedQuery, type Preloaded } from "convex/react";
import Link from "next/link";
import { api } from "@/convex/_generated/api";
import { CourseBook } from "./CourseBook";
import { PlusIcon } from "./Icons";
import { useMe } from "@/hooks/useMe";

export function MyCourses({ preloaded }: { preloaded: Preloaded<typeof api.courses.mine> }) {
  const courses = usePreloadedQuery(preloaded);
  const isTeacher = useMe()?.role === "teacher" || courses.some(({ standing }) => standing === "teacher");
  return (
    <section aria-labelledby="mine-title">
      <div className="section-head">
        <h1 id="mine-title">Your courses</h1>
        {isTeacher && (
          <Link className="button" href="/courses/new" data-testid="new-course">
            <PlusIcon />
            New course
          </Link>
        )}
      </div>
      {courses.length === 0 ? (
        <p className="empty" data-testid="no-courses">
          {isTeacher ? "You teach nothing yet. Begin with a new course: nobody sees it until you publish it." : "You attend nothing yet. Pick a book from the shelf below and enrol."}
        </p>
      ) : (
        <div className="shelf" data-testid="my-courses">
          {courses.map((course) => (
            <CourseBook key={course._id} course={course} finishedCount={course.finishedCount} />
          ))}
        </div>
      )}
    </section>
  );
}
