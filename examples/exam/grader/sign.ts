/** Signing a score as `POST /scores` wants it: the grading service's half of `convex/model/signature.ts`. */
import { createHmac } from "node:crypto";

export interface Score {
  readonly exam_id: string;
  /** A score that comes again with the same id is ignored. */
  readonly submission_id: string;
  readonly student_id: string;
  readonly student_name: string;
  readonly score: number;
  /** ISO 8601. */
  readonly submitted_at: string;
}

export interface SignedRequest {
  readonly method: "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param at milliseconds since 1970; the deployment refuses what is more than five minutes away */
export function signedScore(score: Score, signingKey: string, at = Date.now()): SignedRequest {
  const body = JSON.stringify(score);
  const signature = createHmac("sha256", signingKey).update(`${at}.${body}`).digest("hex");
  return { method: "POST", headers: { "Content-Type": "application/json", "X-Exam-Timestamp": String(at), "X-Exam-Signature": signature }, body };
}
