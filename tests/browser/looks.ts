/** What every page is looked at for: names for screen readers, its width, pictures of it, and what it says without a deployment. */
import type { Page } from "playwright-core";

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** As much of an element as is looked at: these tests are compiled without the types of the browser. */
interface Control {
  readonly outerHTML: string;
  readonly textContent: string | null;
  readonly labels?: { readonly length: number } | null;
  getAttribute(name: string): string | null;
}

/** Buttons, fields and whatever else the keyboard reaches that a screen reader has no name for. */
export async function nameless(tab: Page): Promise<string[]> {
  return await tab.locator("button, input, select, textarea, a, [tabindex='0']").evaluateAll((elements) =>
    (elements as unknown as Control[])
      .filter((element) => (element.textContent ?? "").trim() === "" && element.getAttribute("aria-label") === null && (element.labels?.length ?? 0) === 0)
      .map(({ outerHTML }) => outerHTML),
  );
}

/** Of all that is there, also beyond what is seen. */
export async function widthOf(tab: Page): Promise<number> {
  return await tab.evaluate("document.documentElement.scrollWidth");
}

/** Into the folder RIVULET_SCREENSHOTS, if there is one, for somebody to look at. */
export async function screenshot(tab: Page, name: string): Promise<void> {
  const folder = process.env["RIVULET_SCREENSHOTS"];
  if (folder !== undefined) await tab.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" });
}

/** Makes a page be served as it would have been built without the address of its deployment. */
export async function withoutAddress(tab: Page, deploymentUrl: string): Promise<void> {
  await tab.route("**/*.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll(deploymentUrl, "") });
  });
}
