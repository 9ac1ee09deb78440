/** E-65 to E-71 as people see them: the study platform in two real browsers, a student's phone and an admin's desktop. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../harness.js";
import { StudyPlatform } from "../study/platform.js";
import { launchBrowser } from "./chromium.js";
import { DESKTOP, nameless, PHONE, screenshot, widthOf, withoutAddress } from "./looks.js";
import { installExample, servePage, STUDY, type ServedPage } from "./pages.js";

const STUDENTS = 24;

interface Person {
  readonly context: BrowserContext;
  readonly tab: Page;
}

let study: StudyPlatform;
let page: ServedPage;
let browser: Browser;
let student: Person;
let admin: Person;
const complaints: string[] = [];

beforeAll(async () => {
  await installExample(STUDY);
  [study, browser] = await Promise.all([StudyPlatform.start(STUDENTS, { flags: ["--test-clock", "yes"] }), launchBrowser()]);
  page = await servePage(STUDY, study.server.url);
});

afterAll(async () => {
  await browser?.close();
  await page?.[Symbol.asyncDispose]();
  await study?.[Symbol.asyncDispose]();
});

async function open(viewport: typeof DESKTOP): Promise<Person> {
  const context = await browser.newContext({ viewport });
  const tab = await context.newPage();
  tab.setDefaultTimeout(15_000);
  tab.on("pageerror", (error) => complaints.push(error.message));
  await tab.goto(page.url);
  return { context, tab };
}

const rowOf = ({ tab }: Person, name: string) => tab.locator(`[data-testid="student-row"][data-name="${name}"]`);
const subscriptions = async () => await study.server.metric("rivulet_engine_subscriptions");

describe("E study", () => {
  it("E-71 a page without an address says so; people enter by name, with the keyboard alone", async () => {
    [student, admin] = await Promise.all([open(PHONE), open(DESKTOP)]);
    const stranger = await student.context.newPage();
    await withoutAddress(stranger, study.server.url);
    await stranger.goto(page.url);
    await stranger.getByTestId("set-up").waitFor();
    await stranger.close();

    await screenshot(student.tab, "study-entrance-phone");
    await screenshot(admin.tab, "study-entrance-desktop");
    expect([...(await nameless(student.tab)), ...(await nameless(admin.tab))]).toEqual([]);
    await admin.tab.getByTestId("name").fill("Whoever looks after it");
    await admin.tab.getByTestId("as-admin").check();
    await admin.tab.getByTestId("enter").click();
    await admin.tab.locator(`[data-testid="cohort-stats"][data-students="${STUDENTS}"]`).waitFor();
    await student.tab.getByTestId("name").focus();
    await student.tab.keyboard.type("Aare");
    await student.tab.keyboard.press("Enter");
    await student.tab.getByTestId("question").waitFor();

    // Up to the first option, and choose it.
    for (let key = 0; key < 30 && (await student.tab.evaluate("document.activeElement?.type")) !== "radio"; key++) await student.tab.keyboard.press("Tab");
    await student.tab.keyboard.press("Space");
    await student.tab.locator('[data-testid="question"][data-chosen="0"]').waitFor();
    await rowOf(admin, "Aare").and(admin.tab.locator('[data-answered="1"]')).waitFor();
    expect((await study.audit()).wrong).toEqual([]);
  });

  it("E-65, E-66 answers, flags and badges are on both screens by themselves", async () => {
    const questions = await study.questions(study.modules[0]!._id);
    for (const [index, { answer }] of questions.entries()) {
      if (index > 0) await student.tab.getByTestId("next").click();
      await student.tab.getByTestId("option").nth(answer).click();
      await student.tab.locator(`[data-testid="question"][data-chosen="${answer}"][data-right="true"]`).waitFor();
    }
    await student.tab.getByTestId("flag").click();
    await student.tab.locator('[data-testid="badge-count"][data-count="3"]').waitFor();
    await student.tab.locator('[data-testid="module"][data-answered="5"][data-correct="5"][data-flagged="1"]').waitFor();
    await admin.tab.locator('[data-testid="cohort-stats"][data-answered="5"][data-correct="5"][data-flagged="1"]').waitFor();
    await admin.tab.locator('[data-testid="flagged-question"][data-count="1"]').waitFor();
    await screenshot(student.tab, "study-question-phone");
    await student.tab.setViewportSize(DESKTOP);
    await screenshot(student.tab, "study-question-desktop");
    await student.tab.emulateMedia({ colorScheme: "dark" });
    await screenshot(student.tab, "study-question-dark");
    await student.tab.emulateMedia({ colorScheme: "light" });
    expect(await nameless(student.tab)).toEqual([]);
  });

  it("E-69 arguments that change close the old subscription and open a new one; a closed modal has none", async () => {
    const before = await subscriptions();
    await admin.tab.getByTestId("page-next").click();
    await admin.tab.locator('[data-testid="students"][data-offset="10"][data-loaded="true"]').waitFor();
    expect(await admin.tab.getByTestId("student-row").count()).toBe(10);
    await until(async () => (await subscriptions()) === before, "the first page to be closed");
    const runs = await study.runs();
    await study.save(study.students[1]!._id, (await study.questions(study.modules[3]!._id))[0]!._id, { selectedOption: 0 });
    await admin.tab.locator('[data-testid="cohort-stats"][data-answered="6"]').waitFor();
    expect(await study.runs()).toBe(runs + 1);
    await admin.tab.getByTestId("page-back").click();
    await rowOf(admin, "Aare").waitFor();

    // The modal's own queries: the stats of the module. Its modules are those that the list of flags shows already.
    await rowOf(admin, "Aare").getByTestId("open-student").click();
    await admin.tab.locator('[data-testid="modal-stats"][data-answered="5"]').waitFor();
    await until(async () => (await subscriptions()) === before + 1, "the modal's subscription");
    await screenshot(admin.tab, "study-modal-desktop");
    await admin.tab.getByTestId("modal-module").selectOption({ label: study.modules[1]!.title });
    await admin.tab.locator('[data-testid="modal-stats"][data-answered="0"]').waitFor();
    await until(async () => (await subscriptions()) === before + 1, "the other module's in its place");
    const [question] = await study.questions(study.modules[1]!._id);
    await study.save(study.students[0]!._id, question!._id, { selectedOption: question!.answer });
    await admin.tab.locator('[data-testid="modal-stats"][data-answered="1"][data-correct="1"]').waitFor();
    expect(await nameless(admin.tab)).toEqual([]);
    await admin.tab.keyboard.press("Escape");
    await admin.tab.getByTestId("modal-stats").waitFor({ state: "detached" });
    await until(async () => (await subscriptions()) === before, "no subscription of the modal's");
  });

  it("E-67 a quiz is live for the admin, told when handed in, and ended by its time", async () => {
    await student.tab.getByTestId("module").first().click();
    await student.tab.getByTestId("start-quiz").click();
    await admin.tab.locator('[data-testid="active-quiz"][data-name="Aare"][data-answered="0"]').waitFor();
    await student.tab.getByTestId("option").first().click();
    await admin.tab.locator('[data-testid="active-quiz"][data-name="Aare"][data-answered="1"]').waitFor();
    await screenshot(student.tab, "study-quiz-desktop");
    await screenshot(admin.tab, "study-cohort-desktop");
    for (let next = 0; next < 4; next++) await student.tab.getByTestId("next-in-quiz").click();
    await student.tab.getByTestId("submit-quiz").click();
    await student.tab.locator('[data-testid="quiz"][data-status="submitted"]').waitFor();
    await admin.tab.locator('[data-testid="active-quizzes"][data-count="0"]').waitFor();
    await screenshot(student.tab, "study-result-desktop");
    await student.tab.getByTestId("close-quiz").click();

    await student.tab.setViewportSize(PHONE);
    await student.tab.getByTestId("start-quiz").click();
    await student.tab.locator('[data-testid="quiz"][data-status="in_progress"]').waitFor();
    await screenshot(student.tab, "study-quiz-phone");
    await study.server.advanceClock(5 * 60_000);
    await student.tab.locator('[data-testid="quiz"][data-status="timed_out"][data-score="0"]').waitFor();
    await screenshot(student.tab, "study-result-phone");
    await student.tab.getByTestId("close-quiz").click();
  });

  it("E-68, E-72 a document is taken apart step by step; what cannot be read says so", async () => {
    await admin.tab.getByTestId("place-documents").click();
    const text = Array.from({ length: 30 }, (_, index) => `## Part ${index + 1}\n\nWater finds its way. ${"It always does. ".repeat(20)}`).join("\n\n");
    await admin.tab.getByTestId("upload").setInputFiles({ name: "rivers.md", mimeType: "text/markdown", buffer: Buffer.from(text) });
    await admin.tab.locator('[data-testid="job"][data-file="rivers.md"][data-step="done"][data-chunks="30"]').waitFor();
    await admin.tab.getByTestId("upload").setInputFiles({ name: "photo.txt", mimeType: "text/plain", buffer: Buffer.from([0xff, 0xd8, 0xff]) });
    await admin.tab.locator('[data-testid="job"][data-file="photo.txt"][data-step="failed"]').waitFor();
    // A PDF as browsers print it: of the student's own page.
    await student.tab.emulateMedia({ media: "print" });
    const printed = await student.tab.pdf({ format: "A4" });
    await admin.tab.getByTestId("upload").setInputFiles({ name: "printed.pdf", mimeType: "application/pdf", buffer: printed });
    await admin.tab.locator('[data-testid="job"][data-file="printed.pdf"][data-step="done"]').getByTestId("open-job").click();
    await admin.tab.getByTestId("chunk").filter({ hasText: "The water cycle" }).first().waitFor();
    await student.tab.emulateMedia({ media: "screen" });
    await admin.tab.locator('[data-file="printed.pdf"]').getByTestId("open-job").click();
    await admin.tab.getByTestId("chunks").waitFor({ state: "detached" });

    const before = await subscriptions();
    await admin.tab.locator('[data-file="rivers.md"]').getByTestId("open-job").click();
    await until(async () => (await admin.tab.getByTestId("chunk").count()) === 10, "the first chunks");
    expect(await subscriptions()).toBe(before + 1);
    await screenshot(admin.tab, "study-documents-desktop");
    expect(await nameless(admin.tab)).toEqual([]);
  });

  it("E-70, E-71 both pages survive kill -9, what was saved meanwhile arrives once; they fit a phone", async () => {
    await admin.tab.getByTestId("place-progress").click();
    await rowOf(admin, "Aare").waitFor();
    await student.tab.getByTestId("module").nth(2).click();
    await student.tab.getByTestId("question").waitFor();
    await study.server.kill();
    await student.tab.getByTestId("option").nth(1).click();
    // It is on the student's own screen at once.
    await student.tab.locator('[data-testid="question"][data-chosen="1"]').waitFor();
    await study.server.start();
    await rowOf(admin, "Aare").and(admin.tab.locator('[data-answered="7"]')).waitFor({ timeout: 40_000 });
    expect(await study.audit()).toEqual({ records: 8, wrong: [] });
    await admin.tab.setViewportSize(PHONE);
    for (const { tab } of [student, admin]) expect(await widthOf(tab)).toBe(PHONE.width);
    await screenshot(admin.tab, "study-cohort-phone");
    await admin.tab.getByTestId("place-documents").click();
    await admin.tab.getByTestId("job").first().waitFor();
    expect(await widthOf(admin.tab)).toBe(PHONE.width);
    await screenshot(admin.tab, "study-documents-phone");
    expect(complaints).toEqual([]);
  });
});
