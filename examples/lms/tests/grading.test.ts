/** Work that is handed in, and grades for it. */
import { expect, test } from "vitest";
import { api } from "../convex/_generated/api";
import type { Id } from "../convex/_generated/dataModel";
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

test("E-96 a file comes with the work, is taken once, and goes when another takes its place", async () => {
  await using school = await openSchool();
  const { deployment, learner } = school;
  const { courseId, assignmentId } = await withAssignment(school);
  const other = await school.enter("linden", "learner");
  await other.mutation(api.enrolments.enrol, { courseId });
  const upload = await fetch(await learner.mutation(api.submissions.generateUploadUrl, { assignmentId }), { method: "POST", headers: { "Content-Type": "image/png" }, body: "a drawing" });
  const { storageId } = (await upload.json()) as { storageId: Id<"_storage"> };
  await learner.mutation(api.submissions.submit, { assignmentId, text: "With a drawing", file: { storageId, name: "drawing.png" } });
  const shown = await learner.query(api.submissions.mine, { assignmentId });
  expect(shown?.file).toMatchObject({ name: "drawing.png", bytes: 9 });
  expect(await (await fetch(shown!.file!.url!)).text()).toBe("a drawing");
  await expect(other.mutation(api.submissions.submit, { assignmentId, text: "Mine now", file: { storageId, name: "stolen.png" } })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });

  await learner.mutation(api.submissions.submit, { assignmentId, text: "Without", file: null });
  expect(await deployment.readFile(storageId)).toBeNull();
  const large = await deployment.storeFile(new Blob([new Uint8Array(10 * 1024 * 1024 + 1)]));
  await expect(learner.mutation(api.submissions.submit, { assignmentId, text: "Too large", file: { storageId: large, name: "film.mp4" } })).rejects.toThrow("A file may have 10 MiB");
});

test("E-96 the gradebook is CSV, page after page, for the course's teacher", async () => {
  await using school = await openSchool();
  const { deployment, teacher, learner } = school;
  const { courseId, assignmentId } = await withAssignment(school);
  const submissionId = await learner.mutation(api.submissions.submit, { assignmentId, text: "Here", file: null });
  await teacher.mutation(api.submissions.grade, { submissionId, points: 12, feedback: `=SUM(1), "quoted"` });
  const answer = await teacher.fetch(`/gradebook?course=${courseId}`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
  // A spreadsheet takes nothing of it for a formula.
  expect((await answer.text()).split("\r\n")[1]).toMatch(/^Juniper,A page,12,20,,.*,"'=SUM\(1\), ""quoted"""$/);
  for (const caller of [learner, deployment]) expect((await caller.fetch(`/gradebook?course=${courseId}`)).ok).toBe(false);
  expect((await teacher.fetch("/gradebook?course=nonsense")).status).toBe(400);

  for (let index = 0; index < 120; index++) {
    const { _id, _creationTime, ...grade } = (await deployment.documents("grades"))[0]!;
    await deployment.insert("grades", grade);
  }
  expect((await (await teacher.fetch(`/gradebook?course=${courseId}`)).text()).trim().split("\r\n")).toHaveLength(122);
});
