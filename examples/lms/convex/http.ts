/**
 * `GET /gradebook?course=<id>`: the grades of a course as CSV, for spreadsheets and the school's own systems. The caller is the course's
 * teacher, by the same tokens as everywhere: `Authorization: Bearer <token>`.
 */
import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";
import { csvLine } from "./model/csv";
import { isLmsError } from "./model/errors";
import type { LmsErrorCode } from "./model/errors";

const STATUS: Readonly<Record<LmsErrorCode, number>> = { NOT_SIGNED_IN: 401, BAD_CLAIMS: 401, NOT_REGISTERED: 401, NOT_ALLOWED: 403, NOT_FOUND: 404, INVALID: 400, LIMIT_REACHED: 400, CONFLICT: 409 };
const COLUMNS = ["learner", "assignment", "points", "of", "late", "submitted", "graded", "feedback"];

const http = httpRouter();

http.route({
  path: "/gradebook",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const course = new URL(request.url).searchParams.get("course") ?? "";
    const lines = [csvLine(COLUMNS)];
    let cursor: string | null = null;
    try {
      do {
        const page: { rows: string[][]; cursor: string | null } = await ctx.runQuery(internal.gradebook.rows, { course, cursor });
        lines.push(...page.rows.map(csvLine));
        cursor = page.cursor;
      } while (cursor !== null);
    } catch (error) {
      return refusal(error);
    }
    return new Response(lines.join(""), { headers: { "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="gradebook.csv"', "Cache-Control": "no-store" } });
  }),
});

function refusal(error: unknown): Response {
  if (!isLmsError(error)) throw error;
  return Response.json(error.data, { status: STATUS[error.data.code] });
}

export default http;
