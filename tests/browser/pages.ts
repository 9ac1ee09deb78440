/** Builds an example's front-end against a server and serves it, as a static host would. */
import { createServer, type Server } from "node:http";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import type { AddressInfo } from "node:net";
import { ROOT, run, temporaryFolder, until } from "../harness.js";

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

export interface ServedPage extends AsyncDisposable {
  readonly url: string;
}

export const CHAT = join(ROOT, "examples", "chat");
export const EXAM = join(ROOT, "examples", "exam");
export const CRM = join(ROOT, "examples", "crm");
export const SYNC = join(ROOT, "examples", "sync");
export const BOARD = join(ROOT, "examples", "board");
export const STUDY = join(ROOT, "examples", "study");
/** As long as a hook of a test may take. */
const INSTALLATION_MS_MAX = 110_000;

/** Installs the example's own packages where they are missing, as its developer would. Test files that want the same one take turns. @param frame what the pages are built with */
export async function installExample(folder: string, frame: "vite" | "next" = "vite"): Promise<void> {
  const lock = join(folder, "node_modules", ".installing");
  const isInstalled = () => existsSync(join(folder, "node_modules", frame, "package.json")) && !existsSync(lock);
  if (isInstalled()) return;
  await mkdir(join(folder, "node_modules"), { recursive: true });
  const isOurs = await until(async () => isInstalled() || mkdir(lock).then(() => "ours" as const, () => false), `the installation of ${folder} by another test file; if none is running, delete ${lock}`, INSTALLATION_MS_MAX);
  if (isOurs !== "ours") return;
  try {
    const result = await run("npm", ["install", "--no-audit", "--no-fund"], folder);
    if (result.code !== 0) throw new Error(`npm install in ${folder} failed:\n${result.output}`);
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/** `environment` is for the build, beside the server's address. */
export async function servePage(folder: string, convexUrl: string, environment: Readonly<Record<string, string>> = {}): Promise<ServedPage> {
  const out = await temporaryFolder();
  const result = await run("npx", ["vite", "build", "--outDir", out, "--emptyOutDir"], folder, { VITE_CONVEX_URL: convexUrl, ...environment });
  if (result.code !== 0) throw new Error(`vite build in ${folder} failed:\n${result.output}`);
  const server = await listen(out);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await rm(out, { recursive: true, force: true });
    },
  };
}

function listen(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(folder, path === "/" ? "index.html" : path);
    readFile(file).then(
      (content) => response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
