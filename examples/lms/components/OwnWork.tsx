"use client";
/** A learner's own work: writing it, handing it in with a file, and the grade as soon as there is one. */
import { useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useState } from "react";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { FILE_BYTES_MAX, WORK_LENGTH_MAX } from "@/convex/model/limits";
import { useUpload } from "@/hooks/useUpload";
import { formatTime } from "@/lib/format";
import { Form } from "./Form";
import { SkeletonRows } from "./Skeleton";
import { WorkFile } from "./WorkFile";

type Submission = NonNullable<FunctionReturnType<typeof api.submissions.mine>>;

interface OwnWorkProps {
  readonly assignmentId: Id<"assignments">;
  readonly pointsMax: number;
}

export function OwnWork({ assignmentId, pointsMax }: OwnWorkProps) {
  const submission = useQuery(api.submissions.mine, { assignmentId });
  const [isWriting, setWriting] = useState(false);
  if (submission === undefined) return <SkeletonRows count={3} label="Loading your work" />;
  if (submission === null || (isWriting && submission.grade === null)) return <WorkForm assignmentId={assignmentId} before={submission} onDone={() => setWriting(false)} />;
  return (
    <section className="card work" aria-label="Your work" data-testid="own-work" data-points={submission.grade?.points} data-late={submission.isLate}>
      {submission.grade !== null && <Grade submission={submission} pointsMax={pointsMax} />}
      <p className="facts">
        <span>Handed in {formatTime(submission.submittedAt)}</span>
        {submission.isLate && <span className="tag">Late</span>}
      </p>
      <p className="work-text">{submission.text}</p>
      <WorkFile file={submission.file} />
      {submission.grade === null && (
        <div className="button-row">
          <button className="button" onClick={() => setWriting(true)} data-testid="write-again">
            Hand in another version
          </button>
        </div>
      )}
    </section>
  );
}

function Grade({ submission: { grade }, pointsMax }: { submission: Submission; pointsMax: number }) {
  if (grade === null) return null;
  return (
    <div className="grade" role="status" data-testid="grade" data-points={grade.points}>
      <p className="grade-points">
        <strong>{grade.points}</strong> of {pointsMax}
      </p>
      <p>{grade.feedback === "" ? "Without a comment." : grade.feedback}</p>
    </div>
  );
}

interface WorkFormProps {
  readonly assignmentId: Id<"assignments">;
  readonly before: Submission | null;
  readonly onDone: () => void;
}

function WorkForm({ assignmentId, before, onDone }: WorkFormProps) {
  const submit = useMutation(api.submissions.submit);
  const upload = useUpload(assignmentId);
  const [file, setFile] = useState<File | null>(null);
  return (
    <Form
      title="Your work"
      submit="Hand it in"
      attempt="Your work was not handed in"
      onSubmit={async (values) => {
        await submit({ assignmentId, text: values("text"), file: file === null ? null : await upload(file) });
        onDone();
      }}
    >
      <label className="field">
        <span>Text</span>
        <textarea name="text" required rows={10} maxLength={WORK_LENGTH_MAX} defaultValue={before?.text ?? ""} data-testid="field-text" />
      </label>
      <label className="field">
        <span>A file, where it needs one (up to {FILE_BYTES_MAX / 1024 / 1024} MiB)</span>
        <input type="file" onChange={(event) => setFile(event.target.files?.[0] ?? null)} data-testid="field-file" />
        {before?.file && <small>It takes the place of {before.file.name}; without one that goes too.</small>}
      </label>
    </Form>
  );
}
