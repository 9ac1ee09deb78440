/** Full-text search, on the engine's own indexes. */
import { expect, test } from "vitest";
import { api } from "../convex/_generated/api";
import { excerptOf } from "../convex/model/text";
import { addCourse, addLesson, openSchool } from "./school";

test("E-94 a lesson is found in the next query, by title and text, by the beginning of the last word", async () => {
  await using school = await openSchool();
  const { teacher, learner } = school;
  const courseId = await addCourse(teacher);
  await learner.mutation(api.enrolments.enrol, { courseId });
  await addLesson(teacher, courseId, "Leaves", "Edges and veins.");
  const roots = await addLesson(teacher, courseId, "Roots", "A fungus called mycorrhiza trades water for sugar.");
  const titles = async (text: string) => (await learner.query(api.search.lessons, { text })).map(({ title }) => title);
  expect(await titles("mycorrhiza")).toEqual(["Roots"]);
  expect(await titles("mycorr")).toEqual(["Roots"]);
  expect(await titles("leaves")).toEqual(["Leaves"]);
  expect(await titles("zeppelin")).toEqual([]);
  expect(await titles("")).toEqual([]);
  await teacher.mutation(api.lessons.update, { lessonId: roots, title: "Roots", body: "Rewritten.", isPublished: true });
  expect(await titles("mycorrhiza")).toEqual([]);
  expect(await learner.query(api.search.lessons, { text: "rewritten", courseId })).toMatchObject([{ _id: roots, excerpt: "Rewritten.", courseTitle: "Botany" }]);
});

test("E-95 it finds what the reader may see and nothing else, however much of the rest there is", async () => {
  await using school = await openSchool();
  const { teacher, learner } = school;
  const other = await school.enter("hazel", "teacher");
  const [botany, sky] = [await addCourse(teacher, "Botany"), await addCourse(other, "Sky")];
  const hidden = await other.mutation(api.courses.create, { title: "Hidden", summary: "Not yet" });
  // Better matches, all out of the reader's sight: were they left out afterwards, they would take every place.
  for (let index = 0; index < 60; index++) await addLesson(index % 2 === 0 ? teacher : other, index % 2 === 0 ? botany : sky, `Comet comet ${index}`, "comet comet comet", index % 2 !== 0);
  await addLesson(other, hidden, "Comet in hiding", "comet");
  await addLesson(teacher, botany, "Leaves", "Not a word about the sky but one: comet.");
  await learner.mutation(api.enrolments.enrol, { courseId: botany });
  const seenBy = async (caller: typeof learner) => (await caller.query(api.search.lessons, { text: "comet" })).map(({ courseTitle, title }) => `${courseTitle}: ${title}`);
  expect(await seenBy(learner)).toEqual(["Botany: Leaves"]);
  await expect(learner.query(api.search.lessons, { text: "comet", courseId: sky })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
  await expect(learner.query(api.search.lessons, { text: "comet", courseId: hidden })).rejects.toMatchObject({ data: { code: "NOT_FOUND" } });
  await expect(school.deployment.query(api.search.lessons, { text: "comet" })).rejects.toMatchObject({ data: { code: "NOT_SIGNED_IN" } });
  expect((await seenBy(other)).every((hit) => /^(Sky|Hidden): /.test(hit))).toBe(true);
  expect(await seenBy(other)).toHaveLength(20);
  expect(await teacher.query(api.search.lessons, { text: "comet", courseId: botany })).toHaveLength(20);
  expect(await other.query(api.search.lessons, { text: "hiding" })).toMatchObject([{ title: "Comet in hiding", isPublished: true }]);
  await learner.mutation(api.enrolments.leave, { courseId: botany });
  expect(await seenBy(learner)).toEqual([]);
});

test("E-94 an excerpt shows where the words are", () => {
  const body = `# Roots\n\n${"Something else. ".repeat(20)}A fungus called *mycorrhiza* trades. ${"And more. ".repeat(30)}`;
  expect(excerptOf(body, "mycorr")).toMatch(/^….*mycorrhiza trades\..*…$/);
  expect(excerptOf(body, "nothing of it")).toMatch(/^Roots Something else\./);
  expect(excerptOf("Short.", "short")).toBe("Short.");
});
