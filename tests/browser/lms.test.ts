/** E-90 to E-97 as people see them: the Next.js app in two real browsers, a teacher's desktop and a learner's phone. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LMS, SchoolDeployment } from "../lms/school.js";
import { launchBrowser } from "./chromium.js";
import { buildNext, serveNext } from "./next-pages.js";
import { installExample, type ServedPage } from "./pages.js";

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Packages of Next.js may have to be installed first. */
const PREPARATION_MS_MAX = 300_000;

interface Person {
  readonly context: BrowserContext;
  readonly tab: Page;
}

let school: SchoolDeployment;
let page: ServedPage;
let browser: Browser;
let teacher: Person;
let learner: Person;
const complaints: string[] = [];

beforeAll(async () => {
  [school, browser] = await Promise.all([SchoolDeployment.start(), launchBrowser(), installExample(LMS, "next")]);
  await Promise.all([school.deploy().then(() => school.seed()), buildNext(LMS, school.server.url)]);
  page = await serveNext(LMS, { LMS_ISSUER: school.issuer.url });
}, PREPARATION_MS_MAX);

afterAll(async () => {
  await browser?.close();
  await page?.[Symbol.asyncDispose]();
  await school?.[Symbol.asyncDispose]();
});

async function open(viewport: typeof DESKTOP): Promise<Person> {
  const context = await browser.newContext({ viewport });
  const tab = await context.newPage();
  tab.setDefaultTimeout(20_000);
  tab.on("pageerror", (error) => complaints.push(error.message));
  await tab.goto(page.url);
  return { context, tab };
}

async function screenshot({ tab }: Person, name: string): Promise<void> {
  const folder = process.env["RIVULET_SCREENSHOTS"];
  if (folder !== undefined) await tab.screenshot({ path: `${folder}/lms-${name}.png`, animations: "disabled" });
}

const book = ({ tab }: Person, title: string) => tab.locator(`[data-testid="course"][data-title="${title}"]`);
const lesson = ({ tab }: Person, title: string) => tab.locator(`[data-testid="lesson"][data-title="${title}"]`);
const live = ({ tab }: Person) => tab.locator('[data-testid="connection"][data-connected="true"]').waitFor();

/** As much of an element as is looked at: these tests are compiled without the types of the browser. */
interface Control {
  readonly outerHTML: string;
  readonly textContent: string | null;
  readonly labels?: { readonly length: number } | null;
  getAttribute(name: string): string | null;
}

/** Buttons and fields that a screen reader has no name for, and whether the page is wider than its window. */
async function isUsable({ tab }: Person): Promise<void> {
  const nameless = await tab.locator("button, input, textarea, a").evaluateAll((elements) =>
    (elements as unknown as Control[])
      .filter((element) => (element.textContent ?? "").trim() === "" && element.getAttribute("aria-label") === null && (element.labels?.length ?? 0) === 0)
      .map(({ outerHTML }) => outerHTML),
  );
  expect(nameless).toEqual([]);
  expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(tab.viewportSize()!.width);
}

/** What a browser without scripts would show. */
async function htmlFor({ context }: Person, path = "/"): Promise<string> {
  return await (await context.request.get(`${page.url}${path}`)).text();
}

