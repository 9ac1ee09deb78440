"use client";
/** An assignment: for a learner their own work and its grade, for the teacher everybody's. */
import { useQuery } from "convex/react";
import Link from "next/link";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { formatDue } from "@/lib/format";
import { BackIcon } from "./Icons";
import { OwnWork } from "./OwnWork";
import { Prose } from "./Prose";
import { SkeletonRows } from "./Skeleton";
import { Submissions } from "./Submissions";

export function AssignmentView({ assignmentId }: { assignmentId: Id<"assignments"> }) {
  const assignment = useQuery(api.assignments.get, { assignmentId });
  if (assignment === undefined) {
    return (
      <main className="page narrow">
        <div className="reading">
          <SkeletonRows count={6} label="Loading the assignment" />
        </div>
      </main>
    );
  }
  const { courseId, courseTitle, title, instructions, pointsMax, dueAt, standing } = assignment;
  return (
    <main className="page narrow">
      <article className="reading" data-testid="assignment-view">
        <Link className="crumb" href={`/courses/${courseId}`}>
          <BackIcon />
          {courseTitle}
        </Link>
        <h1>{title}</h1>
        <p className="facts">
          <span>{formatDue(dueAt)}</span>
          <span>{pointsMax} points at most</span>
        </p>
        <Prose text={instructions} />
      </article>
      {standing === "teacher" ? <Submissions assignmentId={assignmentId} pointsMax={pointsMax} /> : <OwnWork assignmentId={assignmentId} pointsMax={pointsMax} />}
    </main>
  );
}
