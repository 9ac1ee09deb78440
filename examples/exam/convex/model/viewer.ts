/**
 * Who is calling, from the claims that the exam system put into the token: `role`, `exams` and `name`. Every public
 * function begins here, so that what a person may do depends on the token and on nothing that a client says.
 */
import type { Auth, UserIdentity } from "convex/server";
import { examError } from "./errors";

export type Role = "student" | "tutor";

export interface Viewer {
  /** The account's id in the exam system. */
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly exams: readonly string[];
}

export async function requireViewer(ctx: { auth: Auth }): Promise<Viewer> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw examError("NOT_SIGNED_IN", "You are not signed in. Sign in with your exam account.");
  return viewerFrom(identity);
}

/** Somebody who takes part in the exam, in either role. */
export async function requireMember(ctx: { auth: Auth }, examId: string): Promise<Viewer> {
  const viewer = await requireViewer(ctx);
  if (!viewer.exams.includes(examId)) throw examError("NOT_ALLOWED", "Your account is not registered for this exam.");
  return viewer;
}

export async function requireTutor(ctx: { auth: Auth }, examId: string): Promise<Viewer> {
  const viewer = await requireMember(ctx, examId);
  if (viewer.role !== "tutor") throw examError("NOT_ALLOWED", "Only tutors of this exam may do this.");
  return viewer;
}

export async function requireStudent(ctx: { auth: Auth }, examId: string): Promise<Viewer> {
  const viewer = await requireMember(ctx, examId);
  if (viewer.role !== "student") throw examError("NOT_ALLOWED", "Only students of this exam may do this.");
  return viewer;
}

function viewerFrom({ subject, name, role, exams }: UserIdentity): Viewer {
  const isComplete = (role === "student" || role === "tutor") && Array.isArray(exams) && exams.every((exam) => typeof exam === "string");
  if (!isComplete) throw examError("BAD_CLAIMS", "Your token lacks the claims `role` and `exams`. Sign in with an account of the exam system.");
  return { userId: subject, name: name ?? subject, role, exams };
}
