/**
 * E-20 … E-26: the CRM in real browsers, as an owner at a desktop and an agent with a phone have it open: one changes what the
 * other sees, and nobody reloads.
 */
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrmDeployment } from "../crm/deployment.js";
import { until } from "../harness.js";
import { launchBrowser } from "./chromium.js";
import { CRM, servePage, type ServedPage } from "./pages.js";

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

interface Person {
  readonly context: BrowserContext;
  readonly tab: Page;
}

let crm: CrmDeployment;
let page: ServedPage;
let browser: Browser;
let owner: Person;
let agent: Person;
/** What the pages complained about. */
const complaints: string[] = [];

beforeAll(async () => {
  crm = await CrmDeployment.start();
  [page, browser] = await Promise.all([servePage(join(CRM, "packages", "web"), crm.server.url, { VITE_CRM_ISSUER: crm.issuerUrl }), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await page?.[Symbol.asyncDispose]();
  await crm?.[Symbol.asyncDispose]();
});

async function signIn(account: string, viewport: { width: number; height: number }): Promise<Person> {
  const context = await browser.newContext({ viewport, hasTouch: viewport === PHONE, colorScheme: viewport === PHONE ? "dark" : "light" });
  const tab = await context.newPage();
  tab.on("pageerror", (error) => complaints.push(error.message));
  await tab.goto(page.url);
  await tab.getByTestId("sign-in").click();
  await tab.getByTestId(`account-${account}`).click();
  return { context, tab };
}

async function screenshot({ tab }: Person, name: string): Promise<void> {
  const folder = process.env["RIVULET_SCREENSHOTS"];
  if (folder !== undefined) await tab.screenshot({ path: `${folder}/crm-${name}.png`, animations: "disabled" });
}

const dealOf = ({ tab }: Person, title: string) => tab.locator(`[data-testid="deal"][data-title="${title}"]`);
const memberOf = ({ tab }: Person, email: string) => tab.locator(`[data-testid="member"][data-email="${email}"]`);
const go = ({ tab }: Person, place: string) => tab.getByTestId(`place-${place}`).click();

async function openContact(person: Person, name: string): Promise<void> {
  await go(person, "contacts");
  await person.tab.getByTestId("search").fill(name);
  await person.tab.getByTestId("contact-row").filter({ hasText: name }).click();
  await person.tab.getByTestId("contact-title").filter({ hasText: name }).waitFor();
}

describe("E crm", () => {
  it("E-20 two people of different roles sign in and see what they may", async () => {
    [owner, agent] = await Promise.all([signIn("owner", DESKTOP), signIn("agent-1", PHONE)]);
    await until(async () => (await owner.tab.getByTestId("deal").count()) === 12, "the company's deals");
    await agent.tab.locator('[data-testid="my-role"][data-role="agent"]').waitFor();
    await agent.tab.getByRole("tab", { name: "Proposal" }).click();
    await dealOf(agent, "Notes on the engine").waitFor();
    expect(await agent.tab.getByTestId("deal").count()).toBe(1);
    expect(await agent.tab.getByTestId("place-keys").count()).toBe(0);
    await screenshot(owner, "pipeline-desktop");
    await screenshot(agent, "pipeline-phone");
  });

  it("E-26 a deal that one person moves is moved on the other's screen; a won one makes a customer", async () => {
    await dealOf(owner, "Notes on the engine").dragTo(owner.tab.getByTestId("stage-won"));
    await owner.tab.getByTestId("stage-won").locator('[data-title="Notes on the engine"]').waitFor();
    await until(async () => (await agent.tab.getByTestId("deal").count()) === 0, "the card to leave the agent's column");
    await agent.tab.getByRole("tab", { name: "Won" }).click();
    await dealOf(agent, "Notes on the engine").waitFor();
    await dealOf(agent, "Notes on the engine").getByTestId("stage-select").selectOption("proposal");
    await owner.tab.getByTestId("stage-proposal").locator('[data-title="Notes on the engine"]').waitFor();
    await openContact(owner, "Ada Lovelace");
    expect(await owner.tab.getByTestId("contact-status").inputValue()).toBe("customer");
    await owner.tab.getByTestId("contact-status").selectOption("lead");
  });

  it("E-20 an owner changes a role, and the other's open page follows without a reload", async () => {
    await agent.tab.evaluate("window.sameVisit = true");
    await agent.tab.getByRole("tab", { name: "Qualified" }).click();
    await until(async () => (await agent.tab.getByTestId("deal").count()) === 1, "the agent's own deal");
    await go(owner, "team");
    await memberOf(owner, "agent-1@ferry.example").getByTestId("role-select").selectOption("leader");
    await dealOf(agent, "Automatic computing engine").waitFor();
    await agent.tab.locator('[data-testid="my-role"][data-role="leader"]').waitFor();

    await memberOf(owner, "agent-1@ferry.example").getByTestId("role-select").selectOption("owner");
    await go(agent, "keys");
    await agent.tab.getByTestId("add-key").waitFor();
    await memberOf(owner, "agent-1@ferry.example").getByTestId("role-select").selectOption("agent");
    await agent.tab.getByTestId("not-allowed").waitFor();
    await screenshot(agent, "not-allowed-phone");
    expect(await agent.tab.getByTestId("place-keys").count()).toBe(0);
    expect(await agent.tab.evaluate("window.sameVisit")).toBe(true);
    await owner.tab.getByTestId("audit").getByText("leader → owner").waitFor();
    await screenshot(owner, "team-desktop");
    await go(agent, "team");
    await memberOf(agent, "agent-1@ferry.example").waitFor();
    await screenshot(agent, "team-phone");
  });

  it("E-25 a search shows matches as they are written, and new ones by themselves", async () => {
    await go(agent, "contacts");
    await agent.tab.getByTestId("search").fill("tes");
    await agent.tab.getByText("Nobody of that name").waitFor();
    await agent.tab.getByTestId("add-contact").click();
    await agent.tab.getByTestId("contact-name").fill("Nikola Tesla");
    await agent.tab.getByTestId("contact-email").fill("nikola@tesla.example");
    await agent.tab.getByTestId("dialog-submit").click();
    await agent.tab.getByTestId("contact-title").filter({ hasText: "Nikola Tesla" }).waitFor();
    await agent.tab.getByTestId("back").click();
    await agent.tab.getByTestId("contact-row").filter({ hasText: "Nikola Tesla" }).waitFor();
    expect(await agent.tab.getByTestId("contact-row").count()).toBe(1);
    await screenshot(agent, "search-phone");
    await openContact(owner, "Nikola Tesla");
  });

  it("E-26 notes, tasks and the follow-up of a contact are live for whoever looks at it", async () => {
    await openContact(agent, "Nikola Tesla");
    await owner.tab.getByTestId("note-input").fill("Wants alternating current.");
    await owner.tab.getByTestId("save-note").click();
    await agent.tab.getByTestId("note").filter({ hasText: "alternating current" }).waitFor();
    await agent.tab.getByTestId("task-title").fill("Send the offer");
    await agent.tab.getByTestId("add-task").click();
    await owner.tab.locator('[data-testid="task"][data-title="Send the offer"]').waitFor();
    await owner.tab.getByTestId("start-sequence").click();
    await agent.tab.locator('[data-testid="sequence"][data-status="running"][data-steps="1"]').waitFor();
    await owner.tab.getByTestId("activity").filter({ hasText: "Sent “Good to meet you, Nikola Tesla”" }).waitFor();
    await screenshot(owner, "contact-desktop");
    await screenshot(agent, "contact-phone");
    await owner.tab.getByTestId("stop-sequence").click();
    await agent.tab.locator('[data-testid="sequence"][data-status="stopped"]').waitFor();
    await agent.tab.locator('[data-testid="task"][data-title="Send the offer"]').getByRole("checkbox").click();
    await owner.tab.locator('[data-testid="task"][data-title="Send the offer"][data-done="true"]').waitFor();
    await go(agent, "tasks");
    await agent.tab.getByTestId("task").first().waitFor();
    await screenshot(agent, "tasks-phone");
  });

  it("E-22 an API key is shown once, works, and ends when it is revoked; a refused form says why", async () => {
    await go(owner, "keys");
    await owner.tab.getByTestId("add-key").click();
    await owner.tab.getByTestId("key-name").fill("Website");
    await screenshot(owner, "key-dialog-desktop");
    await owner.tab.getByTestId("dialog-submit").click();
    const key = await owner.tab.getByTestId("secret").innerText();
    await owner.tab.keyboard.press("Escape");
    expect((await crm.rest(key)("GET", "/v1/contacts")).status).toBe(200);
    await owner.tab.getByTestId("key").filter({ hasText: "Website" }).getByText("used").waitFor();
    await screenshot(owner, "keys-desktop");
    await owner.tab.getByTestId("revoke-key").click();
    await owner.tab.locator('[data-testid="key"][data-revoked="true"]').waitFor();
    expect((await crm.rest(key)("GET", "/v1/contacts")).status).toBe(401);

    await go(owner, "team");
    await owner.tab.getByTestId("invite").click();
    await owner.tab.getByTestId("invite-name").fill("Agent 1 again");
    await owner.tab.getByTestId("invite-email").fill("agent-1@ferry.example");
    await owner.tab.getByTestId("dialog-submit").click();
    await owner.tab.getByTestId("error-toast").getByText("is a member already").waitFor();
    await owner.tab.keyboard.press("Escape");
  });

  it("E-26 a newcomer opens a company of their own, and both pages survive kill -9 of the server", async () => {
    const newcomer = await signIn("newcomer", DESKTOP);
    await newcomer.tab.getByTestId("company-name").fill("Own boat");
    await newcomer.tab.getByTestId("open-company").click();
    await newcomer.tab.getByTestId("board").waitFor();
    expect(await newcomer.tab.getByTestId("deal").count()).toBe(0);
    await go(newcomer, "contacts");
    await newcomer.tab.getByText("No contacts yet").waitFor();
    await screenshot(newcomer, "empty-desktop");
    await newcomer.context.close();

    await openContact(owner, "Nikola Tesla");
    await crm.server.kill();
    await owner.tab.getByTestId("note-input").fill("Written while the server was down.");
    await owner.tab.getByTestId("save-note").click();
    await crm.server.start();
    await openContact(agent, "Nikola Tesla");
    await agent.tab.getByTestId("note").filter({ hasText: "Written while the server was down." }).waitFor({ timeout: 40_000 });
    expect(await agent.tab.getByTestId("note").filter({ hasText: "Written while" }).count()).toBe(1);
    expect(complaints).toEqual([]);
  });
});
