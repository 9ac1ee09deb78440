/**
 * E-40, E-41, E-44, E-48 to E-51 as people see them: the sync example in two real browsers, one at a board and one at the
 * grid with the engine's instruments. Times are a tenth of those in life.
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type RunningIssuer } from "../../examples/issuer/server.js";
import { createSigningKey, dataUri } from "../../examples/issuer/signing-key.js";
import { viewerAccount } from "../../examples/sync/issuer/accounts.js";
import SETTINGS from "../../examples/sync/issuer/settings.js";
import { World } from "../../examples/sync/source/world.js";
import { ADMIN_KEY, COMPONENT_PACKAGES, mutationNamed, startServer, until, type TestServer } from "../harness.js";
import { WatchedSource } from "../sync-example/watched-source.js";
import { launchBrowser } from "./chromium.js";
import { installExample, servePage, SYNC, type ServedPage } from "./pages.js";

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const ISSUER_NAME = "https://issuer.test";
const TOKEN_SECONDS = 600;
const VARIABLES = { HEARTBEAT_MS: "2000", SCAN_SECONDS: "1", REFRESH_MS: "1000", FETCH_TIMEOUT_MS: "4000" };

interface Person {
  readonly context: BrowserContext;
  readonly tab: Page;
}

let server: TestServer;
let world: World;
let source: WatchedSource;
let issuer: RunningIssuer;
let page: ServedPage;
let browser: Browser;
let atGrid: Person;
let atBoard: Person;

beforeAll(async () => {
  await installExample(SYNC);
  world = new World(12);
  const key = await createSigningKey(SETTINGS.algorithm);
  [server, source, browser] = await Promise.all([startServer(), WatchedSource.start(world), launchBrowser()]);
  issuer = await startIssuer({ ...SETTINGS, issuer: ISSUER_NAME, key, seconds: TOKEN_SECONDS, appOrigins: [] }, 0);
  await setEnvironment({ WHITEBOARD_ISSUER: ISSUER_NAME, WHITEBOARD_JWKS: dataUri(key.publicKeys), SOURCE_URL: source.url, ...VARIABLES });
  [page] = await Promise.all([servePage(SYNC, server.url, { VITE_WHITEBOARD_ISSUER: issuer.url }), server.deploy(SYNC, COMPONENT_PACKAGES)]);
});

afterAll(async () => {
  await browser?.close();
  await page?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await source?.[Symbol.asyncDispose]();
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

async function open(address = ""): Promise<Person> {
  const context = await browser.newContext({ viewport: DESKTOP });
  const tab = await context.newPage();
  await tab.goto(page.url + address);
  return { context, tab };
}

async function signIn(person: Person, account: string): Promise<void> {
  await person.tab.getByTestId("sign-in").click();
  await person.tab.getByTestId(`account-${account}`).click();
  await person.tab.getByTestId("my-name").waitFor();
}

async function screenshot({ tab }: Person, name: string): Promise<void> {
  const folder = process.env["RIVULET_SCREENSHOTS"];
  if (folder !== undefined) await tab.screenshot({ path: `${folder}/sync-${name}.png`, animations: "disabled" });
}

const tile = ({ tab }: Person, number: number) => tab.locator(`[data-testid="board-tile"][data-key="boards/board-${number}"]`);
const hotTile = (person: Person, number: number) => tile(person, number).and(person.tab.locator('[data-hot="true"]'));
const coldTile = (person: Person, number: number) => tile(person, number).and(person.tab.locator('[data-hot="false"]'));
/** As much of an element as is looked at: these tests are compiled without the types of the browser. */
interface NoteElement {
  getAttribute(name: string): string | null;
  readonly style: { readonly cssText: string };
}
const places = async ({ tab }: Person) =>
  await tab.getByTestId("note").evaluateAll((notes) => (notes as unknown as NoteElement[]).map((note) => `${note.getAttribute("data-id")} ${note.getAttribute("data-votes")} ${note.style.cssText}`).sort());
const noteIds = async ({ tab }: Person) => await tab.getByTestId("note").evaluateAll((notes) => (notes as unknown as NoteElement[]).map((note) => note.getAttribute("data-id")).sort());
const idsInWorld = (number: number) => world.board(`board-${number}`)!.notes.map(({ id }) => id).sort();

