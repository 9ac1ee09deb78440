"use client";
/** A teacher adds a lesson to a course. */
import { useMutation } from "convex/react";
import { useParams, useRouter } from "next/navigation";
import { LessonForm } from "@/components/LessonForm";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";

export default function NewLesson() {
  const { courseId } = useParams<{ courseId: Id<"courses"> }>();
  const create = useMutation(api.lessons.create);
  const router = useRouter();
  return (
    <main className="page narrow">
      <LessonForm
        title="A new lesson"
        onSave={async (content) => {
          const lessonId = await create({ courseId, ...content });
          router.push(`/courses/${courseId}/lessons/${lessonId}`);
        }}
      />
    </main>
  );
}
