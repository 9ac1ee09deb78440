/** A course: its head comes with the first HTML. */
import { preloadQuery, preloadedQueryResult } from "convex/nextjs";
import type { Metadata } from "next";
import { cache } from "react";
import { CourseView } from "@/components/CourseView";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { found } from "@/lib/found";
import { sessionToken } from "@/lib/session";

interface CoursePageProps {
  readonly params: Promise<{ courseId: Id<"courses"> }>;
}

const preloadCourse = cache(async (courseId: Id<"courses">) => {
  const token = await sessionToken();
  return await found(preloadQuery(api.courses.get, { courseId }, token === undefined ? {} : { token }));
});

export async function generateMetadata({ params }: CoursePageProps): Promise<Metadata> {
  const { title, summary } = preloadedQueryResult(await preloadCourse((await params).courseId));
  return { title, description: summary };
}

export default async function CoursePage({ params }: CoursePageProps) {
  return <CourseView preloaded={await preloadCourse((await params).courseId)} />;
}
