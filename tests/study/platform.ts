/** The study platform as its tests use it: pushed with the public CLI, with a cohort of students who have not answered anything yet. */
import { join } from "node:path";
import { mutationNamed, queryNamed, ROOT, startServer, type ServerOptions, type TestServer } from "../harness.js";

const STUDY = join(ROOT, "examples", "study");

export interface Question {
  readonly _id: string;
  readonly prompt: string;
  readonly options: readonly string[];
  readonly answer: number;
}

export interface StudentRow {
  readonly _id: string;
  readonly name: string;
  readonly rosterNumber: number;
  readonly progressStats: { readonly answered: number; readonly correct: number; readonly flagged: number };
}

export interface CohortStats {
  readonly name: string;
  readonly stats: { readonly students: number; readonly answered: number; readonly correct: number; readonly flagged: number };
}

export class StudyPlatform implements AsyncDisposable {
  private constructor(
    readonly server: TestServer,
    readonly cohortId: string,
    readonly students: readonly StudentRow[],
    readonly classes: readonly { readonly _id: string; readonly name: string }[],
    /** Of the first class. */
    readonly modules: readonly { readonly _id: string; readonly title: string; readonly questionCount: number }[],
  ) {}

  static async start(studentCount: number, options: ServerOptions = {}): Promise<StudyPlatform> {
    const server = await startServer(options);
    try {
      await server.deploy(STUDY);
      return await StudyPlatform.on(server, studentCount);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Fills a server that has the functions, and nothing else yet. */
  static async on(server: TestServer, studentCount: number): Promise<StudyPlatform> {
    await server.runInternal("demo:seed", { students: studentCount, isFresh: true });
    const client = server.http();
    const adminId = await client.mutation(mutationNamed("users:enter"), { name: "Whoever looks after it", role: "admin" });
    const { cohortId } = (await client.query(queryNamed("users:me"), { userId: adminId })) as { cohortId: string };
    const students = (await client.query(queryNamed("cohorts:getStudentsWithProgress"), { cohortId, limit: 200, offset: 0 })) as StudentRow[];
    const classes = (await client.query(queryNamed("content:classes"), { cohortId })) as { _id: string; name: string }[];
    const modules = (await client.query(queryNamed("content:modules"), { classId: classes[0]!._id })) as { _id: string; title: string; questionCount: number }[];
    return new StudyPlatform(server, cohortId, students, classes, modules);
  }

  async questions(moduleId: string): Promise<Question[]> {
    return (await this.server.http().query(queryNamed("content:questions"), { moduleId })) as Question[];
  }

  /** Of the first class, in its order. */
  async allQuestions(): Promise<Question[]> {
    return (await Promise.all(this.modules.map(async ({ _id }) => await this.questions(_id)))).flat();
  }

  async stats(): Promise<CohortStats["stats"]> {
    return ((await this.server.http().query(queryNamed("cohorts:getCohortProgressStats"), { cohortId: this.cohortId })) as CohortStats).stats;
  }

  async query(name: string, args: Record<string, unknown>): Promise<unknown> {
    return await this.server.http().query(queryNamed(name), args);
  }

  async mutate(name: string, args: Record<string, unknown>): Promise<unknown> {
    return await this.server.http().mutation(mutationNamed(name), args);
  }

  async save(userId: string, questionId: string, change: { selectedOption?: number; isFlagged?: boolean }): Promise<{ isCorrect: boolean | null; newBadges: string[] }> {
    return (await this.mutate("progress:saveUserProgress", { userId, questionId, ...change })) as { isCorrect: boolean | null; newBadges: string[] };
  }

  /** Adds up everything again. */
  async audit(): Promise<{ records: number; wrong: string[] }> {
    return (await this.server.runInternal("admin:audit", {})) as { records: number; wrong: string[] };
  }

  /** Runs of live queries so far. */
  async runs(): Promise<number> {
    return await this.server.metric("rivulet_engine_live_query_runs_total");
  }

  /** Runs of functions so far, those of live queries among them. */
  async executions(): Promise<number> {
    return await this.server.metric("rivulet_engine_executions_total");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
