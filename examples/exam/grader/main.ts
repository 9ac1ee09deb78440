/** `npm run grade`: stands for the service that grades submissions. Sends one signed score. */
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { DEMO_EXAM } from "../issuer/accounts.js";
import { signedScore } from "./sign.js";

const HELP = `Sends a signed score: npm run grade -- --student N --score POINTS [options]

Options:
  --student N        number of a demo student
  --score POINTS     any number
  --submission ID    id of the submission (default: a new one); a second score for the same one is ignored
  --site URL         where the deployment serves HTTP actions (default VITE_CONVEX_SITE_URL)
  --help             this text

SCORES_SIGNING_KEY must hold the key that the deployment has under the same name.
`;

const { values } = parseArgs({
  options: {
    student: { type: "string" },
    score: { type: "string" },
    submission: { type: "string", default: randomUUID() },
    site: { type: "string", default: process.env["VITE_CONVEX_SITE_URL"] },
    help: { type: "boolean", default: false },
  },
});
const signingKey = process.env["SCORES_SIGNING_KEY"];
const score = Number(values.score);

if (values.help) {
  process.stdout.write(HELP);
} else if (values.student === undefined || values.site === undefined || signingKey === undefined || values.score === undefined || !Number.isFinite(score)) {
  process.stderr.write(HELP);
  process.exitCode = 2;
} else {
  await post(values.site, signingKey, values.student, values.submission);
}

async function post(site: string, key: string, student: string, submission: string): Promise<void> {
  const request = signedScore(
    {
      exam_id: DEMO_EXAM,
      submission_id: submission,
      student_id: `student-${student}`,
      student_name: `Student ${student}`,
      score,
      submitted_at: new Date().toISOString(),
    },
    key,
  );
  const response = await fetch(`${site}/scores`, request);
  console.log(`${response.status} ${await response.text()}`);
  if (!response.ok) process.exitCode = 1;
}
