/**
 * E-1 … E-4: the main job. The chat example, pushed with the public CLI, in two real browsers: each sees the other's writes
 * at once, and after `kill -9` in the middle of writes everything acknowledged is there, once.
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { launchBrowser } from "./chromium.js";
import { CHAT, installExample, servePage, type ServedPage } from "./pages.js";

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

let server: TestServer;
let page: ServedPage;
let browser: Browser;

beforeAll(async () => {
  await installExample(CHAT);
  server = await startServer();
  await server.deploy(CHAT);
  await server.http().mutation(mutationNamed("rooms:create"), { name: "Lobby" });
  [page, browser] = await Promise.all([servePage(CHAT, server.url), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await page?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

async function openTab(author: string, viewport: { width: number; height: number }): Promise<{ context: BrowserContext; tab: Page }> {
  const context = await browser.newContext({ viewport });
  await context.addInitScript({ content: `localStorage.setItem("brook.author", ${JSON.stringify(author)})` });
  const tab = await context.newPage();
  await tab.goto(`${page.url}/#/lobby`);
  await tab.getByTestId("room-title").waitFor();
  return { context, tab };
}

async function send(tab: Page, text: string): Promise<void> {
  await tab.getByTestId("composer-input").fill(text);
  await tab.getByTestId("composer-send").click();
}

const messageWith = (tab: Page, text: string) => tab.getByTestId("message").filter({ hasText: text });

describe("E chat", () => {
  it("E-1 two browsers see each other's messages, E-2 a refused one is rolled back", async () => {
    const ada = await openTab("Ada", DESKTOP);
    const ben = await openTab("Ben", PHONE);
    await send(ada.tab, "hello from the desktop");
    await messageWith(ben.tab, "hello from the desktop").waitFor();
    await send(ben.tab, "hello from the phone");
    await messageWith(ada.tab, "hello from the phone").waitFor();
    await messageWith(ada.tab, "hello from the desktop").and(ada.tab.locator('[data-status="sent"]')).waitFor();

    const tooLong = "x".repeat(2001);
    await send(ada.tab, tooLong);
    await ada.tab.getByTestId("error-toast").waitFor();
    await until(async () => (await messageWith(ada.tab, tooLong).count()) === 0, "the refused message to go");
    expect(await ben.tab.getByTestId("message").count()).toBe(2);
    if (process.env["RIVULET_SCREENSHOTS"] !== undefined) {
      await ada.tab.screenshot({ path: `${process.env["RIVULET_SCREENSHOTS"]}/desktop.png` });
      await ben.tab.screenshot({ path: `${process.env["RIVULET_SCREENSHOTS"]}/phone.png` });
    }
    await ada.context.close();
    await ben.context.close();
  });

  it("E-3 survives kill -9 in the middle of writes: tabs reconnect, E-4 every acknowledged message is there, none twice", async () => {
    const ada = await openTab("Ada", DESKTOP);
    const ben = await openTab("Ben", DESKTOP);
    const { messages: before } = (await server.http().query(queryNamed("rooms:stats"), {})) as { messages: number };
    await until(async () => (await ben.tab.getByTestId("message").count()) === before, "the second tab to show what there is");
    const texts = Array.from({ length: 20 }, (_, i) => `number ${i} of many`);
    for (const [i, text] of texts.entries()) {
      await send(ada.tab, text);
      // In the middle: some are answered, some are on their way.
      if (i === 9) await server.kill();
      if (i === 12) await server.start();
    }
    await until(async () => (await ada.tab.getByTestId("connection").getAttribute("data-connected")) === "true", "the first tab to reconnect", 40_000);
    await until(async () => (await ada.tab.locator('[data-testid="message"][data-status="sending"]').count()) === 0, "every message to be confirmed", 40_000);
    await until(async () => (await ben.tab.getByTestId("message").count()) === before + texts.length, "the second tab to show all", 40_000);
    const bodies = await ben.tab.getByTestId("message-body").allInnerTexts();
    for (const text of texts) expect(bodies.filter((body) => body === text)).toHaveLength(1);
    expect(await server.http().query(queryNamed("rooms:stats"), {})).toMatchObject({ messages: before + texts.length });
    await ada.context.close();
    await ben.context.close();
  });
});
