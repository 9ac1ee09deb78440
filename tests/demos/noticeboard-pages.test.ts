/**
 * The same app (tests/apps/demos/noticeboard) from outside of any build: pages with a script tag in a real browser, uploads, beacons,
 * and what `curl` sends. DM-4.
 */
import { randomUUID } from "node:crypto";
import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeVariables } from "../auth/auth-app.js";
import { launchBrowser } from "../browser/chromium.js";
import { servePages, type PageServer } from "../clients/page-server.js";
import { mutationNamed, queryNamed, ROOT, startServer, temporaryFolder, until, type TestServer } from "../harness.js";
import { callWrongly } from "./wrong-arguments.js";

const PAGES = join(import.meta.dirname, "pages");
const BUNDLE = join(ROOT, "node_modules", "convex", "dist", "browser.bundle.js");
/** A picture of one point. */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

interface Notice {
  readonly _id: string;
  readonly title: string;
  readonly author: string;
}

let server: TestServer;
let pages: PageServer;
let browser: Browser;

beforeAll(async () => {
  [server, pages, browser] = await Promise.all([startServer(), servePages(), launchBrowser()]);
  await Promise.all([server.deploy("demos/noticeboard"), changeVariables(server, { PAGE_ORIGIN: pages.url })]);
  pages.files.set("/browser.bundle.js", await readFile(BUNDLE, "utf8"));
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([pages, server].map((each) => each?.[Symbol.asyncDispose]()));
});

const list = (): Promise<Notice[]> => server.http().query(queryNamed("notices:list"), {}) as Promise<Notice[]>;
const post = (title: string) => server.http().mutation(mutationNamed("notices:post"), { title, author: "Ida" });

/** A tab, with what its page has printed. */
async function open(address: string): Promise<{ tab: Page; printed: string[] }> {
  const tab = await browser.newPage();
  tab.setDefaultTimeout(10_000);
  const printed: string[] = [];
  tab.on("console", (message) => printed.push(message.text()));
  await tab.goto(address);
  return { tab, printed };
}

describe("args-validation", () => {
  test("wrong arguments of every kind are refused, and write nothing", async () => {
    await post("the only one");
    const before = await list();
    const { invalid, malformed } = await callWrongly(server, () => before[0]!._id);
    expect(invalid.length).toBeGreaterThan(90);
    for (const { name, args, answer } of invalid) expect(answer, `${name} ${JSON.stringify(args)}`).toEqual({ httpStatus: 560, text: expect.stringContaining("ArgumentValidationError: ") as string });
    for (const { name, args, answer } of malformed) expect(answer, `${name} ${JSON.stringify(args)}`).toEqual({ httpStatus: 400, text: expect.stringContaining("BadArguments") as string });
    expect(await list()).toEqual(before);
    await server.http().mutation(mutationNamed("notices:takeDownAll"), {});
  });
});

