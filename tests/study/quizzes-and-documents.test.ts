/** E-67, E-68: what goes on by itself after a call was answered: quizzes that end, documents that are taken apart. */
import type { ConvexClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../harness.js";
import { Screen } from "../screen.js";
import { StudyPlatform, type Question, type StudentRow } from "./platform.js";

const QUIZ_MS_PER_QUESTION = 45_000;
const RUN_LEASE_MS = 60_000;
/** Enough to be killed in the middle of. */
const CHUNKS = 120;

interface Attempt {
  readonly status: "in_progress" | "submitted" | "timed_out" | "abandoned";
  readonly score: number | null;
  readonly questions: readonly (Pick<Question, "_id" | "prompt" | "options"> & { readonly chosen: number | null; readonly answer: number | null })[];
}

interface Job {
  readonly _id: string;
  readonly step: string;
  readonly run: number;
  readonly chunkCount: number | null;
  readonly chunksWritten: number;
  readonly problem: string | null;
}

let study: StudyPlatform;
let live: ConvexClient;

beforeAll(async () => {
  study = await StudyPlatform.start(8, { flags: ["--test-clock", "yes"] });
  live = study.server.client();
});
afterAll(async () => await study?.[Symbol.asyncDispose]());

describe("E-67 quizzes", () => {
  const start = async (userId: string, seed?: number) => (await study.mutate("quizzes:startQuizAttempt", { userId, moduleId: study.modules[0]!._id, ...(seed === undefined ? {} : { seed }) })) as string;
  const attempt = async (attemptId: string) => (await study.query("quizzes:getQuizAttempt", { attemptId })) as Attempt;
  const record = async (attemptId: string, questionId: string, option: number) => await study.mutate("quizzes:recordAnswer", { attemptId, questionId, option });
  const idsOf = ({ questions }: Attempt) => questions.map(({ _id }) => _id);
  const active = async () => ((await study.query("quizzes:getActiveQuizzes", { cohortId: study.cohortId })) as unknown[]).length;

  test("E-67 the order follows from the seed, and each seed gives all questions", async () => {
    const [a, b] = study.students as readonly [StudentRow, StudentRow];
    const [first, same] = [await attempt(await start(a._id, 7)), await attempt(await start(b._id, 7))];
    expect(idsOf(first)).toEqual(idsOf(same));
    expect(first.questions.every(({ answer }) => answer === null)).toBe(true);
    const orders = new Set<string>();
    const all = [...idsOf(first)].sort().join();
    for (const seed of [0, 1, 2, 2 ** 32 - 1]) {
      const ids = idsOf(await attempt(await start(a._id, seed)));
      orders.add(ids.join());
      expect([...ids].sort().join()).toBe(all);
    }
    expect(orders.size).toBeGreaterThan(2);
    for (const seed of [-1, 0.5, 2 ** 32]) await expect(start(a._id, seed)).rejects.toMatchObject({ data: { code: "INVALID" } });
  });

  test("E-67 handed in: scored, told what is right, awarded, and over", async () => {
    const [{ _id: userId }, questions] = [study.students[0]!, await study.questions(study.modules[0]!._id)];
    const attemptId = await start(userId);
    for (const { _id, answer, options } of questions) {
      await record(attemptId, _id, (answer + 1) % options.length);
      await record(attemptId, _id, answer);
    }
    expect(await study.mutate("quizzes:submitQuizAttempt", { attemptId })).toEqual({ newBadges: ["quiz_handed_in", "flawless_quiz"] });
    const over = await attempt(attemptId);
    expect(over).toMatchObject({ status: "submitted", score: 5 });
    expect(over.questions.every(({ chosen, answer }) => chosen !== null && chosen === answer)).toBe(true);
    const [question] = questions as [Question];
    for (const call of [record(attemptId, question._id, 0), study.mutate("quizzes:submitQuizAttempt", { attemptId }), study.mutate("quizzes:abandonQuizAttempt", { attemptId })]) {
      await expect(call).rejects.toMatchObject({ data: { code: "NOT_IN_PROGRESS" } });
    }
    // Its time was to end it later: nothing is left of that.
    await study.server.advanceClock(5 * QUIZ_MS_PER_QUESTION + 1);
    expect(await attempt(attemptId)).toEqual(over);
  });

  test("E-67 given up, or left for another one: abandoned, without a score", async () => {
    const { _id: userId } = study.students[2]!;
    const [first, second] = [await start(userId), await start(userId)];
    expect(await attempt(first)).toMatchObject({ status: "abandoned", score: null });
    expect(await study.query("quizzes:getOpenAttempt", { userId })).toBe(second);
    await study.mutate("quizzes:abandonQuizAttempt", { attemptId: second });
    expect(await attempt(second)).toMatchObject({ status: "abandoned", score: null });
    expect(await study.query("quizzes:getOpenAttempt", { userId })).toBeNull();
  });

  test("E-67 answers to questions of another module, and to options that are not there, are refused", async () => {
    const attemptId = await start(study.students[2]!._id);
    const [[own], [other]] = [await study.questions(study.modules[0]!._id), await study.questions(study.modules[1]!._id)] as unknown as [[Question], [Question]];
    await expect(record(attemptId, other._id, 0)).rejects.toMatchObject({ data: { code: "INVALID" } });
    await expect(record(attemptId, own._id, 4)).rejects.toMatchObject({ data: { code: "INVALID" } });
    await study.mutate("quizzes:abandonQuizAttempt", { attemptId });
  });

  test("E-67 the list of active quizzes is live, and saves do not run it; time ends them over a kill, and late answers are refused", async () => {
    await until(async () => (await active()) === 0, "the quizzes of before to have timed out");
    const list = await Screen.open<{ userName: string; answered: number }[]>(live, "quizzes:getActiveQuizzes", { cohortId: study.cohortId });
    const [question] = (await study.questions(study.modules[0]!._id)) as [Question];
    const [a, b] = [study.students[3]!, study.students[4]!];
    const [attemptA, attemptB] = [await start(a._id), await start(b._id)];
    await record(attemptA, question._id, question.answer);
    await list.shows((rows) => JSON.stringify(rows.map(({ userName, answered }) => [userName, answered])) === JSON.stringify([[a.name, 1], [b.name, 0]]), "both, and the answer");
    const runs = await study.runs();
    await study.save(a._id, question._id, { selectedOption: 0 });
    expect(await study.runs()).toBe(runs);
    await study.mutate("quizzes:submitQuizAttempt", { attemptId: attemptB });
    await list.shows((rows) => rows.length === 1, "the one that is left");

    await study.server.kill();
    await study.server.start();
    await list.shows((rows) => rows.length === 1, "the one that is left, after the kill");
    await study.server.advanceClock(5 * QUIZ_MS_PER_QUESTION + 1_000);
    await list.shows((rows) => rows.length === 0, "its time to be over");
    expect(await attempt(attemptA)).toMatchObject({ status: "timed_out", score: 1 });
    await expect(record(attemptA, question._id, 0)).rejects.toMatchObject({ data: { code: "NOT_IN_PROGRESS" } });
    list.unsubscribe();
  });
});

describe("E-68 documents", () => {
  async function upload(content: string | Uint8Array<ArrayBuffer>, fileName: string): Promise<string> {
    const url = (await study.mutate("documents:generateUploadUrl", {})) as string;
    const response = await fetch(url, { method: "POST", headers: { "Content-Type": "text/plain" }, body: content });
    const { storageId } = (await response.json()) as { storageId: string };
    return (await study.mutate("documents:createJob", { cohortId: study.cohortId, fileName, storageId })) as string;
  }

  const jobs = async () => await Screen.open<Job[]>(live, "documents:getJobs", { cohortId: study.cohortId });
  const jobOf = (list: readonly Job[], jobId: string) => list.find(({ _id }) => _id === jobId);

  async function chunksOf(jobId: string): Promise<{ order: number; heading: string | null; text: string }[]> {
    const chunks: { order: number; heading: string | null; text: string }[] = [];
    for (let cursor: string | null = null, isDone = false; !isDone; ) {
      const page = (await study.query("documents:getChunks", { jobId, paginationOpts: { numItems: 200, cursor } })) as { page: typeof chunks; isDone: boolean; continueCursor: string };
      chunks.push(...page.page);
      ({ isDone, continueCursor: cursor } = page);
    }
    return chunks;
  }

  test("E-68 a document is taken apart step by step on everybody's screen, at its headings and paragraphs", async () => {
    const screen = await jobs();
    const jobId = await upload("# Rivers\r\nWater finds its way.\r\n\r\nAlways.\n\n## Deltas\n\nLand is made.\n", "rivers.md");
    await screen.shows((list) => jobOf(list, jobId)?.step === "done", "the end");
    expect(await chunksOf(jobId)).toMatchObject([
      { order: 0, heading: "Rivers", text: "Water finds its way.\n\nAlways." },
      { order: 1, heading: "Deltas", text: "Land is made." },
    ]);
    const order = ["waiting", "reading", "extracting", "chunking", "done"];
    const steps = screen.results.flatMap((list) => jobOf(list, jobId)?.step ?? []);
    expect(steps[0]).toBe("waiting");
    expect(steps).toEqual(steps.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
    expect(new Set(steps).size).toBeGreaterThan(2);
    screen.unsubscribe();
  });

  test("E-68 what cannot be read, is empty or has a wrong name says so, and can be tried again", async () => {
    const screen = await jobs();
    const [noText, empty] = [await upload(new Uint8Array([0xff, 0xfe, 0x00]), "picture.txt"), await upload(" \n\n ", "empty.md")];
    await screen.shows((list) => [noText, empty].every((jobId) => jobOf(list, jobId)?.step === "failed"), "both to fail");
    expect([noText, empty].map((jobId) => jobOf(screen.newest, jobId)!.problem)).toEqual(["This is no text in UTF-8, and no PDF. Save it as plain text or Markdown.", "There is no text in this document."]);
    await study.mutate("documents:retryJob", { jobId: empty });
    await screen.shows((list) => jobOf(list, empty)!.run === 2 && jobOf(list, empty)!.step === "failed", "the second run to fail");
    await expect(upload("text", "")).rejects.toMatchObject({ data: { code: "INVALID" } });
    await expect(upload(new Uint8Array(8 * 1024 * 1024 + 1), "large.txt")).rejects.toMatchObject({ data: { code: "LIMIT_REACHED" } });
    screen.unsubscribe();
  });

  test("E-68 killed in the middle, another run finishes it with every chunk there once", async () => {
    const paragraphs = Array.from({ length: CHUNKS }, (_, index) => `Paragraph ${index}. ${"Water. ".repeat(120)}`.trim());
    const screen = await jobs();
    const jobId = await upload(paragraphs.join("\n\n"), "long.txt");
    await screen.shows((list) => (jobOf(list, jobId)?.chunksWritten ?? 0) > 5, "the first chunks");
    await study.server.kill();
    await study.server.start();
    const { chunksWritten, step } = jobOf((await study.query("documents:getJobs", { cohortId: study.cohortId })) as Job[], jobId)!;
    expect(step).toBe("chunking");
    expect(chunksWritten).toBeLessThan(CHUNKS);
    await study.server.advanceClock(RUN_LEASE_MS + 1_000);
    await screen.shows((list) => jobOf(list, jobId)?.step === "done", "the end");
    expect(jobOf(screen.newest, jobId)).toMatchObject({ run: 2, chunkCount: CHUNKS, chunksWritten: CHUNKS, problem: null });
    expect((await chunksOf(jobId)).map(({ text }) => text)).toEqual(paragraphs);
    screen.unsubscribe();
  });
});
