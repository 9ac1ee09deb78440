"use client";
/** A teacher sets an assignment. */
import { useMutation } from "convex/react";
import { useParams, useRouter } from "next/navigation";
import { Field, Form } from "@/components/Form";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { INSTRUCTIONS_LENGTH_MAX, POINTS_MAX, TITLE_LENGTH_MAX } from "@/convex/model/limits";

export default function NewAssignment() {
  const { courseId } = useParams<{ courseId: Id<"courses"> }>();
  const create = useMutation(api.assignments.create);
  const router = useRouter();
  return (
    <main className="page narrow">
      <Form
        title="A new assignment"
        submit="Set it"
        attempt="The assignment was not set"
        onSubmit={async (values) => {
          const due = values("dueAt");
          const assignmentId = await create({ courseId, title: values("title"), instructions: values("instructions"), pointsMax: Number(values("pointsMax")), dueAt: due === "" ? null : new Date(due).getTime() });
          router.push(`/courses/${courseId}/assignments/${assignmentId}`);
        }}
      >
        <Field name="title" label="Title" lengthMax={TITLE_LENGTH_MAX} />
        <Field name="instructions" label="What is asked for" lengthMax={INSTRUCTIONS_LENGTH_MAX} rows={8} />
        <div className="field-row">
          <label className="field">
            <span>Points, at most</span>
            <input type="number" name="pointsMax" min={1} max={POINTS_MAX} step={1} defaultValue={20} required data-testid="field-pointsMax" />
          </label>
          <label className="field">
            <span>Due (or empty)</span>
            <input type="datetime-local" name="dueAt" data-testid="field-dueAt" />
          </label>
        </div>
      </Form>
    </main>
  );
}
