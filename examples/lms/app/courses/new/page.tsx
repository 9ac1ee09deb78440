"use client";
/** A teacher begins a course. Nobody sees it until it is published. */
import { useMutation } from "convex/react";
import { useRouter } from "next/navigation";
import { Field, Form } from "@/components/Form";
import { api } from "@/convex/_generated/api";
import { SUMMARY_LENGTH_MAX, TITLE_LENGTH_MAX } from "@/convex/model/limits";

export default function NewCourse() {
  const create = useMutation(api.courses.create);
  const router = useRouter();
  return (
    <main className="page narrow">
      <Form
        title="A new course"
        submit="Begin"
        attempt="The course was not made"
        onSubmit={async (values) => {
          const courseId = await create({ title: values("title"), summary: values("summary") });
          router.push(`/courses/${courseId}`);
        }}
      >
        <Field name="title" label="Title" lengthMax={TITLE_LENGTH_MAX} />
        <Field name="summary" label="What it is about" lengthMax={SUMMARY_LENGTH_MAX} rows={4} />
      </Form>
    </main>
  );
}