describe("http", () => {
  test("notices are posted and read with curl", async () => {
    const posted = await fetch(`${server.url}/postNotice`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ title: "hello", author: "Jon" }) });
    expect([posted.status, await posted.text()]).toEqual([200, ""]);
    const by = async (query: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${server.url}/noticesBy${query}`, { headers });
      return [response.status, response.headers.get("content-type"), await response.text()];
    };
    const found = [200, "application/json", JSON.stringify(["hello (by post)"])];
    expect(await by("?author=Jon")).toEqual(found);
    expect(await by("", { author: "Jon" })).toEqual(found);
    expect(await by("?author=nobody")).toEqual([200, "application/json", "[]"]);
    expect(await by("")).toEqual([400, "text/plain;charset=UTF-8", "Say whose: ?author=, or a header."]);
  });

  test.each([
    ["what is no JSON", "{", "SyntaxError"],
    ["nothing", "", "SyntaxError"],
    ["what the mutation refuses", JSON.stringify({ title: "no author" }), "ArgumentValidationError"],
    ["what the app refuses", JSON.stringify({ title: "x".repeat(50), author: "Jon" }), "A title has at most 40 characters."],
  ])("%s is an error of the route, and posts nothing", async (_what, body, error) => {
    const before = await list();
    const response = await fetch(`${server.url}/postNotice`, { method: "POST", body });
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining(error)]);
    expect(await list()).toEqual(before);
  });
});

describe("html", () => {
  test("a page on a disk and one on a host list, post, and leave word as they close", async () => {
    const folder = await temporaryFolder();
    await Promise.all([cp(join(PAGES, "board.html"), join(folder, "index.html")), cp(BUNDLE, join(folder, "browser.bundle.js"))]);
    pages.files.set(`/?deployment=${server.url}`, await readFile(join(PAGES, "board.html"), "utf8"));
    const [onDisk, hosted] = await Promise.all([open(`${pathToFileURL(join(folder, "index.html")).href}?deployment=${server.url}`), open(`${pages.url}/?deployment=${server.url}`)]);
    const shows = ({ tab }: typeof onDisk, first: string) => tab.locator(".notices li").first().filter({ hasText: first }).waitFor();
    for (const [writer, reader, title] of [[onDisk, hosted, "from a disk"], [hosted, onDisk, "from a host"]] as const) {
      await writer.tab.locator("input").fill(title);
      await writer.tab.locator("input").press("Enter");
      await Promise.all([shows(writer, `me: ${title}`), shows(reader, `me: ${title}`)]);
    }
    await until(() => onDisk.printed.some((line) => line.includes("from a host")), "the same list by anyApi");
    // To another page, as closing the last tab of a context ends its network too.
    await onDisk.tab.goto("about:blank");
    await shows(hosted, "a beacon: gone");
    await hosted.tab.goto("about:blank");
    await until(async () => (await list()).filter(({ author }) => author === "a beacon").length === 2, "the beacon of the other page");
    await rm(folder, { recursive: true, force: true });
  });
});

describe("uploads from a page", () => {
  const photosPage = async (author: string, host: PageServer = pages) => {
    host.files.set(`/photos?deployment=${server.url}&author=${author}`, await readFile(join(PAGES, "photos.html"), "utf8"));
    return open(`${host.url}/photos?deployment=${server.url}&author=${author}`);
  };
  const send = async (tab: Page, button: "toUrl" | "toAction") => {
    await tab.locator("input").setInputFiles({ name: "dot.png", mimeType: "image/png", buffer: PNG });
    await tab.locator(`#${button}`).click();
  };
  /** As many pictures as were sent, each by its URL and through the route. */
  const shown = (tab: Page, author: string) => tab.waitForFunction((title) => pictures(title), author);
  const DEFINE_PICTURES = `globalThis.pictures = (title) => { const images = [...document.querySelectorAll("li[title='" + title + "'] img")]; return images.length === 2 && images.every((image) => image.complete && image.naturalWidth === 1); }`;

  test("file-storage: to a URL that a mutation gave", async () => {
    const { tab } = await photosPage("Ida");
    await tab.evaluate(DEFINE_PICTURES);
    await send(tab, "toUrl");
    await shown(tab, "Ida");
    await tab.close();
  });

  test("file-storage-with-http: to an HTTP action, after a preflight that it answers itself; for its own origin only", async () => {
    const { tab } = await photosPage("Jon");
    await tab.evaluate(DEFINE_PICTURES);
    await send(tab, "toAction");
    await shown(tab, "Jon");

    await using elsewhere = await servePages();
    elsewhere.files.set("/browser.bundle.js", await readFile(BUNDLE, "utf8"));
    const stranger = await photosPage("Eve", elsewhere);
    await send(stranger.tab, "toAction");
    await stranger.tab.locator("#error").filter({ hasText: "Failed to fetch" }).waitFor();
    expect(await stranger.tab.locator("li[title='Eve']").count()).toBe(0);
    const missing = await fetch(`${server.url}/photo?storageId=${randomUUID()}`);
    expect([missing.status, await missing.text()]).toEqual([404, "No such photo"]);
    await Promise.all([tab.close(), stranger.tab.close()]);
  });
});

/** Runs in the page. */
declare function pictures(title: string): boolean;
