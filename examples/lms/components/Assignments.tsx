"use client";
/** The assignments of a course: for a learner where each of them stands, for the teacher what waits. */
import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import Link from "next/link";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { formatDue } from "@/lib/format";
import { PlusIcon } from "./Icons";
import { SkeletonRows } from "./Skeleton";

type Assignment = FunctionReturnType<typeof api.assignments.list>[number];

interface AssignmentsProps {
  readonly courseId: Id<"courses">;
  readonly standing: "learner" | "teacher";
}

export function Assignments({ courseId, standing }: AssignmentsProps) {
  const assignments = useQuery(api.assignments.list, { courseId });
  return (
    <section className="card" aria-labelledby="assignments-title">
      <div className="card-head">
        <h2 id="assignments-title">Assignments</h2>
        {standing === "teacher" && (
          <Link className="button" href={`/courses/${courseId}/assignments/new`} data-testid="new-assignment">
            <PlusIcon />
            New
          </Link>
        )}
      </div>
      {assignments === undefined ? (
        <SkeletonRows count={2} label="Loading the assignments" />
      ) : assignments.length === 0 ? (
        <p className="empty">Nothing to hand in.</p>
      ) : (
        <ul className="rows">
          {assignments.map((assignment) => (
            <li key={assignment._id} data-testid="assignment" data-points={assignment.points ?? undefined} data-waiting={assignment.waiting ?? undefined}>
              <Link href={`/courses/${courseId}/assignments/${assignment._id}`}>{assignment.title}</Link>
              <Standing assignment={assignment} />
              <small>{formatDue(assignment.dueAt)}</small>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Standing({ assignment: { points, pointsMax, isSubmitted, waiting } }: { assignment: Assignment }) {
  if (waiting !== null) return <span className="tag" data-kind={waiting > 0 ? "mark" : undefined}>{waiting === 0 ? "Nothing waits" : `${waiting} to grade`}</span>;
  if (points !== null) return <span className="tag" data-kind="mark">{`${points} / ${pointsMax}`}</span>;
  return <span className="tag">{isSubmitted ? "Handed in" : "Open"}</span>;
}
