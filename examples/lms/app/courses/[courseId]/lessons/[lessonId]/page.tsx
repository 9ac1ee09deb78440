/** A lesson. */
import { LessonView } from "@/components/LessonView";
import type { Id } from "@/convex/_generated/dataModel";

interface LessonPageProps {
  readonly params: Promise<{ lessonId: Id<"lessons"> }>;
}

export default async function LessonPage({ params }: LessonPageProps) {
  return <LessonView lessonId={(await params).lessonId} />;
}
