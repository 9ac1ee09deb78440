"use client";
/** Who attends a course, and how far each of them is. For its teacher. */
import { usePaginatedQuery, useQuery } from "convex/react";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { LEARNERS_PAGE } from "@/lib/pages";
import { Gauge } from "./CourseBook";
import { MoreButton } from "./MoreButton";
import { SkeletonRows } from "./Skeleton";

export function Learners({ courseId }: { courseId: Id<"courses"> }) {
  const { results: learners, status, loadMore } = usePaginatedQuery(api.courses.learners, { courseId }, { initialNumItems: LEARNERS_PAGE });
  const lessonCount = useQuery(api.courses.get, { courseId })?.lessonCount ?? 0;
  return (
    <section className="card" aria-labelledby="learners-title">
      <div className="card-head">
        <h2 id="learners-title">Learners</h2>
      </div>
      {status === "LoadingFirstPage" ? (
        <SkeletonRows count={2} label="Loading the learners" />
      ) : learners.length === 0 ? (
        <p className="empty">Nobody has enrolled yet.</p>
      ) : (
        <ul className="rows">
          {learners.map(({ _id, name, finishedCount }) => (
            <li key={_id} data-testid="learner" data-name={name} data-finished={finishedCount}>
              <span>{name}</span>
              <span className="faint">
                {Math.min(finishedCount, lessonCount)} / {lessonCount}
              </span>
              <Gauge finished={finishedCount} total={lessonCount} />
            </li>
          ))}
        </ul>
      )}
      <MoreButton status={status} onMore={() => loadMore(LEARNERS_PAGE)} />
    </section>
  );
}