describe("E sync", () => {
  it("E-50 a page without an address says so, and one that is not signed in shows the copies and fetches nothing", async () => {
    await using unset = await servePage(SYNC, "");
    const context = await browser.newContext({ viewport: DESKTOP });
    const tab = await context.newPage();
    const errors: string[] = [];
    tab.on("pageerror", (error) => errors.push(error.message));
    await tab.goto(unset.url);
    await tab.getByTestId("set-up").waitFor();
    await screenshot({ context, tab }, "set-up");
    expect(errors).toEqual([]);
    await context.close();

    atGrid = await open();
    await atGrid.tab.getByTestId("signed-out").waitFor();
    await atGrid.tab.getByTestId("no-boards").waitFor();
    await screenshot(atGrid, "signed-out");
    expect(source.asked).toEqual([]);
  });

  it("E-40, E-41 signed in, the grid has the catalogue fetched; a board turns hot when somebody opens it, and only that one", async () => {
    await signIn(atGrid, "operator");
    await until(async () => (await atGrid.tab.getByTestId("board-tile").count()) === 12, "the boards");
    expect(await atGrid.tab.getByTestId("hot-count").getAttribute("data-count")).toBe("0");
    await screenshot(atGrid, "grid-cold");

    atBoard = await open();
    await signIn(atBoard, "viewer-1");
    await tile(atBoard, 3).click();
    await until(async () => (await noteIds(atBoard)).join() === idsInWorld(3).join(), "the notes");
    await hotTile(atGrid, 3).waitFor();
    expect(await atGrid.tab.getByTestId("hot-count").getAttribute("data-count")).toBe("1");
    expect(new Set(source.asked)).toEqual(new Set(["catalogue", "boards/board-3"]));
  });

  it("E-44 a change at the source reaches the board, and the grid's picture of it, by itself", async () => {
    const before = await places(atBoard);
    for (let change = 0; change < 4; change++) world.change("board-3");
    await until(async () => (await noteIds(atBoard)).join() === idsInWorld(3).join() && (await places(atBoard)).join() !== before.join(), "the change");
    const counts = atGrid.tab.getByTestId("engine-counts");
    await until(async () => Number(await counts.getAttribute("data-unchanged")) > 2, "refreshes that find nothing new");
    await screenshot(atBoard, "board");
    await atBoard.tab.getByTestId("inspect").click();
    await atBoard.tab.locator('[data-testid="sync-figures"][data-loading="false"]').waitFor();
    await screenshot(atBoard, "board-figures");
    await atBoard.tab.getByTestId("inspect").click();
  });

  it("E-45 the grid shows the workers, the queue and the tokens at work", async () => {
    const looked = [1, 2, 5, 6, 8, 9, 11];
    const visitor = server.http();
    visitor.setAuth(await issuer.tokens.identity(viewerAccount(2)));
    source.hold();
    await visitor.mutation(mutationNamed("presence:heartbeat"), { keys: looked.map((number) => `boards/board-${number}`) });
    await atGrid.tab.locator('[data-testid="engine-workers"][data-count="4"]').waitFor();
    await until(async () => Number(await atGrid.tab.getByTestId("engine-queue").getAttribute("data-count")) > 0, "a queue");
    await screenshot(atGrid, "grid-busy");
    source.release();
    for (const number of looked) await hotTile(atGrid, number).waitFor();
    await until(async () => (await tile(atGrid, 11).locator("rect").count()) === idsInWorld(11).length, "the pictures");
    await screenshot(atGrid, "grid-hot");
    await atGrid.tab.emulateMedia({ colorScheme: "dark" });
    await screenshot(atGrid, "grid-dark");
    await atGrid.tab.emulateMedia({ colorScheme: "light" });
    for (const number of looked) await coldTile(atGrid, number).waitFor();
    await hotTile(atGrid, 3).waitFor();
    expect(source.inFlightMax).toBeLessThanOrEqual(4);
  });

  it("E-48 after kill -9 the board is kept in sync again, and nothing was asked for twice at a time", async () => {
    await server.kill();
    world.change("board-3");
    world.change("board-3");
    await server.start();
    await until(async () => (await noteIds(atBoard)).join() === idsInWorld(3).join(), "the notes", 40_000);
    const fetches = source.timesAsked("boards/board-3");
    await until(() => source.timesAsked("boards/board-3") > fetches, "refreshes to go on", 40_000);
    expect(source.askedTwice).toEqual([]);
  });

  it("E-49 the operator wipes everything, and what is looked at comes back as it was", async () => {
    const before = await places(atBoard);
    await atGrid.tab.getByTestId("wipe").click();
    await until(async () => (await tile(atGrid, 1).locator("rect").count()) === 0 && (await atGrid.tab.getByTestId("board-tile").count()) === 12, "the grid to be wiped and the catalogue to be back");
    await hotTile(atGrid, 3).waitFor();
    await until(async () => (await places(atBoard)).join() === before.join(), "the board as it was");
    expect(await atBoard.tab.getByTestId("wipe").count()).toBe(0);
  });

  it("E-51 it fits a phone", async () => {
    await atGrid.tab.setViewportSize(PHONE);
    await atBoard.tab.setViewportSize(PHONE);
    for (const { tab } of [atGrid, atBoard]) expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
    await screenshot(atGrid, "phone-grid");
    await screenshot(atBoard, "phone-board");
    await atBoard.tab.emulateMedia({ colorScheme: "dark" });
    await screenshot(atBoard, "phone-board-dark");
    await atBoard.tab.goto(`${page.url}#/boards/none`);
    await atBoard.tab.locator('[data-testid="no-board"][data-unknown="true"]').waitFor();
    await screenshot(atBoard, "phone-unknown");
    await atBoard.tab.getByTestId("sign-out").click();
    await atBoard.tab.getByTestId("signed-out").waitFor();
  });
});
