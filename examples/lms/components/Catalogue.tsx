"use client";
/** All published courses. The first page came with the HTML and stands until the live one is there. */
import { usePaginatedQuery } from "convex/react";
import { api } from "@/convex/_generated/api";
import type { CourseCard } from "@/convex/model/courses";
import { CATALOGUE_PAGE } from "@/lib/pages";
import { CourseBook } from "./CourseBook";
import { MoreButton } from "./MoreButton";

export function Catalogue({ firstPage }: { firstPage: readonly CourseCard[] }) {
  const { results, status, loadMore } = usePaginatedQuery(api.courses.catalogue, {}, { initialNumItems: CATALOGUE_PAGE });
  const courses = status === "LoadingFirstPage" ? firstPage : results;
  return (
    <section aria-labelledby="catalogue-title">
      <div className="section-head">
        <h2 id="catalogue-title">The shelf</h2>
      </div>
      {courses.length === 0 ? (
        <p className="empty">The shelf is empty. As soon as a teacher publishes a course it stands here.</p>
      ) : (
        <div className="shelf" data-testid="catalogue" data-live={status !== "LoadingFirstPage"}>
          {courses.map((course) => (
            <CourseBook key={course._id} course={course} />
          ))}
        </div>
      )}
      <MoreButton status={status} onMore={() => loadMore(CATALOGUE_PAGE)} />
    </section>
  );
}
