/** E-80 to E-89 as people see them: one board in two real browsers, a desktop and a phone. */
import type { Browser, BrowserContext, CDPSession, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../harness.js";
import { NOTES_MAX, Shoal } from "../board/shoal.js";
import { launchBrowser } from "./chromium.js";
import { DESKTOP, nameless, PHONE, screenshot, widthOf, withoutAddress } from "./looks.js";
import { BOARD, installExample, servePage, type ServedPage } from "./pages.js";

interface Person {
  readonly context: BrowserContext;
  readonly tab: Page;
}

let shoal: Shoal;
let page: ServedPage;
let browser: Browser;
let ada: Person;
let ben: Person;
/** Of the board that Ada makes. */
let boardAddress: string;
const complaints: string[] = [];

beforeAll(async () => {
  await installExample(BOARD);
  [shoal, browser] = await Promise.all([Shoal.start(), launchBrowser()]);
  page = await servePage(BOARD, shoal.server.url);
});

afterAll(async () => {
  await browser?.close();
  await page?.[Symbol.asyncDispose]();
  await shoal?.[Symbol.asyncDispose]();
});

async function open(address: string, options: Parameters<Browser["newContext"]>[0]): Promise<Person> {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  tab.setDefaultTimeout(15_000);
  tab.on("pageerror", (error) => complaints.push(error.message));
  await tab.goto(address);
  return { context, tab };
}

const noteWith = ({ tab }: Person, text: string): Locator => tab.getByTestId("note").filter({ hasText: text });
const cursorOf = ({ tab }: Person, name: string): Locator => tab.locator(`[data-testid="cursor"][data-name="${name}"]`);
const settled = async ({ tab }: Person): Promise<void> => await tab.locator('[data-testid="connection"][data-connected="true"][data-pending="0"]').waitFor();
const namesOf = async ({ tab }: Person): Promise<(string | null)[]> => await tab.getByTestId("person").evaluateAll((people) => (people as unknown as { getAttribute(name: string): string | null }[]).map((person) => person.getAttribute("data-name")));

async function positionOf(note: Locator): Promise<string> {
  return `${await note.getAttribute("data-x")} ${await note.getAttribute("data-y")}`;
}

/** While `work` is done the server does nothing and says nothing. */
async function whileSilent(work: () => Promise<void>): Promise<void> {
  process.kill(shoal.server.pid, "SIGSTOP");
  try {
    await work();
  } finally {
    process.kill(shoal.server.pid, "SIGCONT");
  }
}

async function drag({ tab }: Person, note: Locator, dx: number, dy: number): Promise<void> {
  const { x, y } = (await note.boundingBox())!;
  await tab.mouse.move(x + 60, y + 60);
  await tab.mouse.down();
  await tab.mouse.move(x + 60 + dx / 2, y + 60 + dy / 2);
  await tab.mouse.move(x + 60 + dx, y + 60 + dy);
  await tab.mouse.up();
}

/** A finger that goes from one place to another. */
async function swipe(finger: CDPSession, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const at = (part: number) => [{ x: from[0] + part * (to[0] - from[0]), y: from[1] + part * (to[1] - from[1]) }];
  await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
  for (const part of [0.1, 0.25, 0.5, 0.75, 1]) await finger.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(part) });
  await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

