/** Who may see, write and attend what. */
import { expect, test } from "vitest";
import { api } from "../convex/_generated/api";
import type { Id } from "../convex/_generated/dataModel";
import { addAssignment, addCourse, addLesson, FIRST_PAGE, openSchool } from "./school";

test("E-90 the token decides who somebody is and in which role; entering again keeps them", async () => {
  await using school = await openSchool();
  expect(await school.deployment.query(api.users.me)).toBeNull();
  expect(await school.teacher.query(api.users.me)).toMatchObject({ name: "Rowan", role: "teacher" });
  await expect(school.deployment.mutation(api.users.enter, {})).rejects.toMatchObject({ data: { code: "NOT_SIGNED_IN" } });
  await expect(school.person("nobody", "learner").query(api.users.me)).rejects.toMatchObject({ data: { code: "NOT_REGISTERED" } });
  await expect(school.person("rowan", "rector").query(api.users.me)).rejects.toMatchObject({ data: { code: "BAD_CLAIMS" } });
  await school.teacher.mutation(api.users.enter, {});
  expect(await school.deployment.documents("users")).toHaveLength(2);
  // What a token no longer says ends at once.
  await expect(school.person("rowan", "learner").mutation(api.courses.create, { title: "A", summary: "B" })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
});

test("E-91 visitors see the outline of published courses, learners their lessons, teachers their own drafts", async () => {
  await using school = await openSchool();
  const { deployment, teacher, learner } = school;
  const courseId = await teacher.mutation(api.courses.create, { title: "  Botany \n for walkers ", summary: "Leaves" });
  const draft = await addLesson(teacher, courseId, "Draft", "Not yet", false);
  const lesson = await addLesson(teacher, courseId, "Leaves");
  for (const caller of [deployment, learner, await school.enter("hazel", "teacher")]) {
    await expect(caller.query(api.courses.get, { courseId })).rejects.toMatchObject({ data: { code: "NOT_FOUND" } });
    expect(await caller.query(api.courses.catalogue, { paginationOpts: FIRST_PAGE })).toMatchObject({ page: [], isDone: true });
  }
  await teacher.mutation(api.courses.setPublished, { courseId, isPublished: true });
  expect(await deployment.query(api.courses.catalogue, { paginationOpts: FIRST_PAGE })).toMatchObject({ page: [{ title: "Botany for walkers", lessonCount: 1, teacherName: "Rowan" }] });
  expect(await deployment.query(api.lessons.outline, { courseId, paginationOpts: FIRST_PAGE })).toMatchObject({ page: [{ _id: lesson, title: "Leaves", isFinished: false }] });
  await expect(deployment.query(api.lessons.get, { lessonId: lesson })).rejects.toMatchObject({ data: { code: "NOT_SIGNED_IN" } });
  await expect(learner.query(api.lessons.get, { lessonId: lesson })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });

  await learner.mutation(api.enrolments.enrol, { courseId });
  expect(await learner.query(api.lessons.get, { lessonId: lesson })).toMatchObject({ title: "Leaves", standing: "learner", previous: null, next: null });
  await expect(learner.query(api.lessons.get, { lessonId: draft })).rejects.toMatchObject({ data: { code: "NOT_FOUND" } });
  expect(await teacher.query(api.lessons.get, { lessonId: lesson })).toMatchObject({ standing: "teacher", previous: { _id: draft } });
  expect((await teacher.query(api.lessons.outline, { courseId, paginationOpts: FIRST_PAGE })).page).toHaveLength(2);
});

test("E-91 nobody writes in a course of another", async () => {
  await using school = await openSchool();
  const { teacher, learner } = school;
  const courseId = await addCourse(teacher);
  const lessonId = await addLesson(teacher, courseId, "Leaves");
  const other = await school.enter("hazel", "teacher");
  await learner.mutation(api.enrolments.enrol, { courseId });
  for (const caller of [other, learner]) {
    const refused = { data: { code: "NOT_ALLOWED" } };
    await expect(caller.mutation(api.courses.update, { courseId, title: "Mine", summary: "now" })).rejects.toMatchObject(refused);
    await expect(caller.mutation(api.lessons.create, { courseId, title: "Mine", body: "now", isPublished: true })).rejects.toMatchObject(refused);
    await expect(caller.mutation(api.lessons.update, { lessonId, title: "Mine", body: "now", isPublished: true })).rejects.toMatchObject(refused);
    await expect(caller.mutation(api.lessons.remove, { lessonId })).rejects.toMatchObject(refused);
    await expect(caller.query(api.courses.learners, { courseId, paginationOpts: FIRST_PAGE })).rejects.toMatchObject(refused);
    await expect(addAssignment(caller, courseId)).rejects.toMatchObject(refused);
  }
  await expect(other.mutation(api.enrolments.enrol, { courseId })).rejects.toThrow("Only learners may do this");
});

