/** Fifty learners finish lessons, each as soon as the last one is on their teacher's screen; the teacher watches them all. */
import type { ConvexClient } from "convex/browser";
import { mutationNamed, queryNamed, until } from "../../tests/harness.js";
import type { SchoolDeployment } from "../../tests/lms/school.js";
import { Screen } from "../../tests/screen.js";
import { p99Under, Samples, type Figure } from "../figures.js";
import type { Library } from "./library.js";

const LEARNERS = 50;
const LESSONS_EACH = 20;
const ALONE = 100;
const ALONE_GOAL_MS = 100;
const TOGETHER_GOAL_MS = 500;
const PAGE = { cursor: null, numItems: 100 };

interface Learner {
  readonly client: ConvexClient;
  readonly name: string;
  finished: number;
}

interface Roster {
  readonly page: readonly { readonly name: string; readonly finishedCount: number }[];
}

export async function classAtWork(school: SchoolDeployment, { courseIds }: Library): Promise<Figure[]> {
  const courseId = courseIds[0]!;
  const teacher = await school.client("rowan", "teacher");
  const learners = await Promise.all(Array.from({ length: LEARNERS }, (_, index) => newLearner(school, courseId, index)));
  const { page } = (await teacher.query(queryNamed("lessons:outline"), { courseId, paginationOpts: PAGE })) as { page: { _id: string }[] };
  const roster = await Screen.open<Roster>(teacher, "courses:learners", { courseId, paginationOpts: PAGE });
  const [alone, together] = [new Samples(), new Samples()];
  const finishNext = async (learner: Learner, samples: Samples): Promise<void> => {
    const lessonId = page[learner.finished]!._id;
    const count = ++learner.finished;
    const sinceMs = performance.now();
    await learner.client.mutation(mutationNamed("progress:save"), { lessonId, isFinished: true });
    await until(() => roster.newest.page.some(({ name, finishedCount }) => name === learner.name && finishedCount === count), "the lesson on the teacher's screen");
    samples.add(performance.now() - sinceMs);
  };
  for (let index = 0; index < ALONE; index++) await finishNext(learners[index % LEARNERS]!, alone);
  await Promise.all(
    learners.map(async (learner) => {
      for (let lesson = 0; lesson < LESSONS_EACH; lesson++) await finishNext(learner, together);
    }),
  );
  roster.unsubscribe();
  return [p99Under(`a save until the teacher sees it, ${LEARNERS} learners there`, alone, ALONE_GOAL_MS), p99Under(`the same, all ${LEARNERS} at once`, together, TOGETHER_GOAL_MS)];
}

async function newLearner(school: SchoolDeployment, courseId: string, index: number): Promise<Learner> {
  const id = `learner-${index + 1}`;
  const client = await school.client(id, "learner");
  await client.mutation(mutationNamed("enrolments:enrol"), { courseId });
  return { client, name: `L${id.slice(1)}`, finished: 0 };
}
