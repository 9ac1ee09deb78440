"use client";
/** Writing a lesson: a new one, or another version of one. */
import { LESSON_LENGTH_MAX, TITLE_LENGTH_MAX } from "@/convex/model/limits";
import { Field, Form } from "./Form";

export interface LessonContent {
  readonly title: string;
  readonly body: string;
  readonly isPublished: boolean;
}

interface LessonFormProps {
  readonly title: string;
  readonly initial?: LessonContent;
  readonly onSave: (content: LessonContent) => Promise<void>;
}

export function LessonForm({ title, initial, onSave }: LessonFormProps) {
  return (
    <Form
      title={title}
      submit="Save the lesson"
      attempt="The lesson was not saved"
      onSubmit={async (values) => await onSave({ title: values("title"), body: values("body"), isPublished: values("isPublished") === "on" })}
    >
      <Field name="title" label="Title" lengthMax={TITLE_LENGTH_MAX} initial={initial?.title ?? ""} />
      <Field name="body" label="Text" lengthMax={LESSON_LENGTH_MAX} rows={16} initial={initial?.body ?? ""} hint="An empty line begins a paragraph, “## ” a heading, “- ” an item of a list; *stars* stress a word." />
      <label className="check">
        <input type="checkbox" name="isPublished" defaultChecked={initial?.isPublished ?? true} data-testid="field-isPublished" />
        <span>
          <strong>Published</strong>
          Learners see it and find it at once.
        </span>
      </label>
    </Form>
  );
}