describe("E board", () => {
  it("E-89 a page without an address, and a board that there is not, say so; people enter by name, with the keyboard alone", async () => {
    ada = await open(page.url, { viewport: DESKTOP });
    const stranger = await ada.context.newPage();
    await withoutAddress(stranger, shoal.server.url);
    await stranger.goto(page.url);
    await stranger.getByTestId("set-up").waitFor();
    await stranger.close();
    await ada.tab.getByTestId("name").waitFor();
    await screenshot(ada.tab, "board-entrance-desktop");
    expect(await nameless(ada.tab)).toEqual([]);
    await ada.tab.getByTestId("name").focus();
    await ada.tab.keyboard.type("Ada Lovelace");
    await ada.tab.keyboard.press("Enter");
    await ada.tab.getByTestId("board-name").focus();
    await ada.tab.keyboard.type("Harbour plans");
    await ada.tab.keyboard.press("Enter");
    await ada.tab.getByTestId("empty").waitFor();
    boardAddress = ada.tab.url();
    await screenshot(ada.tab, "board-empty-desktop");

    ben = await open(boardAddress, { viewport: PHONE, hasTouch: true, isMobile: true });
    await ben.tab.getByText("Harbour plans").waitFor();
    await screenshot(ben.tab, "board-entrance-phone");
    await ben.tab.getByTestId("name").fill("Ben");
    await ben.tab.getByTestId("enter").tap();
    await ben.tab.getByTestId("empty").waitFor();
    const lost = await ben.context.newPage();
    await lost.goto(`${page.url}/#/boards/nothing`);
    await lost.getByTestId("no-board").waitFor();
    await lost.close();
  });

  it("E-80 what is done is on one's own screen while the server says nothing, then on the other's", async () => {
    await settled(ada);
    await whileSilent(async () => {
      await ada.tab.keyboard.press("n");
      await ada.tab.keyboard.type("Move the ferry pier");
      await ada.tab.keyboard.press("Escape");
      await noteWith(ada, "ferry pier").waitFor();
      const before = await positionOf(noteWith(ada, "ferry pier"));
      await drag(ada, noteWith(ada, "ferry pier"), -420, -240);
      expect(await positionOf(noteWith(ada, "ferry pier"))).not.toBe(before);
      await ada.tab.locator('[data-testid="swatch"][data-colour="mint"]').click();
      await noteWith(ada, "ferry pier").and(ada.tab.locator('[data-colour="mint"]')).waitFor();
      expect(await ada.tab.getByTestId("connection").getAttribute("data-pending")).not.toBe("0");
      expect(await ben.tab.getByTestId("note").count()).toBe(0);
    });
    const there = noteWith(ben, "ferry pier").and(ben.tab.locator('[data-colour="mint"]'));
    await there.waitFor();
    await settled(ada);
    expect(await positionOf(there)).toBe(await positionOf(noteWith(ada, "ferry pier")));
  });

  it("E-84 both are in the list, cursors move on the other's screen, and whoever closes the tab is gone", async () => {
    await until(async () => (await namesOf(ada)).join() === "Ada Lovelace,Ben", "both in the list");
    await ada.tab.mouse.move(300, 300);
    await ada.tab.mouse.move(640, 420);
    const frame = (await ada.tab.getByTestId("canvas").boundingBox())!;
    await until(async () => {
      const cursor = cursorOf(ben, "Ada Lovelace");
      return (await cursor.count()) === 1 && (await positionOf(cursor)) === `${Math.round(640 - frame.x)} ${Math.round(420 - frame.y)}`;
    }, "the cursor where it is");
    expect(await cursorOf(ada, "Ada Lovelace").count()).toBe(0);

    const cleo = await open(page.url, { viewport: DESKTOP });
    await cleo.tab.evaluate("localStorage.setItem('shoal.name', 'Cleo')");
    await cleo.tab.goto("about:blank");
    await cleo.tab.goto(boardAddress);
    await until(async () => (await namesOf(ada)).includes("Cleo"), "Cleo in the list");
    await cleo.tab.close();
    await until(async () => !(await namesOf(ada)).includes("Cleo"), "Cleo gone", 10_000);
    await cleo.context.close();
  });

  it("E-82, E-83 whoever writes in a note that another deletes is told; undo brings it back", async () => {
    await noteWith(ada, "ferry pier").dblclick();
    await ada.tab.getByTestId("note-field").waitFor();
    await noteWith(ben, "ferry pier").tap();
    await ben.tab.getByTestId("delete-note").tap();
    await ada.tab.getByTestId("error-toast").filter({ hasText: "The text was not saved. Somebody has deleted this note." }).waitFor();
    await screenshot(ada.tab, "board-refused-desktop");
    expect(await ada.tab.getByTestId("note").count()).toBe(0);
    await ben.tab.getByTestId("undo").tap();
    await noteWith(ada, "ferry pier").waitFor();
  });

  it("E-81 a note that the server refuses is taken back, with the reason", async () => {
    const { boardId } = await shoal.fullBoard();
    await ada.tab.goto(`${page.url}/#/boards/${boardId}`);
    await ada.tab.locator(`[data-testid="canvas"][data-notes="${NOTES_MAX}"]`).waitFor();
    await settled(ada);
    await whileSilent(async () => {
      await ada.tab.getByTestId("add-note").click();
      await ada.tab.locator(`[data-testid="canvas"][data-notes="${NOTES_MAX + 1}"]`).waitFor();
      await ada.tab.keyboard.press("Escape");
    });
    await ada.tab.getByTestId("error-toast").filter({ hasText: `The note was not added. The board is full: it has ${NOTES_MAX} notes. Delete one first.` }).waitFor();
    await ada.tab.locator(`[data-testid="canvas"][data-notes="${NOTES_MAX}"]`).waitFor();
    await ada.tab.goto(boardAddress);
    await noteWith(ada, "ferry pier").waitFor();
  });

  it("E-89 notes are reached, moved, written, recoloured, deleted and brought back by keyboard alone", async () => {
    const { keyboard } = ada.tab;
    const note = noteWith(ada, "pier");
    await ada.tab.getByTestId("frame").focus();
    await keyboard.press("Tab");
    const [x = 0, y = 0] = (await positionOf(note)).split(" ").map(Number);
    await keyboard.press("ArrowRight");
    await keyboard.press("Shift+ArrowDown");
    expect(await positionOf(note)).toBe(`${x + 10} ${y + 60}`);
    await until(async () => (await positionOf(noteWith(ben, "pier"))) === `${x + 10} ${y + 60}`, "the move on Ben's screen");
    await keyboard.press("Enter");
    await keyboard.type(", soon");
    await keyboard.press("Control+Enter");
    await noteWith(ben, "Move the ferry pier, soon").waitFor();
    await keyboard.press("Delete");
    await noteWith(ben, "pier").waitFor({ state: "detached" });
    await keyboard.press("Control+z");
    await noteWith(ben, "Move the ferry pier, soon").waitFor();
    await keyboard.press("Control+z");
    await noteWith(ben, ", soon").waitFor({ state: "detached" });
    await keyboard.press("n");
    await keyboard.type("By keyboard");
    await keyboard.press("Escape");
    await noteWith(ben, "By keyboard").waitFor();
    expect([...(await nameless(ada.tab)), ...(await nameless(ben.tab))]).toEqual([]);
    await screenshot(ada.tab, "board-desktop");
    await ada.tab.emulateMedia({ colorScheme: "dark" });
    await screenshot(ada.tab, "board-dark");
    await ada.tab.emulateMedia({ colorScheme: "light" });
  });

  it("E-89 on a phone a finger pans the board, and moves a note that is chosen", async () => {
    const finger = await ben.context.newCDPSession(ben.tab);
    const scrolled = async () => await ben.tab.getByTestId("frame").evaluate((frame) => Math.round((frame as unknown as { scrollLeft: number }).scrollLeft));
    const before = await scrolled();
    await swipe(finger, [300, 300], [120, 300]);
    await until(async () => (await scrolled()) > before + 80, "the board panned");
    const note = noteWith(ben, "pier");
    await note.scrollIntoViewIfNeeded();
    const start = await positionOf(note);
    await note.tap();
    const { x, y } = (await note.boundingBox())!;
    await swipe(finger, [x + 40, y + 40], [x + 70, y + 130]);
    await until(async () => (await positionOf(note)) !== start, "the note moved");
    await until(async () => (await positionOf(noteWith(ada, "pier"))) === (await positionOf(note)), "the same on Ada's screen");
    expect(await widthOf(ben.tab)).toBe(PHONE.width);
    await screenshot(ben.tab, "board-phone");
    await finger.detach();
  });

  it("E-88 both pages survive kill -9: what was done meanwhile is on screen, said to be offline, and arrives once", async () => {
    await shoal.server.kill();
    await ada.tab.getByTestId("offline").waitFor();
    await ada.tab.getByTestId("add-note").click();
    await ada.tab.keyboard.type("Written while it was down");
    await ada.tab.keyboard.press("Escape");
    await drag(ada, noteWith(ada, "while it was down"), 200, 120);
    await noteWith(ada, "while it was down").waitFor();
    await screenshot(ada.tab, "board-offline-desktop");
    await shoal.server.start();
    await noteWith(ben, "while it was down").waitFor({ timeout: 40_000 });
    await settled(ada);
    await ada.tab.getByTestId("offline").waitFor({ state: "detached" });
    expect(await positionOf(noteWith(ben, "while it was down"))).toBe(await positionOf(noteWith(ada, "while it was down")));
    const boardId = boardAddress.split("/").at(-1)!;
    expect((await shoal.notes(boardId)).map(({ text }) => text).sort()).toEqual(["By keyboard", "Move the ferry pier", "Written while it was down"]);
    await until(async () => (await namesOf(ben)).includes("Ada Lovelace"), "Ada in the list again");
    expect(complaints).toEqual([]);
  });
});
