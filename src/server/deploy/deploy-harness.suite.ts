/**
 * For tests: a Deployer over a database in memory, the official CLI as a child process, and just enough HTTP between
 * them: brotli, JSON, errors.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { Database } from "../../database/database.js";
import { Documents } from "../../database/documents.js";
import type { DeploymentCode } from "../../functions/deployment.js";
import { MemoryStore } from "../../storage/memory.js";
import { NodeCodeStore } from "../actions/node/node-code-store.js";
import type { DeployRoute } from "../engine-messages.js";
import { DeployError, Deployer, type DeployerOptions } from "./deployer.js";
import { parseStartPush } from "./push-request.js";
import { presentHere } from "../../database/stored-document.js";

export class DeployFixture implements AsyncDisposable {
  readonly database: Database;
  readonly deployer: Deployer;
  readonly loaded: DeploymentCode | null;
  /** Every code that was made the running one. */
  readonly activated: DeploymentCode[] = [];
  readonly problems: string[] = [];
  /** Paths of the modules of every start_push. */
  readonly pushes: { readonly changedModules: readonly string[]; readonly unchangedModules: readonly string[] }[] = [];

  constructor(
    readonly store = new MemoryStore(),
    options: Partial<Pick<DeployerOptions, "nowMs" | "abandonAfterMs">> = {},
    readonly nodeFolder = mkdtempSync(join(tmpdir(), "rivulet-node-")),
  ) {
    this.database = new Database({ store, nowMs: Date.now, onRollback: (durableTs) => this.deployer.rolledBack(durableTs) });
    this.deployer = new Deployer({
      database: this.database,
      instance: { cloudOrigin: "http://cloud.test", siteOrigin: "http://site.test" },
      nodeCode: new NodeCodeStore(nodeFolder),
      activate: (code) => this.activated.push(code),
      onProblem: (message) => this.problems.push(message),
      ...options,
    });
    this.loaded = this.deployer.load();
  }

  async call(route: DeployRoute, body: object): Promise<Record<string, unknown>> {
    return (await this.deployer.handle(route, JSON.stringify(body))) as Record<string, unknown>;
  }

  async setEnvironment(variables: Readonly<Record<string, string | null>>): Promise<void> {
    await this.deployer.updateEnvironment(JSON.stringify({ changes: Object.entries(variables).map(([name, value]) => ({ name, value })) }));
  }

  insert(tableName: string, fields: Readonly<Record<string, unknown>>): string {
    const transaction = this.database.begin("mutation");
    const id = new Documents({ transaction, namespace: "", present: presentHere }).insert(tableName, fields);
    this.database.commit(transaction);
    return id;
  }

  async restart(): Promise<DeployFixture> {
    await this.deployer.close();
    await this.database.idle();
    return new DeployFixture(this.store, {}, this.nodeFolder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.deployer.close();
    await this.database.idle();
    rmSync(this.nodeFolder, { recursive: true, force: true });
  }
}

/** Listens on a free port; requests are answered by `fixture`. */
export async function serve(fixture: DeployFixture): Promise<{ url: string; requests: string[]; [Symbol.asyncDispose](): Promise<void> }> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request.url ?? "");
    void answer(fixture, request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { url, requests, [Symbol.asyncDispose]: close };
}

async function answer(fixture: DeployFixture, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const body = (request.headers["content-encoding"] === "br" ? brotliDecompressSync(bytes) : bytes).toString();
  try {
    const result = await route(fixture, new URL(request.url ?? "", "http://test").pathname, body);
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(result));
  } catch (error) {
    const [status, code] = error instanceof DeployError ? [error.status, error.code] : [500, "InternalServerError"];
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ code, message: (error as Error).message }));
  }
}

async function route(fixture: DeployFixture, path: string, body: string): Promise<object> {
  if (path === "/api/v1/get_canonical_urls") return { convexCloudUrl: "http://cloud.test", convexSiteUrl: "http://site.test" };
  if (path === "/api/stream_function_logs") return { entries: [], newCursor: 0 };
  if (path === "/api/update_environment_variables") return await fixture.deployer.updateEnvironment(body);
  if (path === "/api/deploy2/start_push") {
    const { changedModules, unchangedModuleHashes } = parseStartPush(body).appDefinition;
    fixture.pushes.push({ changedModules: changedModules.map(({ path }) => path), unchangedModules: unchangedModuleHashes.map(({ path }) => path) });
  }
  return await fixture.deployer.handle(path.split("/").at(-1) as DeployRoute, body);
}

/** A project folder with the given files, and the packages of this repository. */
export class AppFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "rivulet-app-"));

  constructor(files: Readonly<Record<string, string>>) {
    symlinkSync(resolve("node_modules"), join(this.path, "node_modules"));
    this.write({ "package.json": JSON.stringify({ name: "app", type: "module", dependencies: { convex: "*" } }), ...files });
  }

  static copyOf(folder: string): AppFolder {
    const app = new AppFolder({});
    cpSync(resolve(folder, "convex"), join(app.path, "convex"), { recursive: true });
    return app;
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, path)), { recursive: true });
      writeFileSync(join(this.path, path), text);
    }
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), "utf8");
  }

  has(path: string): boolean {
    return existsSync(join(this.path, path));
  }

  /** Runs `convex …` against the server at `url`. */
  async convex(url: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, [resolve("node_modules/convex/bin/main.js"), ...args], {
      cwd: this.path,
      env: { PATH: process.env["PATH"], HOME: this.path, CONVEX_SELF_HOSTED_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: "test|key", CI: "1", NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const code = await new Promise<number | null>((ended) => child.on("close", ended));
    return { code, output };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
