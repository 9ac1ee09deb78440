/**
 * `POST /scores`: the one way in for scores. The grading service has no account; it has the key `SCORES_SIGNING_KEY`.
 *
 *     200 {result: "recorded" | "duplicate"}   400 bad body   401 unsigned, badly signed, or too old
 *     409 the same signed request again        413 too long   503 no key is configured
 */
import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";
import { SCORE_BODY_BYTES_MAX, SIGNATURE_AGE_MS_MAX } from "./model/limits";
import { BadScore, parseScore } from "./model/scoreRequest";
import { isSignedBy, SIGNATURE_HEADER, TIMESTAMP_HEADER } from "./model/signature";

const http = httpRouter();

http.route({
  path: "/scores",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const key = process.env.SCORES_SIGNING_KEY;
    if (key === undefined || key === "") return refusal(503, "No signing key is configured. Set SCORES_SIGNING_KEY with `npx convex env set`.");
    if (Number(request.headers.get("Content-Length") ?? 0) > SCORE_BODY_BYTES_MAX) return refusal(413, `A score has at most ${SCORE_BODY_BYTES_MAX} bytes.`);
    const body = await request.text();
    if (body.length > SCORE_BODY_BYTES_MAX) return refusal(413, `A score has at most ${SCORE_BODY_BYTES_MAX} bytes.`);

    const timestamp = request.headers.get(TIMESTAMP_HEADER) ?? "";
    const signature = request.headers.get(SIGNATURE_HEADER) ?? "";
    if (!isRecent(timestamp)) return refusal(401, `${TIMESTAMP_HEADER} must be the time in milliseconds, at most five minutes old.`);
    if (!(await isSignedBy(key, timestamp, body, signature))) return refusal(401, `${SIGNATURE_HEADER} is not the signature of this body and time.`);

    try {
      const result = await ctx.runMutation(internal.leaderboard.record, { signature, score: parseScore(body) });
      return result === "replayed" ? refusal(409, "This request was received before. Sign a new one.") : Response.json({ result });
    } catch (error) {
      if (error instanceof BadScore) return refusal(400, error.message);
      throw error;
    }
  }),
});

export default http;

function isRecent(timestamp: string): boolean {
  return /^\d{1,16}$/.test(timestamp) && Math.abs(Date.now() - Number(timestamp)) <= SIGNATURE_AGE_MS_MAX;
}

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
