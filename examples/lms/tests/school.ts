/** A school in each test: a deployment of its own in memory, with a teacher and learners who have entered. */
import { join } from "node:path";
import { TestApp, type TestCaller, type TestDeployment } from "rivulet/testing";
import { api } from "../convex/_generated/api";
import type { Id } from "../convex/_generated/dataModel";

export const ISSUER = "https://accounts.school.test";

/** Bundled and checked once for all tests of a file. */
export const app = await TestApp.load(join(import.meta.dirname, "..", "convex"), { environment: { LMS_ISSUER: ISSUER } });

export interface School extends AsyncDisposable {
  readonly deployment: TestDeployment;
  readonly teacher: TestCaller;
  /** Enrolled nowhere yet. */
  readonly learner: TestCaller;
  /** Has the claims of a token, and has not entered. */
  person(subject: string, role: string): TestCaller;
  enter(subject: string, role: "teacher" | "learner"): Promise<TestCaller>;
}

export async function openSchool(): Promise<School> {
  const deployment = await app.start();
  const person = (subject: string, role: string) => deployment.withIdentity({ subject, issuer: ISSUER, name: subject[0]!.toUpperCase() + subject.slice(1), role });
  const enter = async (subject: string, role: "teacher" | "learner") => {
    const caller = person(subject, role);
    await caller.mutation(api.users.enter, {});
    return caller;
  };
  return {
    deployment,
    person,
    enter,
    teacher: await enter("rowan", "teacher"),
    learner: await enter("juniper", "learner"),
    [Symbol.asyncDispose]: async () => await deployment[Symbol.asyncDispose](),
  };
}

export const FIRST_PAGE = { cursor: null, numItems: 20 };

/** Published, without lessons. */
export async function addCourse(teacher: TestCaller, title = "Botany"): Promise<Id<"courses">> {
  const courseId = await teacher.mutation(api.courses.create, { title, summary: `All about ${title}` });
  await teacher.mutation(api.courses.setPublished, { courseId, isPublished: true });
  return courseId;
}

export async function addLesson(teacher: TestCaller, courseId: Id<"courses">, title: string, body = "Something worth knowing.", isPublished = true): Promise<Id<"lessons">> {
  return await teacher.mutation(api.lessons.create, { courseId, title, body, isPublished });
}

export async function addAssignment(teacher: TestCaller, courseId: Id<"courses">, dueAt: number | null = null): Promise<Id<"assignments">> {
  return await teacher.mutation(api.assignments.create, { courseId, title: "A page", instructions: "Write a page.", pointsMax: 20, dueAt });
}