test("E-92 texts, numbers and pages have bounds, and a refusal says which", async () => {
  await using school = await openSchool();
  const { teacher } = school;
  const courseId = await addCourse(teacher);
  await expect(teacher.mutation(api.courses.create, { title: "   ", summary: "s" })).rejects.toThrow("A title has from 1 to 120 characters, not 0");
  await expect(addLesson(teacher, courseId, "t".repeat(121))).rejects.toThrow("not 121");
  await expect(addLesson(teacher, courseId, "Long", "b".repeat(60_001))).rejects.toThrow("A lesson has from 1 to 60,000 characters, not 60,001");
  await expect(teacher.query(api.courses.catalogue, { paginationOpts: { cursor: null, numItems: 101 } })).rejects.toThrow("A page has from 1 to 100 entries, not 101");
  await expect(teacher.query(api.search.lessons, { text: "x".repeat(201) })).rejects.toThrow("A search has at most 200 characters");
  await expect(teacher.mutation(api.assignments.create, { courseId, title: "A", instructions: "B", pointsMax: 2.5, dueAt: null })).rejects.toThrow("whole number from 1 to 1000");
  await expect(teacher.mutation(api.assignments.create, { courseId, title: "A", instructions: "B", pointsMax: 2, dueAt: Number.NaN })).rejects.toThrow("no time");
  await expect(teacher.query(api.courses.get, { courseId: "no-id" as Id<"courses"> })).rejects.toThrow("ArgumentValidationError");
  for (let count = 1; count < 40; count++) await teacher.mutation(api.courses.create, { title: `Course ${count}`, summary: "One more" });
  await expect(teacher.mutation(api.courses.create, { title: "One too many", summary: "One more" })).rejects.toMatchObject({ data: { code: "LIMIT_REACHED" } });
});

test("E-93 finished lessons count once, over leaving and coming back, and go with their lesson", async () => {
  await using school = await openSchool();
  const { deployment, teacher, learner } = school;
  const courseId = await addCourse(teacher);
  const lessons = [await addLesson(teacher, courseId, "One"), await addLesson(teacher, courseId, "Two")] as const;
  await learner.mutation(api.enrolments.enrol, { courseId });
  expect(await learner.mutation(api.enrolments.enrol, { courseId })).toBe((await deployment.documents("enrolments"))[0]!["_id"]);
  const finishedCount = async () => (await learner.query(api.courses.get, { courseId })).finishedCount;
  for (const lessonId of [lessons[0], lessons[0], lessons[1]]) await learner.mutation(api.progress.save, { lessonId, isFinished: true });
  expect(await finishedCount()).toBe(2);
  await learner.mutation(api.progress.save, { lessonId: lessons[1], isFinished: false });
  expect(await finishedCount()).toBe(1);
  expect((await learner.query(api.lessons.outline, { courseId, paginationOpts: FIRST_PAGE })).page.map(({ isFinished }) => isFinished)).toEqual([true, false]);
  expect(await learner.query(api.courses.mine)).toMatchObject([{ _id: courseId, standing: "learner", finishedCount: 1, lessonCount: 2 }]);
  expect((await teacher.query(api.courses.learners, { courseId, paginationOpts: FIRST_PAGE })).page).toMatchObject([{ name: "Juniper", finishedCount: 1 }]);

  await learner.mutation(api.enrolments.leave, { courseId });
  await expect(learner.mutation(api.progress.save, { lessonId: lessons[0], isFinished: true })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
  await learner.mutation(api.enrolments.enrol, { courseId });
  expect(await finishedCount()).toBe(1);

  await learner.mutation(api.comments.add, { lessonId: lessons[0], body: "Thank you" });
  await teacher.mutation(api.lessons.remove, { lessonId: lessons[0] });
  await deployment.settled();
  expect([await finishedCount(), (await learner.query(api.courses.get, { courseId })).lessonCount]).toEqual([0, 1]);
  expect([...(await deployment.documents("progress")), ...(await deployment.documents("comments"))]).toEqual([]);
  await expect(teacher.mutation(api.progress.save, { lessonId: lessons[1], isFinished: true })).rejects.toThrow("you are its teacher");
});

test("E-93 comments come newest first, page by page, and go by who wrote them or the teacher", async () => {
  await using school = await openSchool();
  const { teacher, learner } = school;
  const courseId = await addCourse(teacher);
  const lessonId = await addLesson(teacher, courseId, "Leaves");
  const other = await school.enter("linden", "learner");
  for (const caller of [learner, other]) await caller.mutation(api.enrolments.enrol, { courseId });
  const ids = [];
  for (const [caller, body] of [[learner, "First"], [teacher, "Second"], [other, " Third "]] as const) ids.push(await caller.mutation(api.comments.add, { lessonId, body }));
  const first = await learner.query(api.comments.list, { lessonId, paginationOpts: { cursor: null, numItems: 2 } });
  expect(first.page).toMatchObject([{ body: "Third", author: "Linden", isRemovable: false }, { body: "Second", isByTeacher: true, isRemovable: false }]);
  const second = await learner.query(api.comments.list, { lessonId, paginationOpts: { cursor: first.continueCursor, numItems: 2 } });
  expect(second).toMatchObject({ page: [{ body: "First", isRemovable: true }], isDone: true });
  await expect(other.mutation(api.comments.remove, { commentId: ids[0]! })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
  await learner.mutation(api.comments.remove, { commentId: ids[0]! });
  await teacher.mutation(api.comments.remove, { commentId: ids[2]! });
  await teacher.mutation(api.comments.remove, { commentId: ids[2]! });
  expect((await teacher.query(api.comments.list, { lessonId, paginationOpts: FIRST_PAGE })).page.map(({ body }) => body)).toEqual(["Second"]);
  await expect(learner.mutation(api.comments.add, { lessonId, body: " " })).rejects.toThrow("A comment has from 1 to 2,000 characters");
});
