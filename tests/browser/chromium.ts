/** Finds or installs Chromium for the browser tests, and says clearly what is missing where it can't. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

function executablePath(): string {
  const configured = process.env["RIVULET_CHROMIUM"];
  if (configured !== undefined) return configured;
  const found = PLACES.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const isDebianRoot = existsSync("/etc/debian_version") && process.getuid?.() === 0;
  if (!isDebianRoot) throw new Error("The browser tests need Chromium. Install it (Debian: `apt-get install chromium`), or set RIVULET_CHROMIUM to its path.");
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    const result = spawnSync("apt-get", args, { encoding: "utf8", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    if (result.status !== 0) throw new Error(`Could not install Chromium with apt-get ${args.join(" ")}:\n${result.stderr}`);
  }
  return "/usr/bin/chromium";
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}
