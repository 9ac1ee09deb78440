/** A course on a shelf. */
import Link from "next/link";
import type { CourseCard } from "@/convex/model/courses";
import { Cover } from "./Cover";

interface CourseBookProps {
  readonly course: CourseCard;
  /** Of a learner who attends it. */
  readonly finishedCount?: number | null;
}

export function CourseBook({ course, finishedCount = null }: CourseBookProps) {
  const { _id, title, summary, teacherName, lessonCount, isPublished } = course;
  return (
    <Link href={`/courses/${_id}`} className="book" data-testid="course" data-title={title} data-finished={finishedCount ?? undefined}>
      <Cover courseId={_id}>
        <strong>{title}</strong>
        <span>{teacherName}</span>
      </Cover>
      <span className="book-foot">
        {finishedCount === null ? <span className="book-summary">{summary}</span> : <Gauge finished={finishedCount} total={lessonCount} />}
        <span className="book-facts">
          {isPublished ? `${lessonCount} ${lessonCount === 1 ? "lesson" : "lessons"}` : "Not published yet"}
        </span>
      </span>
    </Link>
  );
}

export function Gauge({ finished, total }: { finished: number; total: number }) {
  const share = total === 0 ? 0 : Math.min(1, finished / total);
  return (
    <span className="gauge" role="img" aria-label={`${Math.min(finished, total)} of ${total} lessons finished`} data-testid="gauge" data-finished={finished}>
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}
