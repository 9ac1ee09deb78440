/**
 * E-10 … E-17: the exam platform, pushed with the public CLI, its issuer as a service of its own, a student and a tutor in
 * two real browsers. Heartbeats are ten times as fast as in life, and every other time with them; the server and the issuer
 * share a clock that the test can move.
 */
import type { ConvexHttpClient } from "convex/browser";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signedScore, type Score } from "../../examples/exam/grader/sign.js";
import { DEMO_EXAM, studentAccount, tutorAccount, type Account } from "../../examples/exam/issuer/accounts.js";
import SETTINGS from "../../examples/exam/issuer/settings.js";
import { startIssuer, type RunningIssuer } from "../../examples/issuer/server.js";
import { createSigningKey } from "../../examples/issuer/signing-key.js";
import { Tokens } from "../../examples/issuer/tokens.js";
import { ADMIN_KEY, mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { launchBrowser } from "./chromium.js";
import { EXAM, installExample, servePage, type ServedPage } from "./pages.js";

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const ISSUER_NAME = "https://exam-system.test";
const SIGNING_KEY = "a signing key of the tests";
const HEARTBEAT_MS = 1_000;
/** Short, so that every page has its token refreshed on the way. */
const TOKEN_SECONDS = 30;
const CRON_MS = 60_000;

interface Person {
  readonly context: BrowserContext;
  readonly tab: Page;
}

let server: TestServer;
let issuer: RunningIssuer;
let page: ServedPage;
let browser: Browser;
let tutor: Person;
let student: Person;
/** Of the server and the issuer, before everybody else. */
let aheadMs = 0;

beforeAll(async () => {
  await installExample(EXAM);
  server = await startServer({ flags: ["--test-clock", "yes"] });
  issuer = await startIssuer({ ...SETTINGS, issuer: ISSUER_NAME, key: await createSigningKey(), seconds: TOKEN_SECONDS, appOrigins: [], nowMs: () => Date.now() + aheadMs }, 0);
  const issuerUrl = issuer.url;
  await setEnvironment({ EXAM_ISSUER: ISSUER_NAME, EXAM_JWKS: `${issuerUrl}/.well-known/jwks.json`, SCORES_SIGNING_KEY: SIGNING_KEY, HEARTBEAT_MS: String(HEARTBEAT_MS) });
  await server.deploy(EXAM);
  [page, browser] = await Promise.all([servePage(EXAM, server.url, { VITE_EXAM_ISSUER: issuerUrl }), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await page?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  issuer?.server.closeAllConnections();
  issuer?.server.close();
});

/** As `npx convex env set`. */
async function setEnvironment(variables: Readonly<Record<string, string>>): Promise<void> {
  const changes = Object.entries(variables).map(([name, value]) => ({ name, value }));
  const headers = { Authorization: `Convex ${ADMIN_KEY}`, "Content-Type": "application/json" };
  const response = await fetch(`${server.url}/api/update_environment_variables`, { method: "POST", headers, body: JSON.stringify({ changes }) });
  if (!response.ok) throw new Error(`Setting variables failed: ${await response.text()}`);
}

/** The next run of every cron of the minute is due. */
async function passAMinute(): Promise<void> {
  aheadMs += CRON_MS;
  await server.advanceClock(CRON_MS);
}

async function signIn(account: string, viewport: { width: number; height: number }): Promise<Person> {
  const context = await browser.newContext({ viewport });
  const tab = await context.newPage();
  await tab.goto(page.url);
  await tab.getByTestId("sign-in").click();
  await tab.getByTestId(`account-${account}`).click();
  await tab.getByTestId("exam-title").waitFor();
  return { context, tab };
}

async function clientOf(account: Account): Promise<ConvexHttpClient> {
  const client = server.http();
  client.setAuth(await issuer.tokens.identity(account));
  return client;
}

async function screenshot({ tab }: Person, name: string): Promise<void> {
  const folder = process.env["RIVULET_SCREENSHOTS"];
  if (folder !== undefined) await tab.screenshot({ path: `${folder}/exam-${name}.png`, animations: "disabled" });
}

async function write({ tab }: Person, text: string): Promise<void> {
  await tab.getByTestId("composer-input").fill(text);
  await tab.getByTestId("composer-send").click();
}

const messageOf = ({ tab }: Person, text: string) => tab.getByTestId("message").filter({ hasText: text });
const rowOf = ({ tab }: Person, studentId: string) => tab.locator(`[data-testid="session-row"][data-student="${studentId}"]`);
const standsAs = (row: ReturnType<typeof rowOf>, standing: string) => row.and(row.page().locator(`[data-standing="${standing}"]`));

function scoreOf(studentNumber: number, score: number, submissionId: string, submittedAt = "2030-05-04T09:30:00Z"): Score {
  return { exam_id: DEMO_EXAM, submission_id: submissionId, student_id: `student-${studentNumber}`, student_name: `Student ${studentNumber}`, score, submitted_at: submittedAt };
}

const postScore = (request: ReturnType<typeof signedScore>) => fetch(`${server.url}/scores`, request);

describe("E exam", () => {
  it("E-10 people sign in with the other system's issuer and see the view of their role", async () => {
    tutor = await signIn("tutor", DESKTOP);
    student = await signIn("student-1", DESKTOP);
    await tutor.tab.getByText("Nobody has started yet").waitFor();
    expect(await student.tab.getByTestId("my-name").innerText()).toBe("Student 1");
    await student.tab.getByTestId("start").waitFor();
    expect(await student.tab.getByTestId("session-list").count()).toBe(0);
    await screenshot(student, "student-ready");
    await screenshot(tutor, "tutor-empty");
  });

  it("E-10 a token decides which functions answer, E-11 a heartbeat that comes too soon is refused", async () => {
    const examId = "an exam of its own";
    const [first, second, watcher] = await Promise.all([studentAccount(1, examId), studentAccount(2, examId), tutorAccount(examId)].map(clientOf));
    const forger = server.http();
    forger.setAuth(await new Tokens({ ...issuer.tokens.settings, key: await createSigningKey() }).identity(tutorAccount(examId)));

    await expect(server.http().query(queryNamed("proctoring:getExamSessions"), { examId })).rejects.toMatchObject({ data: { code: "NOT_SIGNED_IN" } });
    await expect(forger.query(queryNamed("proctoring:getExamSessions"), { examId })).rejects.toThrow();
    await expect(first!.query(queryNamed("proctoring:getExamSessions"), { examId })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
    await expect(watcher!.query(queryNamed("proctoring:getExamSessions"), { examId: DEMO_EXAM })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
    await expect(watcher!.mutation(mutationNamed("proctoring:startSession"), { examId })).rejects.toMatchObject({ data: { code: "NOT_ALLOWED" } });
    await expect(first!.mutation(mutationNamed("leaderboard:record"), {})).rejects.toThrow();

    const sessionId: unknown = await first!.mutation(mutationNamed("proctoring:startSession"), { examId });
    await expect(first!.mutation(mutationNamed("proctoring:heartbeat"), { sessionId })).rejects.toMatchObject({ data: { code: "TOO_SOON" } });
    await expect(second!.mutation(mutationNamed("proctoring:heartbeat"), { sessionId })).rejects.toMatchObject({ data: { code: "SESSION_NOT_FOUND" } });
    const chatId: unknown = await first!.query(queryNamed("chat:mine"), { examId });
    await expect(second!.query(queryNamed("chat:messages"), { chatId })).rejects.toMatchObject({ data: { code: "CHAT_NOT_FOUND" } });
    await expect(first!.mutation(mutationNamed("chat:send"), { chatId, body: " ", clientKey: "k" })).rejects.toMatchObject({ data: { code: "EMPTY_BODY" } });
    await first!.mutation(mutationNamed("proctoring:endSession"), { sessionId });
    await first!.mutation(mutationNamed("proctoring:endSession"), { sessionId });
    await expect(first!.mutation(mutationNamed("proctoring:logViolation"), { sessionId, kind: "copy" })).rejects.toMatchObject({ data: { code: "SESSION_OVER" } });
    await expect(first!.mutation(mutationNamed("proctoring:startSession"), { examId })).rejects.toMatchObject({ data: { code: "SESSION_OVER" } });
    expect(await watcher!.query(queryNamed("proctoring:getExamSessions"), { examId })).toMatchObject([{ studentId: "student-1", status: "ended", violationCount: 0 }]);
  });

  it("E-11 a session starts, beats, and the tutor sees a violation within two seconds", async () => {
    await student.tab.getByTestId("start").click();
    await standsAs(rowOf(tutor, "student-1"), "connected").waitFor();
    await student.tab.locator('[data-testid="heartbeat"][data-accepted="true"]').waitFor();
    await student.tab.keyboard.press("Control+C");
    await tutor.tab.locator('[data-testid="violation"][data-kind="copy"]').waitFor({ timeout: 2_000 });
    expect(await rowOf(tutor, "student-1").getAttribute("data-violations")).toBe("1");
    expect(await student.tab.getByTestId("reported").getAttribute("data-count")).toBe("1");
    await student.tab.getByTestId("error-toast").waitFor();
  });

  it("E-12 chat goes both ways, with who is typing, who is here and who has read", async () => {
    await rowOf(tutor, "student-1").click();
    await tutor.tab.getByTestId("message-list").and(tutor.tab.locator('[data-loading="false"]')).waitFor();
    // It is gone after half a second: whoever waits must be there first.
    const typing = tutor.tab.locator('[data-testid="typing"][data-active="true"]').getByText("Student 1 is typing").waitFor();
    await Promise.all([typing, student.tab.getByTestId("composer-input").pressSequentially("May I")]);
    await write(student, "May I use a calculator?");
    await messageOf(tutor, "May I use a calculator?").waitFor();
    await tutor.tab.locator('[data-testid="typing"][data-active="false"]').waitFor();
    await messageOf(student, "calculator").and(student.tab.locator('[data-status="read"]')).waitFor();
    await write(tutor, "Yes, the simple one.");
    await messageOf(student, "Yes, the simple one.").waitFor();
    await student.tab.getByTestId("presence-chip").filter({ hasText: "Tutor" }).waitFor();
    await tutor.tab.getByTestId("presence-chip").filter({ hasText: "Student 1" }).waitFor();
    expect(await rowOf(tutor, "student-1").getAttribute("data-waiting")).toBe("0");
  });

  it("E-13 typing and presence end by themselves, without a word of goodbye", async () => {
    const other = await signIn("student-2", PHONE);
    await other.tab.getByTestId("start").click();
    await tutor.tab.getByTestId("presence-chip").filter({ hasText: "Student 2" }).waitFor();
    await other.tab.getByTestId("tab-chat").click();
    await rowOf(tutor, "student-2").click();
    await tutor.tab.getByTestId("message-list").and(tutor.tab.locator('[data-loading="false"]')).waitFor();
    const typing = tutor.tab.locator('[data-testid="typing"][data-active="true"]').waitFor();
    await Promise.all([typing, other.tab.getByTestId("composer-input").pressSequentially("Where do I")]);
    await screenshot(other, "phone-student-chat");
    await other.context.close();
    await tutor.tab.locator('[data-testid="typing"][data-active="false"]').waitFor();
    await tutor.tab.getByTestId("presence-chip").filter({ hasText: "Student 2" }).waitFor({ state: "detached", timeout: 6 * HEARTBEAT_MS + 10_000 });
  });

  it("E-14 a page that closes is seen as disconnected, and as connected again after its next heartbeat", async () => {
    const other = await signIn("student-3", PHONE);
    await other.tab.getByTestId("start").click();
    await standsAs(rowOf(tutor, "student-3"), "connected").waitFor();
    await screenshot(other, "phone-student-session");
    await other.tab.close();
    await standsAs(rowOf(tutor, "student-3"), "disconnected").waitFor({ timeout: 2.1 * HEARTBEAT_MS + 2_000 });
    await screenshot(tutor, "tutor-disconnect");
    const again = await other.context.newPage();
    await again.goto(page.url);
    await again.getByTestId("sign-in").click();
    await again.getByTestId("account-student-3").click();
    await again.getByTestId("start").or(again.getByTestId("heartbeat")).first().waitFor();
    await standsAs(rowOf(tutor, "student-3"), "connected").waitFor();
    await other.context.close();
  });

  it("E-15 a signed score appears in order, a duplicate is ignored, and what is unsigned, badly signed, old or replayed is refused", async () => {
    const first = signedScore(scoreOf(1, 71.5, "s-1"), SIGNING_KEY);
    expect(await (await postScore(first)).json()).toEqual({ result: "recorded" });
    await student.tab.getByTestId("score").filter({ hasText: "71.5" }).waitFor({ timeout: 3_000 });
    await postScore(signedScore(scoreOf(2, 88, "s-2", "2030-05-04T10:00:00Z"), SIGNING_KEY));
    await postScore(signedScore(scoreOf(4, 88, "s-4", "2030-05-04T09:00:00Z"), SIGNING_KEY));
    await until(async () => (await student.tab.getByTestId("score").count()) === 3, "three scores");
    expect(await student.tab.getByTestId("score-value").allInnerTexts()).toEqual(["88", "88", "71.5"]);
    expect(await student.tab.getByTestId("score").first().innerText()).toContain("Student 4");

    expect(await (await postScore(signedScore(scoreOf(1, 100, "s-1"), SIGNING_KEY))).json()).toEqual({ result: "duplicate" });
    const forged = signedScore(scoreOf(1, 100, "s-5"), "another key");
    const { "X-Exam-Signature": _signature, ...unsigned } = forged.headers;
    expect((await postScore({ ...forged, headers: unsigned })).status).toBe(401);
    expect((await postScore(forged)).status).toBe(401);
    expect((await postScore(signedScore(scoreOf(1, 100, "s-5"), SIGNING_KEY, Date.now() - 6 * 60_000))).status).toBe(401);
    expect((await postScore({ ...first, body: first.body.replace("71.5", "99.5") })).status).toBe(401);
    expect((await postScore(first)).status).toBe(409);
    expect((await postScore(signedScore({ ...scoreOf(1, 100, "s-5"), exam_id: "" }, SIGNING_KEY))).status).toBe(400);
    expect(await student.tab.getByTestId("score-value").allInnerTexts()).toEqual(["88", "88", "71.5"]);
    await rowOf(tutor, "student-1").click();
    await screenshot(student, "student");
    await screenshot(tutor, "tutor");
    await student.tab.emulateMedia({ colorScheme: "dark" });
    await screenshot(student, "student-dark");
    await student.tab.emulateMedia({ colorScheme: "light" });
  });

  it("E-16 after kill -9 both pages come back by themselves, sessions beat again, and nothing is lost or doubled", async () => {
    await write(student, "Before the power cut");
    await messageOf(tutor, "Before the power cut").waitFor();
    await server.kill();
    await write(student, "During the power cut");
    await server.start();
    await messageOf(tutor, "During the power cut").waitFor({ timeout: 40_000 });
    await standsAs(rowOf(tutor, "student-1"), "connected").waitFor({ timeout: 40_000 });
    for (const text of ["Before the power cut", "During the power cut"]) expect(await messageOf(tutor, text).count()).toBe(1);
    expect(await tutor.tab.getByTestId("score").count()).toBe(3);
  });

  it("E-17 a session is handed in once; a stale one expires by the cron", async () => {
    await student.tab.getByTestId("hand-in").click();
    await student.tab.getByTestId("hand-in-confirm").click();
    await student.tab.locator('[data-testid="session"][data-status="ended"]').waitFor();
    await standsAs(rowOf(tutor, "student-1"), "ended").waitFor();
    await passAMinute();
    await standsAs(rowOf(tutor, "student-2"), "expired").waitFor();
    await tutor.tab.setViewportSize(PHONE);
    await tutor.tab.getByTestId("tab-students").click();
    await screenshot(tutor, "phone-tutor-students");
    await tutor.tab.emulateMedia({ colorScheme: "dark" });
    await screenshot(tutor, "phone-tutor-students-dark");
    await tutor.tab.getByTestId("tab-activity").click();
    await screenshot(tutor, "phone-tutor-activity");
    await student.tab.getByTestId("presence").and(student.tab.locator('[data-count="1"]')).waitFor();
    await tutor.tab.getByTestId("sign-out").click();
    await tutor.tab.getByTestId("signed-out").waitFor();
    await student.tab.getByTestId("presence").and(student.tab.locator('[data-count="0"]')).waitFor();
  });
});
