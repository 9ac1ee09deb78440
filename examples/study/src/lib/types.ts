/** What the queries return, by the names that the page uses. */
import type { FunctionReturnType } from "convex/server";
import type { api } from "../../convex/_generated/api";

export type Me = NonNullable<FunctionReturnType<typeof api.users.me>>;
export type StudentRow = FunctionReturnType<typeof api.cohorts.getStudentsWithProgress>[number];
export type Module = FunctionReturnType<typeof api.content.modules>[number];
export type Question = FunctionReturnType<typeof api.content.questions>[number];
export type ClassProgress = FunctionReturnType<typeof api.progress.getUserClassProgress>;
export type Attempt = FunctionReturnType<typeof api.quizzes.getQuizAttempt>;
export type Job = FunctionReturnType<typeof api.documents.getJobs>[number];
