"use client";
/** Everybody's work for an assignment, for its teacher: what waits for a grade first. */
import { useMutation, usePaginatedQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { FEEDBACK_LENGTH_MAX } from "@/convex/model/limits";
import { useAct } from "@/hooks/useAct";
import { formatTime } from "@/lib/format";
import { SUBMISSIONS_PAGE } from "@/lib/pages";
import { MoreButton } from "./MoreButton";
import { SkeletonRows } from "./Skeleton";
import { WorkFile } from "./WorkFile";

type Submission = FunctionReturnType<typeof api.submissions.list>["page"][number];

interface SubmissionsProps {
  readonly assignmentId: Id<"assignments">;
  readonly pointsMax: number;
}

export function Submissions({ assignmentId, pointsMax }: SubmissionsProps) {
  const { results: submissions, status, loadMore } = usePaginatedQuery(api.submissions.list, { assignmentId }, { initialNumItems: SUBMISSIONS_PAGE });
  return (
    <section className="submissions" aria-labelledby="submissions-title">
      <h2 id="submissions-title">Handed in</h2>
      {status === "LoadingFirstPage" ? (
        <SkeletonRows count={3} label="Loading the submissions" />
      ) : submissions.length === 0 ? (
        <p className="empty">Nobody has handed anything in yet.</p>
      ) : (
        submissions.map((submission) => <SubmissionCard key={submission._id} submission={submission} pointsMax={pointsMax} />)
      )}
      <MoreButton status={status} onMore={() => loadMore(SUBMISSIONS_PAGE)} />
    </section>
  );
}

function SubmissionCard({ submission, pointsMax }: { submission: Submission; pointsMax: number }) {
  const { learner, text, file, submittedAt, isLate, grade } = submission;
  return (
    <article className="card work" data-testid="submission" data-learner={learner} data-points={grade?.points}>
      <p className="facts">
        <strong>{learner}</strong>
        <span>{formatTime(submittedAt)}</span>
        {isLate && <span className="tag">Late</span>}
      </p>
      <p className="work-text">{text}</p>
      <WorkFile file={file} />
      <GradeForm submission={submission} pointsMax={pointsMax} />
    </article>
  );
}

function GradeForm({ submission: { _id: submissionId, learner, grade }, pointsMax }: { submission: Submission; pointsMax: number }) {
  const giveGrade = useMutation(api.submissions.grade);
  const { isBusy, run } = useAct();
  const send = (form: HTMLFormElement) => {
    const data = new FormData(form);
    void run("The grade was not given", () => giveGrade({ submissionId, points: Number(data.get("points")), feedback: String(data.get("feedback")) }));
  };
  return (
    <form
      className="grade-form"
      onSubmit={(event) => {
        event.preventDefault();
        send(event.currentTarget);
      }}
    >
      <label className="field">
        <span>Points of {pointsMax}</span>
        <input type="number" name="points" min={0} max={pointsMax} step={1} required defaultValue={grade?.points} data-testid="field-points" />
      </label>
      <label className="field">
        <span>For {learner}</span>
        <textarea name="feedback" rows={2} maxLength={FEEDBACK_LENGTH_MAX} defaultValue={grade?.feedback} data-testid="field-feedback" />
      </label>
      <button className="button" data-kind={grade === null ? "primary" : undefined} disabled={isBusy} data-testid="give-grade">
        {isBusy ? "Saving" : grade === null ? "Give the grade" : "Change the grade"}
      </button>
    </form>
  );
}
