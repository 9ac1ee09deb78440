/**
 * The clients of other frameworks, each in a page written as its README says, in a real browser. CL-1 to CL-9 are the same for
 * all, CL-10 to CL-12 are what they do on a server of their own. See docs/clients.md.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import type { Browser, Page } from "playwright-core";
import { fetchAction, fetchMutation, fetchQuery, preloadedQueryResult, preloadQuery } from "convex/nextjs";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changeVariables } from "../auth/auth-app.js";
import { IdentityProvider } from "../auth/identity-provider.js";
import { launchBrowser } from "../browser/chromium.js";
import { ROOT, startServer, type TestServer } from "../harness.js";
import { bundle } from "./bundle.js";
import { servePages, type PageServer } from "./page-server.js";

interface Message {
  readonly body: string;
}

const list = makeFunctionReference<"query", { channel: string }, Message[]>("messages:list");
const first = makeFunctionReference<"query", { channel: string }, string>("messages:first");
const user = makeFunctionReference<"query", Record<string, never>, string>("messages:user");
const send = makeFunctionReference<"mutation", { channel: string; body: string }, string>("messages:send");
const shout = makeFunctionReference<"action", { body: string }, string>("messages:shout");

/** Its script, or the whole page, and what it cannot do. */
const CLIENTS = [
  { client: "convex-svelte", source: "svelte/main.ts", isPaginated: true, isMending: true },
  { client: "convex-vue", source: "vue/main.ts", isPaginated: false, isMending: true },
  // It takes no result for a query that began with an error.
  { client: "@convex-dev/react-query", source: "react-query.tsx", isPaginated: true, isMending: false },
  { client: "script tag", source: "script-tag.html", isPaginated: true, isMending: true },
] as const;

/** More messages than a page holds, for all clients. */
const ARCHIVE = ["oldest", "older", "old"] as const;

let server: TestServer;
let provider: IdentityProvider;
let pages: PageServer;
let browser: Browser;
let token: string;

beforeAll(async () => {
  [server, provider, pages, browser] = await Promise.all([startServer(), IdentityProvider.start(), servePages(), launchBrowser()]);
  await changeVariables(server, { AUTH_PROVIDERS: JSON.stringify([provider.openId()]) });
  await server.deploy("clients");
  token = await provider.token({ subject: "ann" });
  for (const body of ARCHIVE) await server.http().mutation(send, { channel: "archive", body });
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([pages, server, provider].map((each) => each?.[Symbol.asyncDispose]()));
});

/** A tab, with the errors that no code of the page has caught. */
async function open(html: string, settings: object): Promise<{ tab: Page; errors: Error[] }> {
  pages.files.set("/", `<!doctype html><script>const settings = ${JSON.stringify({ url: server.url, token, ...settings })};</script>${html}`);
  const tab = await browser.newPage();
  tab.setDefaultTimeout(10_000);
  const errors: Error[] = [];
  tab.on("pageerror", (error) => errors.push(error));
  await tab.goto(pages.url);
  return { tab, errors };
}

async function pageOf(source: string): Promise<string> {
  if (source.endsWith(".html")) {
    pages.files.set("/browser.bundle.js", await readFile(join(ROOT, "node_modules", "convex", "dist", "browser.bundle.js"), "utf8"));
    return await readFile(join(import.meta.dirname, "pages", source), "utf8");
  }
  pages.files.set("/page.js", await bundle(source));
  return `<body></body><script src="/page.js"></script>`;
}

async function type(tab: Page, text: string, button: "send" | "shout"): Promise<void> {
  await tab.locator("input").fill(text);
  await tab.locator(`#${button}`).click();
}

/** Waits until an element shows exactly this. */
const shows = (tab: Page, id: string, text: string) => tab.locator(`#${id}`).filter({ hasText: new RegExp(`^${text}$`) }).waitFor({ state: "attached" });
/** Waits until a list has exactly these items. */
const lists = (tab: Page, id: string, items: readonly string[]) => tab.waitForFunction(([id, text]) => texts(id!) === text, [id, items.join("\n")] as const);

/** Runs in the page. */
declare function texts(id: string): string;
const DEFINE_TEXTS = `globalThis.texts = (id) => [...document.querySelectorAll("#" + id + " li")].map((item) => item.textContent).join("\\n")`;

/** Open tabs of the clients, all with the same messages. */
const left: Page[] = [];