describe("E lms", () => {
  it("E-97, E-90 the first HTML has the catalogue; people sign in at the issuer, and no script can read their tokens", async () => {
    [teacher, learner] = await Promise.all([open(DESKTOP), open(PHONE)]);
    expect(await htmlFor(learner)).toMatch(/Botany for walkers.*The night sky, unaided/s);
    await live(teacher);
    await screenshot(teacher, "welcome-desktop");
    await screenshot(learner, "welcome-phone");
    await isUsable(teacher);
    await isUsable(learner);
    await teacher.tab.getByTestId("sign-in").click();
    await teacher.tab.getByTestId("account-rowan").click();
    await teacher.tab.locator('[data-testid="my-name"][data-role="teacher"]').waitFor();
    // By the keyboard alone.
    await learner.tab.getByTestId("welcome-sign-in").focus();
    await learner.tab.keyboard.press("Enter");
    await learner.tab.getByTestId("account-juniper").focus();
    await learner.tab.keyboard.press("Enter");
    await learner.tab.locator('[data-testid="my-name"][data-role="learner"]').waitFor();
    await learner.tab.getByTestId("no-courses").waitFor();

    for (const { tab } of [teacher, learner]) expect(await tab.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")).toEqual(["", 0, 0]);
    const html = await htmlFor(teacher);
    expect(html).toMatch(/Your courses.*Bread, slowly/s);
    expect(html).not.toMatch(/eyJ[\w-]{20,}/);
    const foreign = await (await browser.newContext()).request.get(`${page.url}/auth/callback?code=abc&state=guessed`, { maxRedirects: 0 });
    expect(foreign.headers()["location"]).toBe(`${page.url}/?problem=sign-in`);
    await screenshot(teacher, "home-desktop");
    await screenshot(learner, "home-phone");
  });

  it("E-91, E-93 a learner enrols, and progress is on the teacher's screen; what is not there yet shows as loading", async () => {
    await book(teacher, "Botany for walkers").first().click();
    await teacher.tab.locator('[data-testid="course-head"][data-standing="teacher"]').waitFor();
    await book(learner, "Botany for walkers").first().click();
    await learner.tab.locator('[data-testid="course-head"][data-standing="visitor"]').waitFor();
    await screenshot(learner, "visitor-phone");
    await learner.tab.getByTestId("enrol").focus();
    await learner.tab.keyboard.press("Enter");
    await teacher.tab.locator('[data-testid="learner"][data-name="Juniper"][data-finished="0"]').waitFor();
    await learner.tab.locator('[data-testid="course-head"][data-finished="0"]').waitFor();

    // The token is held back: the page is there, its lesson is on its way.
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const second = await learner.context.newPage();
    await second.route("**/auth/token", async (route) => {
      await held;
      await route.continue();
    });
    await second.goto(new URL((await lesson(learner, "Roots and what they trade").locator("a").getAttribute("href"))!, page.url).href);
    await second.getByTestId("loading").waitFor();
    await screenshot({ context: learner.context, tab: second }, "loading-phone");
    release();
    await second.getByTestId("lesson-view").waitFor();
    await second.close();

    await lesson(learner, "Roots and what they trade").click();
    await learner.tab.getByTestId("finish").click();
    await teacher.tab.locator('[data-testid="learner"][data-name="Juniper"][data-finished="1"]').waitFor();
    await learner.tab.getByTestId("new-comment").fill("Does the fungus choose?");
    await learner.tab.getByTestId("send-comment").click();
    await learner.tab.getByTestId("comment").filter({ hasText: "Does the fungus choose?" }).waitFor();
    await screenshot(learner, "lesson-phone");
    await isUsable(learner);
    await screenshot(teacher, "course-desktop");
    await isUsable(teacher);
    expect(await htmlFor(learner)).toContain("1 of 4 lessons finished");
  });

  it("E-94 a learner's search finds a lesson that the teacher has just written, without asking again", async () => {
    await learner.tab.getByTestId("search").fill("xylem");
    await learner.tab.getByTestId("no-hits").waitFor();
    await teacher.tab.getByTestId("new-lesson").click();
    await teacher.tab.getByTestId("field-title").fill("Pipes of a plant");
    await teacher.tab.getByTestId("field-body").fill("Water goes up in the xylem.\n\n## And sugar\n\nThat comes down in the *phloem*.");
    await screenshot(teacher, "write-desktop");
    await isUsable(teacher);
    await teacher.tab.getByTestId("save").click();
    await learner.tab.locator('[data-testid="hit"][data-title="Pipes of a plant"]').waitFor();
    await learner.tab.locator("mark", { hasText: "xylem" }).waitFor();
    await screenshot(learner, "search-phone");
    await isUsable(learner);
    await teacher.tab.getByTestId("lesson-view").waitFor();
    await teacher.tab.getByTestId("search").fill("water");
    await teacher.tab.getByTestId("hit").first().waitFor();
    await screenshot(teacher, "search-desktop");
    await learner.tab.getByTestId("hit").click();
    await learner.tab.getByTestId("lesson-view").waitFor();
  });

  it("E-96 work is handed in with a file, and its grade is on the learner's screen at once", async () => {
    await learner.tab.getByRole("link", { name: "Botany for walkers" }).click();
    await learner.tab.getByTestId("assignment").getByRole("link").click();
    await learner.tab.getByTestId("field-text").fill("It has a square stem, and a lip to land on.");
    await learner.tab.getByTestId("field-file").setInputFiles({ name: "drawing.svg", mimeType: "image/svg+xml", buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') });
    await screenshot(learner, "work-phone");
    await learner.tab.getByTestId("save").click();
    await learner.tab.getByTestId("work-file").waitFor();
    await isUsable(learner);

    await teacher.tab.getByRole("link", { name: "Lectern" }).click();
    await book(teacher, "Botany for walkers").first().click();
    await teacher.tab.locator('[data-testid="assignment"][data-waiting="1"]').getByRole("link").click();
    const submission = teacher.tab.locator('[data-testid="submission"][data-learner="Juniper"]');
    expect(await (await fetch((await submission.getByTestId("work-file").getAttribute("href"))!)).text()).toContain("<svg");
    await submission.getByTestId("field-points").fill("18");
    await submission.getByTestId("field-feedback").fill("I found it within a minute. Mint?");
    await submission.getByTestId("give-grade").click();
    await learner.tab.locator('[data-testid="grade"][data-points="18"]').waitFor();
    await screenshot(learner, "grade-phone");
    await teacher.tab.locator('[data-testid="submission"][data-points="18"]').waitFor();
    await screenshot(teacher, "grading-desktop");
    await isUsable(teacher);
  });

  it("E-97 both pages survive kill -9, say so meanwhile, and what was written then arrives once", async () => {
    await teacher.tab.goBack();
    await lesson(teacher, "Roots and what they trade").locator("a").click();
    await learner.tab.goBack();
    await lesson(learner, "Roots and what they trade").locator("a").click();
    for (const person of [teacher, learner]) await person.tab.getByTestId("comment").waitFor();
    await school.server.kill();
    for (const { tab } of [teacher, learner]) await tab.getByTestId("offline").waitFor();
    await learner.tab.getByTestId("new-comment").fill("Written in the dark");
    await learner.tab.getByTestId("send-comment").click();
    await screenshot(learner, "offline-phone");
    // A page that is asked for now has an answer too.
    const stranger = await open(DESKTOP);
    await stranger.tab.getByTestId("query-error").waitFor();
    await screenshot(stranger, "error-desktop");
    await stranger.context.close();
    await school.server.start();
    await teacher.tab.getByTestId("comment").filter({ hasText: "Written in the dark" }).waitFor({ timeout: 40_000 });
    expect(await teacher.tab.getByTestId("comment").count()).toBe(2);
    await learner.tab.getByTestId("offline").waitFor({ state: "detached" });
    await screenshot(teacher, "lesson-desktop");
  });

  it("E-91 what a teacher withdraws is gone from open pages, and back when it is back", async () => {
    await teacher.tab.getByRole("link", { name: "Botany for walkers" }).click();
    await teacher.tab.getByTestId("publish").click();
    await learner.tab.getByTestId("query-error").waitFor();
    await screenshot(learner, "gone-phone");
    expect(await htmlFor(learner, new URL(teacher.tab.url()).pathname)).toContain("No such page");
    await teacher.tab.getByTestId("publish").click();
    await teacher.tab.getByText("Withdraw from the shelf").waitFor();
    await learner.tab.getByRole("button", { name: "Try again" }).click();
    await learner.tab.getByTestId("lesson-view").waitFor();
    await teacher.tab.setViewportSize(PHONE);
    await teacher.tab.emulateMedia({ colorScheme: "dark" });
    await screenshot(teacher, "course-dark-phone");
    await isUsable(teacher);
    await learner.tab.setViewportSize(DESKTOP);
    await learner.tab.emulateMedia({ colorScheme: "dark" });
    await screenshot(learner, "lesson-dark-desktop");
    await learner.tab.getByTestId("sign-out").click();
    await learner.tab.getByTestId("welcome-sign-in").waitFor();
    expect(complaints).toEqual([]);
  });
});
