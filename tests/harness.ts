/**
 * A real server in a process of its own, and real apps pushed to it with the public CLI. Every cross-layer test starts here.
 *
 *     await using server = await startServer();
 *     await server.deploy("basics");
 *     const client = server.client();
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference, type FunctionReference } from "convex/server";
import { pushRecorded } from "./recorded-pushes.js";

export const ROOT = resolve(import.meta.dirname, "..");
/** Scripts of the commands `rivulet` and `convex`. */
export const BIN = join(ROOT, "dist", "cli", "main.js");
export const CONVEX_BIN = join(ROOT, "node_modules", "convex", "bin", "main.js");

/** Known to the server by `RIVULET_ADMIN_KEY`, as a CI would do. */
export const ADMIN_KEY = "tests|0f1e2d3c4b5a69788796a5b4c3d2e1f0";

export interface ServerOptions {
  /** Kept when given; a temporary one is deleted with the server. */
  readonly dataFolder?: string;
  readonly flags?: readonly string[];
  /** Variables of its environment, beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

export class TestServer implements AsyncDisposable {
  readonly #clients: { close(): Promise<void> }[] = [];
  #process: ChildProcess | null = null;
  #stderr = "";
  url = "";

  constructor(
    readonly dataFolder: string,
    private readonly options: ServerOptions,
  ) {}

  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.#process!.pid!;
  }

  /** Starts the server, on the same port when it ran before. */
  async start(): Promise<void> {
    const port = this.url === "" ? "0" : new URL(this.url).port;
    const child = spawn(process.execPath, [BIN, "start", "--data", this.dataFolder, "--port", port, ...(this.options.flags ?? [])], {
      // A server that shares two cores with other tests may be held up for a second at any time.
      env: { ...process.env, RIVULET_ADMIN_KEY: ADMIN_KEY, RIVULET_FUNCTION_TIME_MAX: "5s", ...this.options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr = (this.#stderr + text).slice(-100_000)));
    this.url = await new Promise<string>((found, failed) => {
      let stdout = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        const match = /ready at (http\S+)/.exec(stdout);
        if (match !== null) found(match[1]!);
      });
      child.once("exit", (code) => failed(new Error(`The server ended with code ${String(code)} before it was ready:\n${stdout}${this.#stderr}`)));
    });
  }

  /** `SIGKILL`: what a power cut does to a process. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Resolves with the exit code, if one was still running. */
  async stop(): Promise<number | null> {
    return this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === null) return null;
    this.#process = null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    return child.exitCode;
  }

  client(options: ConstructorParameters<typeof ConvexClient>[1] = {}): ConvexClient {
    const client = new ConvexClient(this.url, { logger: false, ...options });
    this.#clients.push(client);
    return client;
  }

  /** Closes any other kind of client together with the server. */
  adopt<Client extends { close(): Promise<void> }>(client: Client): Client {
    this.#clients.push(client);
    return client;
  }

  http(): ConvexHttpClient {
    return new ConvexHttpClient(this.url, { logger: false });
  }

  /** Pushes `tests/apps/<app>`, `tests/components/apps/<app>` or a folder, as its developer would. See {@link copyApp}, {@link pushRecorded}. */
  async deploy(app: string, packages?: string): Promise<void> {
    const folder = await copyApp(app, packages);
    try {
      await pushRecorded(folder, await realpath(join(folder, "node_modules")), { url: this.url, adminKey: ADMIN_KEY }, async (url) => {
        const { code, output } = await runConvex(folder, ["deploy", "--typecheck", "disable", "--yes", "--push-all-modules"], { CONVEX_SELF_HOSTED_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY });
        if (code !== 0) throw new Error(`convex deploy of ${app} failed:\n${output}`);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Runs the public CLI in an app's folder against this server. */
  convex(folder: string, args: readonly string[]): Promise<CommandResult> {
    return runConvex(folder, args, { CONVEX_SELF_HOSTED_URL: this.url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY });
  }

  /** An internal function of the app, as `npx convex run`. */
  async runInternal(path: string, args: Record<string, unknown>): Promise<unknown> {
    const headers = { Authorization: `Convex ${ADMIN_KEY}`, "Content-Type": "application/json" };
    const response = await fetch(`${this.url}/api/function`, { method: "POST", headers, body: JSON.stringify({ path, args, format: "json" }) });
    const answer = (await response.json()) as { status: string; value?: unknown; errorMessage?: string };
    if (answer.status !== "success") throw new Error(`${path} failed: ${String(answer.errorMessage)}`);
    return answer.value;
  }

  /** Of a server with `--test-clock yes`. */
  async advanceClock(advanceMs: number): Promise<void> {
    const response = await fetch(`${this.url}/api/test_clock`, { method: "POST", headers: { Authorization: `Convex ${ADMIN_KEY}` }, body: JSON.stringify({ advanceMs }) });
    if (!response.ok) throw new Error(`The clock was not moved: ${await response.text()}`);
  }

  async metrics(): Promise<string> {
    return await (await fetch(`${this.url}/metrics`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } })).text();
  }

  async metric(name: string): Promise<number> {
    const text = await this.metrics();
    const match = new RegExp(`^${name}(?:\\{[^}]*\\})? ([\\d.e+-]+)$`, "m").exec(text);
    if (match === null) throw new Error(`No metric ${name} in:\n${text}`);
    return Number(match[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.stop();
    if (this.options.dataFolder === undefined) await rm(this.dataFolder, { recursive: true, force: true });
  }
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const server = new TestServer(options.dataFolder ?? (await temporaryFolder()), options);
  await server.start();
  return server;
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "rivulet-test-"));
}

/** The published components, for apps that lie elsewhere. */
export const COMPONENT_PACKAGES = join(ROOT, "tests", "components", "node_modules");

/** Those of `tests/components` have published components besides; see its package.json. */
const APP_FOLDERS = [join(ROOT, "tests", "apps"), join(ROOT, "tests", "components", "apps")];

/** A copy of an app that the CLI may write into, with the packages that are installed where it lies, or those given. The caller deletes it. */
export async function copyApp(app: string, packages?: string): Promise<string> {
  const source = isAbsolute(app) ? app : APP_FOLDERS.map((folder) => join(folder, app)).find((folder) => existsSync(folder));
  if (source === undefined) throw new Error(`No app ${app} in ${APP_FOLDERS.join(" or ")}`);
  const folder = await temporaryFolder();
  await cp(source, folder, { recursive: true, filter: (path) => !/node_modules|\.env\.local|\.rivulet|\.next/.test(path.slice(source.length)) });
  await symlink(packages ?? packagesOf(source), join(folder, "node_modules"));
  return folder;
}

/** Of the nearest folder above that has packages of its own. */
function packagesOf(folder: string): string {
  const packages = join(dirname(folder), "node_modules");
  return dirname(folder) === folder || !packages.startsWith(ROOT) ? join(ROOT, "node_modules") : existsSync(packages) ? packages : packagesOf(dirname(folder));
}

export function runConvex(folder: string, args: readonly string[], environment: Readonly<Record<string, string>>): Promise<CommandResult> {
  return run(process.execPath, [CONVEX_BIN, ...args], folder, environment);
}

export async function run(command: string, args: readonly string[], folder: string, environment: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, CI: "1", ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "exit")) as [number | null];
  return { code, output };
}

/** Waits for a condition, never for a time. Throws what the condition last said when it takes too long. */
export async function until<T>(condition: () => T | Promise<T>, what: string, timeoutMs = 20_000): Promise<NonNullable<T>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<T>;
    if (performance.now() > end) throw new Error(`Waited ${timeoutMs} ms for ${what}; last value: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** References by name: tests are no app, so they have no generated `api`. */
export const queryNamed = (name: string): FunctionReference<"query"> => makeFunctionReference<"query">(name);
export const mutationNamed = (name: string): FunctionReference<"mutation"> => makeFunctionReference<"mutation">(name);
