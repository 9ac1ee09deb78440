/** A student's client, which saves something new with each call. */
import type { ConvexClient } from "convex/browser";
import { makeFunctionReference, type FunctionReference } from "convex/server";
import type { Question, StudyPlatform } from "../../tests/study/platform.js";

interface Saving {
  readonly userId: string;
  readonly questionId: string;
  readonly selectedOption?: number;
  readonly isFlagged?: boolean;
}

const saveUserProgress: FunctionReference<"mutation", "public", Saving & Record<string, unknown>, unknown> = makeFunctionReference("progress:saveUserProgress");

/** All of the cohort, each with a client of its own. */
export function studentsOf({ students, server }: StudyPlatform, questions: readonly Question[]): Student[] {
  return students.map(({ _id }) => new Student(_id, server.client(), questions));
}

export class Student {
  #turn = 0;

  constructor(
    readonly userId: string,
    readonly client: ConvexClient,
    private readonly questions: readonly Question[],
  ) {}

  /** An answer that none before it was: each round of the questions takes the next option. */
  async answer(): Promise<void> {
    const { questions } = this;
    const turn = this.#turn++;
    const { _id: questionId, options } = questions[turn % questions.length]!;
    await this.choose(questionId, Math.floor(turn / questions.length) % options.length);
  }

  async choose(questionId: string, selectedOption: number): Promise<void> {
    await this.client.mutation(saveUserProgress, { userId: this.userId, questionId, selectedOption });
  }

  async flag(questionId: string, isFlagged: boolean): Promise<void> {
    await this.client.mutation(saveUserProgress, { userId: this.userId, questionId, isFlagged });
  }
}
