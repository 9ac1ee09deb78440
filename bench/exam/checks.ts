/** What must be refused, and what must be in order: yes or no, without a clock. */
import { ConvexError } from "convex/values";
import { DEMO_EXAM } from "../../examples/exam/issuer/accounts.js";
import { signedScore, type Score } from "../../examples/exam/grader/sign.js";
import { getExamSessions, leaderboardRecord, leaderboardTop, type ScoreRow } from "./api.js";
import { held, type Figure } from "../figures.js";
import { SIGNING_KEY, type Platform } from "./platform.js";
import type { ExamLoad } from "./load.js";
import type { Student } from "./student.js";
import type { Times } from "./times.js";
import type { Tutor } from "./tutor.js";

const OLD_MS = 6 * 60_000;

/** After a window of the load, whose scores they are about. */
export async function examChecks(platform: Platform, load: ExamLoad, times: Times): Promise<Figure[]> {
  const { students, tutor, scores } = load;
  return [
    tooSoonCheck(await load.beatTwice(students.at(-1)!, times.heartbeat)),
    ...(await accessChecks(platform, students[0]!, DEMO_EXAM)),
    orderCheck(tutor.scores),
    ...(await scoreChecks(platform, tutor, scores[0]!)),
  ];
}

export function postScore(platform: Platform, request: ReturnType<typeof signedScore>): Promise<Response> {
  return fetch(`${platform.url}/scores`, request);
}

/** @param score one that was recorded */
async function scoreChecks(platform: Platform, tutor: Tutor, score: Score): Promise<Figure[]> {
  const before = JSON.stringify(tutor.scores);
  const again = await postScore(platform, signedScore({ ...score, score: score.score + 1 }, SIGNING_KEY));
  const duplicate = ((await again.json()) as { result?: string }).result;

  const other: Score = { ...score, submission_id: "refused" };
  const signed = signedScore(other, SIGNING_KEY);
  const { "X-Exam-Signature": _signature, ...unsigned } = signed.headers;
  const used = signedScore({ ...score, submission_id: score.submission_id }, SIGNING_KEY);
  const answers = {
    unsigned: await postScore(platform, { ...signed, headers: unsigned }),
    "badly signed": await postScore(platform, signedScore(other, "another key")),
    "another body": await postScore(platform, { ...signed, body: signed.body.replace("refused", "slipped in") }),
    old: await postScore(platform, signedScore(other, SIGNING_KEY, Date.now() - OLD_MS)),
    replayed: (await postScore(platform, used), await postScore(platform, used)),
  };
  const taken = Object.entries(answers).filter(([, { status }]) => status !== 401 && status !== 409).map(([name]) => name);
  const after = JSON.stringify(await tutor.client.query(leaderboardTop, { examId: score.exam_id }));
  return [
    held("duplicate score", "ignored", duplicate === "duplicate" && after === before ? "ignored" : `answered ${String(duplicate)}`, duplicate === "duplicate" && after === before),
    held("score unsigned, badly signed, changed, old, replayed", "refused", taken.length === 0 ? "refused" : `taken: ${taken.join(", ")}`, taken.length === 0),
  ];
}

function orderCheck(scores: readonly ScoreRow[]): Figure {
  const isSorted = scores.every((row, index) => {
    const previous = scores[index - 1];
    return previous === undefined || previous.score > row.score || (previous.score === row.score && previous.submittedAt <= row.submittedAt);
  });
  return held("ranking", "score down, time up", `${isSorted ? "in order" : "out of order"}, ${scores.length} rows`, isSorted && scores.length > 0);
}

async function accessChecks(platform: Platform, student: Student, examId: string): Promise<Figure[]> {
  const anonymous = platform.server.http();
  const forged = platform.server.http();
  forged.setAuth(await platform.forgedTokenFor(student.account));
  const refused = {
    "no token": await isRefused(anonymous.query(getExamSessions, { examId })),
    "forged token": await isRefused(forged.query(getExamSessions, { examId })),
    "a student's token": await isRefused(student.client.query(getExamSessions, { examId })),
    "another exam": await isRefused(student.client.query(leaderboardTop, { examId: "another-exam" })),
    "writing a score": await isRefused(student.client.mutation(leaderboardRecord, { signature: "x", score: {} })),
  };
  const allowed = Object.entries(refused).filter(([, isRight]) => !isRight).map(([name]) => name);
  return [held("calls without the right", "refused", allowed.length === 0 ? "refused" : `allowed: ${allowed.join(", ")}`, allowed.length === 0)];
}

function tooSoonCheck(error: unknown): Figure {
  const isRight = error instanceof ConvexError && (error.data as { code?: string }).code === "TOO_SOON";
  return held("heartbeat right after another", "refused", isRight ? "refused" : error === null ? "accepted" : String(error), isRight);
}

async function isRefused(call: Promise<unknown>): Promise<boolean> {
  return await call.then(
    () => false,
    () => true,
  );
}
