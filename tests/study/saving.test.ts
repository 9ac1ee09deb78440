/** E-60 to E-66: what a save writes, whom it wakes, and what is left of it after a kill. */
import type { ConvexClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mutationNamed, until } from "../harness.js";
import { Screen } from "../screen.js";
import { StudyPlatform, type CohortStats, type Question, type StudentRow } from "./platform.js";

const STUDENTS = 60;
const ADMINS = 200;
const save = mutationNamed("progress:saveUserProgress");

let study: StudyPlatform;
let questions: Question[];
let live: ConvexClient;

beforeAll(async () => {
  study = await StudyPlatform.start(STUDENTS);
  questions = await study.allQuestions();
  live = study.server.client();
});
afterAll(async () => await study?.[Symbol.asyncDispose]());

/** A student whom no other test uses. */
let lastStudent = 0;
const newStudent = (): StudentRow => study.students[lastStudent++]!;
const wrongOption = ({ answer, options }: Question): number => (answer + 1) % options.length;

async function statsOf(userId: string): Promise<unknown> {
  return ((await study.query("users:me", { userId })) as { progressStats: unknown }).progressStats;
}

describe("E-60 a save", () => {
  test("E-60 writes the answer, the flag, and every sum beside them", async () => {
    const [{ _id: userId }, [first, second]] = [newStudent(), questions as [Question, Question]];
    const before = await study.stats();
    expect(await study.save(userId, first._id, { selectedOption: first.answer, isFlagged: true })).toEqual({ isCorrect: true, newBadges: ["first_step"] });
    expect(await study.save(userId, second._id, { isFlagged: true })).toEqual({ isCorrect: null, newBadges: [] });
    expect(await study.save(userId, second._id, { selectedOption: wrongOption(second) })).toEqual({ isCorrect: false, newBadges: [] });
    expect(await statsOf(userId)).toEqual({ answered: 2, correct: 1, flagged: 2 });
    expect(await study.stats()).toEqual({ ...before, answered: before.answered + 2, correct: before.correct + 1, flagged: before.flagged + 2 });

    expect(await study.save(userId, first._id, { selectedOption: wrongOption(first) })).toMatchObject({ isCorrect: false });
    expect(await study.save(userId, first._id, { isFlagged: false })).toMatchObject({ isCorrect: false });
    expect(await statsOf(userId)).toEqual({ answered: 2, correct: 0, flagged: 1 });
    expect(await study.query("progress:getUserModuleStats", { userId, moduleId: study.modules[0]!._id })).toMatchObject({
      answered: 2,
      correct: 0,
      flagged: 1,
      questions: [{ state: "wrong", isFlagged: false }, { state: "wrong", isFlagged: true }, { state: "open" }, { state: "open" }, { state: "open" }],
    });
    expect((await study.audit()).wrong).toEqual([]);
  });

  test("E-60 the same again writes nothing and wakes nobody", async () => {
    const [{ _id: userId }, question] = [newStudent(), questions[3]!];
    const change = { selectedOption: question.answer, isFlagged: true };
    await study.save(userId, question._id, change);
    const screen = await Screen.open(live, "progress:getUserClassProgress", { userId, classId: study.classes[0]!._id });
    const runs = await study.runs();
    expect(await study.save(userId, question._id, change)).toEqual({ isCorrect: true, newBadges: [] });
    expect(await study.save(userId, question._id, {})).toEqual({ isCorrect: true, newBadges: [] });
    expect(await study.runs()).toBe(runs);
    expect(screen.results).toHaveLength(1);
    screen.unsubscribe();
  });

  test("E-60 what makes no sense is refused, and leaves nothing behind", async () => {
    const [{ _id: userId }, { _id: questionId }] = [newStudent(), questions[0]!];
    for (const selectedOption of [-1, 4, 0.5, Number.NaN]) await expect(study.save(userId, questionId, { selectedOption, isFlagged: true })).rejects.toMatchObject({ data: { code: "INVALID" } });
    const adminId = await study.mutate("users:enter", { name: "Admin", role: "admin" });
    await expect(study.save(adminId as string, questionId, { selectedOption: 0 })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
    await expect(study.save(questionId, questionId, { selectedOption: 0 })).rejects.toThrow();
    await expect(study.mutate("users:enter", { name: "   ", role: "student" })).rejects.toMatchObject({ data: { code: "INVALID" } });
    await expect(study.mutate("users:enter", { name: "x".repeat(41), role: "student" })).rejects.toMatchObject({ data: { code: "INVALID" } });
    expect(await study.query("users:me", { userId: "nobody" })).toBeNull();
    expect(await statsOf(userId)).toEqual({ answered: 0, correct: 0, flagged: 0 });
  });
});

describe("E-61, E-62 whom a save wakes", () => {
  test("E-61 another student's progress by class, their modal, the course and other pages are not run", async () => {
    const [a, b] = [newStudent(), newStudent()];
    const classId = study.classes[0]!._id;
    const { cohortId } = study;
    const bystanders = await Promise.all([
      Screen.open(live, "progress:getUserClassProgress", { userId: b._id, classId }),
      Screen.open(live, "progress:getUserModuleStats", { userId: b._id, moduleId: study.modules[0]!._id }),
      Screen.open(live, "users:me", { userId: b._id }),
      Screen.open(live, "badges:count", { userId: b._id }),
      Screen.open(live, "content:classes", { cohortId }),
      Screen.open(live, "content:modules", { classId }),
      Screen.open(live, "content:questions", { moduleId: study.modules[0]!._id }),
      Screen.open(live, "quizzes:getActiveQuizzes", { cohortId }),
      Screen.open(live, "cohorts:getStudentsWithProgress", { cohortId, limit: 20, offset: 20 }),
    ]);
    const own = await Screen.open<unknown[]>(live, "progress:getUserClassProgress", { userId: a._id, classId });
    const page = await Screen.open<StudentRow[]>(live, "cohorts:getStudentsWithProgress", { cohortId, limit: 20, offset: 0 });
    const runs = await study.runs();
    for (const [index, question] of questions.slice(0, 4).entries()) {
      await study.save(a._id, question._id, { selectedOption: question.answer });
      await own.shows((records) => records.length === index + 1, "the answer on A's own screen");
      await page.shows((rows) => rows.find(({ _id }) => _id === a._id)!.progressStats.answered === index + 1, "the answer on A's page of the students");
    }
    expect(await study.runs()).toBe(runs + 2 * 4);
    expect(bystanders.map(({ results }) => results.length)).toEqual(bystanders.map(() => 1));
    for (const screen of [...bystanders, own, page]) screen.unsubscribe();
  });

  test(`E-62 ${ADMINS} admins on the same stats: a save costs one run, and reaches all of them`, async () => {
    const { cohortId } = study;
    const clients = Array.from({ length: ADMINS }, () => study.server.client());
    const screens = await Promise.all(clients.map(async (client) => await Screen.open<CohortStats>(client, "cohorts:getCohortProgressStats", { cohortId })));
    const before = screens[0]!.newest.stats.answered;
    const { _id: userId } = newStudent();
    for (const [index, question] of questions.slice(0, 3).entries()) {
      const runs = await study.runs();
      await study.save(userId, question._id, { selectedOption: question.answer });
      await Promise.all(screens.map(async (screen) => await screen.shows(({ stats }) => stats.answered === before + index + 1, "the save on every admin's screen")));
      expect(await study.runs()).toBe(runs + 1);
    }
    expect(screens.every(({ results }) => results.length === 4)).toBe(true);
    await Promise.all(clients.map(async (client) => await client.close()));
  });
});

describe("E-63 one question, fifty students", () => {
  test("E-63 flagged by all at once, the count is fifty; no call fails and each ran once", async () => {
    const question = questions.at(-1)!;
    const moduleId = study.modules.at(-1)!._id;
    const clients = study.students.slice(0, 50).map(({ _id }) => ({ userId: _id, client: study.server.client() }));
    const top = await Screen.open<{ _id: string; flagCount: number }[]>(live, "content:topFlagged", { moduleId });
    const shown = () => top.newest.find(({ _id }) => _id === question._id)?.flagCount ?? 0;
    for (const isFlagged of [true, false]) {
      const [executions, runs] = [await study.executions(), await study.runs()];
      const outcomes = await Promise.allSettled(clients.map(async ({ client, userId }) => await client.mutation(save, { userId, questionId: question._id, isFlagged })));
      expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
      await until(() => shown() === (isFlagged ? 50 : 0), "the count of all");
      const liveRuns = (await study.runs()) - runs;
      expect((await study.executions()) - executions - liveRuns).toBe(50);
      expect((await study.audit()).wrong).toEqual([]);
    }
    top.unsubscribe();
    await Promise.all(clients.map(async ({ client }) => await client.close()));
  });
});

describe("E-65 badges", () => {
  test("E-65 each is awarded once, with the save that earned it, and their count is live", async () => {
    const { _id: userId } = newStudent();
    const count = await Screen.open<number>(live, "badges:count", { userId });
    const earned: string[][] = [];
    for (const [index, question] of questions.slice(0, 10).entries()) {
      earned.push((await study.save(userId, question._id, { selectedOption: question.answer, isFlagged: index < 3 })).newBadges);
    }
    expect(earned).toEqual([["first_step"], [], ["curious"], [], ["streak_of_five", "module_done"], [], [], [], [], ["ten_answers"]]);
    await count.shows((badges) => badges === 5, "all five");
    expect([...count.results].sort()).toEqual(count.results);
    const again = questions[0]!;
    for (const selectedOption of [wrongOption(again), again.answer]) expect((await study.save(userId, again._id, { selectedOption })).newBadges).toEqual([]);
    expect(((await study.query("badges:list", { userId })) as { badge: string }[]).map(({ badge }) => badge).sort()).toEqual(["curious", "first_step", "module_done", "streak_of_five", "ten_answers"]);
    count.unsubscribe();
  });
});

describe("E-66 the cohort's page", () => {
  test("E-66 students come by limit and offset without a gap and without one twice, also while others join", async () => {
    const { cohortId } = study;
    const page = async (limit: number, offset: number) => (await study.query("cohorts:getStudentsWithProgress", { cohortId, limit, offset })) as StudentRow[];
    const names: string[] = [];
    for (let offset = 0; offset < STUDENTS; offset += 25) {
      names.push(...(await page(25, offset)).map(({ name }) => name));
      await study.mutate("users:enter", { name: `Newcomer ${offset}`, role: "student" });
    }
    expect(names).toEqual([...study.students.map(({ name }) => name), "Newcomer 0", "Newcomer 25"]);
    expect(await page(10, 1_000)).toEqual([]);
    // Whoever has that name enters again.
    const before = (await study.stats()).students;
    expect(await study.mutate("users:enter", { name: " Newcomer  0 ", role: "student" })).toBe((await page(200, 0)).find(({ name }) => name === "Newcomer 0")!._id);
    expect((await study.stats()).students).toBe(before);
    for (const [limit, offset] of [[0, 0], [201, 0], [2.5, 0], [10, -1], [10, 0.5]] as const) await expect(page(limit, offset)).rejects.toMatchObject({ data: { code: "INVALID" } });
  });

  test("E-66 the questions that most have flagged are live, the most flagged first", async () => {
    const module = study.modules[2]!;
    const [first, second, third] = (await study.questions(module._id)) as [Question, Question, Question];
    const top = await Screen.open<{ prompt: string; flagCount: number }[]>(live, "content:topFlagged", { moduleId: module._id });
    expect(top.newest).toEqual([]);
    const flag = async (question: Question, students: number) => await Promise.all(study.students.slice(0, students).map(async ({ _id }) => await study.save(_id, question._id, { isFlagged: true })));
    await flag(first, 2);
    await flag(second, 4);
    await flag(third, 3);
    await top.shows((rows) => rows.map(({ flagCount }) => flagCount).join() === "4,3,2", "the order");
    expect(top.newest.map(({ prompt }) => prompt)).toEqual([second.prompt, third.prompt, first.prompt]);
    top.unsubscribe();
  });
});

describe("E-64 kills", () => {
  /** Everything that a student can answer in the first class, one after another. */
  async function answerAll({ _id: userId }: StudentRow, onSaved: () => void): Promise<void> {
    const client = study.server.client();
    for (const [index, question] of questions.entries()) {
      await client.mutation(save, { userId, questionId: question._id, selectedOption: index % 4, isFlagged: index % 3 === 0 });
      onSaved();
    }
  }

  test("E-64 killed in the middle, every sum is what its records add up to, and what was acknowledged is there", async () => {
    // Nobody whom another test has had save anything.
    const students = study.students.slice(-10);
    const before = (await study.audit()).records;
    let saved = 0;
    let killed: Promise<void> | undefined;
    const onSaved = () => {
      saved++;
      if (saved === 60) killed = study.server.kill();
    };
    const answering = Promise.all(students.map(async (student) => await answerAll(student, onSaved)));
    await until(() => killed !== undefined, "some saves");
    await killed;
    const acknowledged = saved;
    await study.server.start();
    const middle = await study.audit();
    expect(middle.wrong).toEqual([]);
    expect(middle.records - before).toBeGreaterThanOrEqual(acknowledged);

    // The clients come back by themselves, and send what was not answered.
    await answering;
    expect(await study.audit()).toEqual({ records: before + students.length * questions.length, wrong: [] });
    expect(await statsOf(students[0]!._id)).toMatchObject({ answered: questions.length });
  });
});
