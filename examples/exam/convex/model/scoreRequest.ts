/** The body of `POST /scores`, in the field names of the exam system. */
import type { Infer } from "convex/values";
import type { scoreArguments } from "../schema";
import { SCORE_TEXT_LENGTH_MAX } from "./limits";

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with a body; the message is for the author of the grading service. */
export class BadScore extends Error {}

/** Throws {@link BadScore}. */
export function parseScore(body: string): Infer<typeof scoreArguments> {
  const fields = parseObject(body);
  return {
    examId: text(fields, "exam_id"),
    submissionId: text(fields, "submission_id"),
    studentId: text(fields, "student_id"),
    studentName: text(fields, "student_name"),
    score: finite(fields, "score"),
    submittedAt: time(fields, "submitted_at"),
  };
}

function parseObject(body: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new BadScore("The body is not JSON.");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new BadScore("The body must be a JSON object.");
  return parsed as Fields;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string" && value !== "" && value.length <= SCORE_TEXT_LENGTH_MAX) return value;
  throw new BadScore(`${name} must be a text of 1 to ${SCORE_TEXT_LENGTH_MAX} characters.`);
}

function finite(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new BadScore(`${name} must be a number.`);
}

/** Milliseconds since 1970, from ISO 8601. */
function time(fields: Fields, name: string): number {
  const value = fields[name];
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new BadScore(`${name} must be a time such as "2030-01-31T09:30:00Z".`);
}