describe.each(CLIENTS)("CL $client", ({ client, source, isPaginated, isMending }) => {
  it("subscribes, sees changes, mutates, fails, acts, signs in and out", async () => {
    const channel = client;
    const { tab, errors } = await open(await pageOf(source), { channel });
    await tab.evaluate(DEFINE_TEXTS);
    const other = server.client();

    await shows(tab, "first", "nobody has spoken"); // CL-3: a query that fails
    await other.mutation(send, { channel, body: "one" });
    await lists(tab, "messages", ["one"]); // CL-2: a change by somebody else
    if (isMending) await shows(tab, "first", "one"); // CL-3: and recovers

    await type(tab, "two", "send"); // CL-4: a mutation
    await lists(tab, "messages", ["one", "two"]);
    expect((await other.query(list, { channel })).map(({ body }) => body)).toEqual(["one", "two"]);

    await type(tab, "three!", "send"); // CL-5: a mutation that fails, and its optimistic update with it
    await shows(tab, "error", "no shouting");
    await lists(tab, "messages", ["one", "two"]);

    await type(tab, "quiet", "shout"); // CL-6: an action
    await shows(tab, "shouted", "QUIET");

    if (isPaginated) {
      await lists(tab, "page", ARCHIVE.slice(0, 2)); // CL-7: page after page
      await tab.locator("#more").click();
      await lists(tab, "page", ARCHIVE);
    }

    await shows(tab, "user", "nobody"); // CL-8: a user comes, and leaves
    await tab.locator("#sign").click();
    await shows(tab, "user", "ann");
    await tab.locator("#sign").click();
    await shows(tab, "user", "nobody");

    expect(errors).toEqual([]);
    left.push(tab);
  });
});

it("CL-9 what a page sends while the server is gone is shown at once, and arrives when it is back", async () => {
  expect(left).toHaveLength(CLIENTS.length);
  await server.kill();
  for (const tab of left) {
    await type(tab, "four", "send");
    await lists(tab, "messages", ["one", "two", "four (sending)"]);
  }
  await server.start();
  await Promise.all(left.map((tab) => lists(tab, "messages", ["one", "two", "four"])));
});

/** What the module `tests/clients/pages/server.tsx` exports. */
interface FrameworkServers {
  renderNextPage(request: ServerRequest): Promise<{ html: string; state: unknown }>;
  renderVuePage(request: ServerRequest): Promise<string>;
  loadSvelteKitPage(request: ServerRequest): Promise<{ messages: Message[]; user: string }>;
  prefetchReactQueryPage(request: ServerRequest): Promise<{ messages: Message[]; first: string }>;
}

interface ServerRequest {
  readonly url: string;
  readonly channel: string;
  readonly token: string;
}

describe("CL on the framework's server", () => {
  let servers: FrameworkServers;

  beforeAll(async () => {
    servers = evaluateCommonJs(await bundle("server.tsx", "server")) as FrameworkServers;
  });

  it("CL-10 convex/nextjs fetches, mutates and acts, with the user of a token", async () => {
    const options = { url: server.url };
    const channel = "next functions";
    await expect(fetchQuery(first, { channel }, options)).rejects.toMatchObject({ data: { code: "nobody has spoken" } });
    await fetchMutation(send, { channel, body: "from a server action" }, options);
    await expect(fetchMutation(send, { channel, body: "!" }, options)).rejects.toMatchObject({ data: { code: "no shouting" } });
    expect(await fetchAction(shout, { body: "from a route" }, options)).toBe("FROM A ROUTE");
    expect(await fetchQuery(user, {}, { ...options, token })).toBe("ann");
    expect(await fetchQuery(user, {}, options)).toBe("nobody");
    await expect(fetchQuery(user, {}, { ...options, token: "no token" })).rejects.toThrow("The token is no JSON Web Token");
    const preloaded = await preloadQuery(list, { channel }, options);
    expect(preloadedQueryResult(preloaded)).toMatchObject([{ channel, body: "from a server action" }]);
  });

  it("CL-11 a page that was preloaded and rendered on the server is hydrated, and lives on", async () => {
    const channel = "next page";
    await server.http().mutation(send, { channel, body: "one" });
    const { html, state } = await servers.renderNextPage({ url: server.url, channel, token });
    expect(html).toContain(`<ul id="messages"><li>one</li></ul>`);
    expect(html).toContain(`<p id="user">ann</p>`);
    pages.files.set("/page.js", await bundle("next-client.tsx"));
    const { tab, errors } = await open(`<div id="root">${html}</div><script src="/page.js"></script>`, { channel, state });
    await tab.evaluate(DEFINE_TEXTS);
    await shows(tab, "count", "1");
    await server.http().mutation(send, { channel, body: "two" });
    await lists(tab, "messages", ["one", "two"]);
    await type(tab, "three", "send");
    await lists(tab, "messages", ["one", "two", "three"]);
    expect(errors).toEqual([]);
    await tab.close();
  });

  it("CL-12 convex-vue, convex-svelte/sveltekit and @convex-dev/react-query fetch before they render", async () => {
    const request = { url: server.url, channel: "archive", token };
    expect(await servers.renderVuePage(request)).toBe("<ul><li>oldest</li><li>older</li><li>old</li></ul>");
    expect(await servers.loadSvelteKitPage(request)).toMatchObject({ messages: ARCHIVE.map((body) => ({ body })), user: "ann" });
    expect(await servers.prefetchReactQueryPage(request)).toMatchObject({ messages: ARCHIVE.map((body) => ({ body })), first: "oldest" });
  });
});

function evaluateCommonJs(script: string): unknown {
  const module = { exports: {} };
  const wrapper = runInThisContext(`(function (module, exports, require) {${script}\n})`) as (module: object, exports: object, require: NodeJS.Require) => void;
  wrapper(module, module.exports, createRequire(import.meta.url));
  return module.exports;
}
