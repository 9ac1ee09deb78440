/** Work that is handed in, and grades for it. */
import { expect, test } from "vitest";
import { api } from "../convex/_generated/api";
import { addAssignment, addCourse, FIRST_PAGE, openSchool, type School } from "./school";

const HOUR_MS = 3_600_000;

async function withAssignment({ deployment, teacher, learner }: School) {
  const courseId = await addCourse(teacher);
  await learner.mutation(api.enrolments.enrol, { courseId });
  const assignmentId = await addAssignment(teacher, courseId, deployment.nowMs + HOUR_MS);
  return { courseId, assignmentId };
}

test("E-96 work is handed in, replaced, graded and then fixed", async () => {
  await using school = await openSchool();
  const { teacher, learner } = school;
  const { courseId, assignmentId } = await withAssignment(school);
  expect(await learner.query(api.submissions.mine, { assignmentId })).toBeNull();
  const submissionId = await learner.mutation(api.submissions.submit, { assignmentId, text: "A first try", file: null });
  expect(await learner.mutation(api.submissions.submit, { assignmentId, text: "A second try", file: null })).toBe(submissionId);
  expect(await teacher.query(api.assignments.list, { courseId })).toMatchObject([{ title: "A page", waiting: 1, isSubmitted: false }]);
  expect((await teacher.query(api.submissions.list, { assignmentId, paginationOpts: FIRST_PAGE })).page).toMatchObject([{ learner: "Juniper", text: "A second try", isLate: false, grade: null }]);

  await expect(teacher.mutation(api.submissions.grade, { submissionId, points: 21, feedback: "" })).rejects.toThrow("Points is a whole number from 0 to 20, not 21");
  await expect(learner.mutation(api.submissions.grade, { submissionId, points: 20, feedback: "" })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
  await teacher.mutation(api.submissions.grade, { submissionId, points: 17, feedback: "Well seen. " });
  expect(await learner.query(api.submissions.mine, { assignmentId })).toMatchObject({ grade: { points: 17, feedback: "Well seen." } });
  expect(await learner.query(api.assignments.list, { courseId })).toMatchObject([{ isSubmitted: true, points: 17, waiting: null }]);
  await expect(learner.mutation(api.submissions.submit, { assignmentId, text: "A third try", file: null })).rejects.toMatchObject({ data: { code: "CONFLICT" } });
  await teacher.mutation(api.submissions.grade, { submissionId, points: 18, feedback: "Looked again." });
  expect(await school.deployment.documents("grades")).toMatchObject([{ points: 18, feedback: "Looked again." }]);
});

test("E-96 what comes after the end is late; learners see their own work alone", async () => {
  await using school = await openSchool();
  const { deployment, teacher, learner } = school;
  const { courseId, assignmentId } = await withAssignment(school);
  const other = await school.enter("linden", "learner");
  await expect(other.mutation(api.submissions.submit, { assignmentId, text: "Not enrolled", file: null })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
  await other.mutation(api.enrolments.enrol, { courseId });
  await learner.mutation(api.submissions.submit, { assignmentId, text: "In time", file: null });
  await deployment.advance(2 * HOUR_MS);
  await other.mutation(api.submissions.submit, { assignmentId, text: "Too late", file: null });
  expect(await other.query(api.submissions.mine, { assignmentId })).toMatchObject({ text: "Too late", isLate: true });
  await expect(other.query(api.submissions.list, { assignmentId, paginationOpts: FIRST_PAGE })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
  // Those that wait come first, the longest waiting first of all.
  const [first] = (await teacher.query(api.submissions.list, { assignmentId, paginationOpts: FIRST_PAGE })).page;
  await teacher.mutation(api.submissions.grade, { submissionId: first!._id, points: 10, feedback: "" });
  expect((await teacher.query(api.submissions.list, { assignmentId, paginationOpts: FIRST_PAGE })).page.map(({ learner }) => learner)).toEqual(["Linden", "Juniper"]);
  await expect(teacher.mutation(api.submissions.submit, { assignmentId, text: "As a teacher", file: null })).rejects.toThrow("you are its teacher");
});
