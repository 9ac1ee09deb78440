/** Five thousand lessons in twenty-five courses, and searches in them. */
import type { ConvexHttpClient } from "convex/browser";
import { mutationNamed, queryNamed } from "../../tests/harness.js";
import type { SchoolDeployment } from "../../tests/lms/school.js";
import { p99Under, Samples, type Figure } from "../figures.js";
import { makeCorpus, type Corpus } from "../search/corpus.js";

const COURSES = 25;
const LESSONS_PER_COURSE = 200;
const WORDS_PER_LESSON = 150;
const VOCABULARY = 20_000;
const SEED = 7;
const SEARCHES = 500;
/** The most frequent words are in every lesson: nobody searches for them. */
const WORDS_PASSED_OVER = 50;
const SEARCHED_WORDS = 2;
const ONE_COURSE_GOAL_MS = 100;
const ALL_COURSES_GOAL_MS = 200;

export class Library {
  readonly #teacher: ConvexHttpClient;
  readonly #corpus: Corpus = makeCorpus(VOCABULARY, SEED);
  #searched = 0;

  private constructor(
    teacher: ConvexHttpClient,
    readonly courseIds: readonly string[],
  ) {
    this.#teacher = teacher;
  }

  /** By the functions of the app, as its teacher would, course beside course. */
  static async write(school: SchoolDeployment): Promise<Library> {
    const teacher = await school.http("rowan", "teacher");
    const courseIds: string[] = [];
    for (let course = 0; course < COURSES; course++) {
      const courseId = (await teacher.mutation(mutationNamed("courses:create"), { title: `Course ${course + 1}`, summary: "One of many" })) as string;
      await teacher.mutation(mutationNamed("courses:setPublished"), { courseId, isPublished: true });
      courseIds.push(courseId);
    }
    const library = new Library(teacher, courseIds);
    await Promise.all(courseIds.map((courseId) => library.#writeCourse(school, courseId)));
    return library;
  }

  async #writeCourse(school: SchoolDeployment, courseId: string): Promise<void> {
    const teacher = await school.http("rowan", "teacher");
    for (let lesson = 0; lesson < LESSONS_PER_COURSE; lesson++) {
      await teacher.mutation(mutationNamed("lessons:create"), { courseId, title: `Lesson ${lesson + 1}`, body: this.#corpus.text(WORDS_PER_LESSON), isPublished: true });
    }
  }

  /** No text twice: each is a run of its own. */
  async search(): Promise<Figure[]> {
    const [one, all] = [new Samples(), new Samples()];
    for (let index = 0; index < SEARCHES; index++) {
      await this.#timed(one, { text: this.#words(), courseId: this.courseIds[index % COURSES]! });
      await this.#timed(all, { text: this.#words() });
    }
    const lessons = (COURSES * LESSONS_PER_COURSE).toLocaleString("en");
    return [p99Under(`search in a course of ${LESSONS_PER_COURSE} lessons, among ${lessons}`, one, ONE_COURSE_GOAL_MS), p99Under(`search in ${COURSES} courses, ${lessons} lessons`, all, ALL_COURSES_GOAL_MS)];
  }

  async #timed(samples: Samples, args: Record<string, string>): Promise<void> {
    const sinceMs = performance.now();
    await this.#teacher.query(queryNamed("search:lessons"), args);
    samples.add(performance.now() - sinceMs);
  }

  #words(): string {
    const { vocabulary } = this.#corpus;
    return Array.from({ length: SEARCHED_WORDS }, () => vocabulary[WORDS_PASSED_OVER + (this.#searched++ % (vocabulary.length - WORDS_PASSED_OVER))]!).join(" ");
  }
}
