"use client";
/** The lessons of a course, in their order. */
import { usePaginatedQuery } from "convex/react";
import Link from "next/link";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import type { Standing } from "@/convex/model/access";
import { OUTLINE_PAGE } from "@/lib/pages";
import { CheckIcon, PlusIcon } from "./Icons";
import { MoreButton } from "./MoreButton";
import { SkeletonRows } from "./Skeleton";

interface OutlineProps {
  readonly courseId: Id<"courses">;
  readonly standing: Standing;
}

export function Outline({ courseId, standing }: OutlineProps) {
  const { results: lessons, status, loadMore } = usePaginatedQuery(api.lessons.outline, { courseId }, { initialNumItems: OUTLINE_PAGE });
  return (
    <section className="card" aria-labelledby="outline-title">
      <div className="card-head">
        <h2 id="outline-title">Lessons</h2>
        {standing === "teacher" && (
          <Link className="button" href={`/courses/${courseId}/lessons/new`} data-testid="new-lesson">
            <PlusIcon />
            New lesson
          </Link>
        )}
      </div>
      {status === "LoadingFirstPage" ? (
        <SkeletonRows count={4} label="Loading the lessons" />
      ) : lessons.length === 0 ? (
        <p className="empty">{standing === "teacher" ? "No lessons yet. Write the first one." : "Its teacher has not published a lesson yet."}</p>
      ) : (
        <ol className="outline" data-testid="outline">
          {lessons.map(({ _id, title, isPublished, isFinished }, index) => (
            <li key={_id} data-testid="lesson" data-title={title} data-finished={isFinished} data-published={isPublished}>
              <span className="outline-number" aria-hidden="true">
                {isFinished ? <CheckIcon /> : index + 1}
              </span>
              {standing === "visitor" ? <span>{title}</span> : <Link href={`/courses/${courseId}/lessons/${_id}`}>{title}</Link>}
              {isFinished && <span className="visually-hidden">finished</span>}
              {!isPublished && <span className="tag">Draft</span>}
            </li>
          ))}
        </ol>
      )}
      <MoreButton status={status} onMore={() => loadMore(OUTLINE_PAGE)} />
    </section>
  );
}
