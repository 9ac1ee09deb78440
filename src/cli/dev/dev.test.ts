import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AdminKeys } from "../../server/admin-keys.js";
import { runCommand, TestFolder, type CommandOptions } from "../testing/command-line.suite.js";
import { readVariable } from "./env-file.js";

/** Stands in for the app's convex CLI: says how it was called, asks the server for its URLs, and behaves as it is told. */
const CONVEX_CLI = `
const { CONVEX_SELF_HOSTED_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: key, CONVEX_DEPLOYMENT, CONVEX_DEPLOY_KEY } = process.env;
console.log(JSON.stringify({ args: process.argv.slice(2), CONVEX_DEPLOYMENT, CONVEX_DEPLOY_KEY }));
const response = await fetch(url + "/api/v1/get_canonical_urls", { headers: { Authorization: "Convex " + key } });
console.error("canonical", (await response.json()).convexCloudUrl === url);
const options = await fetch(url + "/api/query", { method: "POST", body: JSON.stringify({ path: "test:options", args: {} }) });
console.error("options", JSON.stringify((await options.json()).value));
process.on("SIGTERM", () => process.exit(0));
const exit = process.argv.indexOf("--exit");
if (exit !== -1) process.exit(Number(process.argv[exit + 1]));
if (!process.argv.includes("--once")) {
  console.log("watching");
  setInterval(() => {}, 1000);
}
`;

class TestApp extends TestFolder {
  constructor(dependencies: Readonly<Record<string, string>> = {}) {
    super();
    this.write("package.json", JSON.stringify({ type: "module", dependencies }));
    mkdirSync(join(this.path, "node_modules/convex/bin"), { recursive: true });
    this.write("node_modules/convex/package.json", '{"type":"module"}');
    this.write("node_modules/convex/bin/main.js", CONVEX_CLI);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), "utf8");
  }

  dev(args: readonly string[] = [], options: CommandOptions = {}) {
    return runCommand(["dev", ...args], { cwd: this.path, interruptAt: "watching", environment: { ...process.env, ...options.environment }, ...options });
  }
}

describe("rivulet dev", () => {
  test("CL-11, CL-30: serves the app and runs its own convex dev against it; a signal ends both", async () => {
    using app = new TestApp();
    const { exitCode, out, err } = await app.dev();
    expect(exitCode).toBe(0);
    expect(out.split("\n").sort()).toEqual(['[convex]  canonical true', '[convex]  options {"redactErrors":false}', '[convex]  watching', '[convex]  {"args":["dev"]}']);
    expect(err).toMatch(/^\[rivulet\] Ready at http:\/\/127\.0\.0\.1:\d+, data in .*\.rivulet$/m);
  });

  test("CL-31: --once ends with the exit code of the push; what follows -- is handed on", async () => {
    using app = new TestApp();
    const { exitCode, out } = await app.dev(["--once", "--", "--exit", "7"]);
    expect(exitCode).toBe(7);
    expect(out).toContain('"args":["dev","--once","--exit","7"]');
    expect((await app.dev(["--once"])).exitCode).toBe(0);
  });

  test("CL-32: a watcher that ends by itself is a failure", async () => {
    using app = new TestApp();
    const { exitCode, err } = await app.dev(["--", "--exit", "0"]);
    expect(exitCode).toBe(1);
    expect(err).toContain("[rivulet] convex dev ended with exit code 0; its lines above say why.");
  });

  test("CL-33: .env.local gets address and key, for the CLI and for the front end, and keeps its other lines", async () => {
    using app = new TestApp({ vite: "*" });
    app.write(".env.local", "# mine\nSECRET=a=b # c\nCONVEX_DEPLOYMENT=dev:happy-otter-1\n");
    await app.dev();
    const content = app.read(".env.local");
    expect(content.split("\n").slice(0, 3)).toEqual(["# mine", "SECRET=a=b # c", "# CONVEX_DEPLOYMENT=dev:happy-otter-1 # set aside by rivulet dev"]);
    const url = readVariable(content, "CONVEX_SELF_HOSTED_URL");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect([readVariable(content, "VITE_CONVEX_URL"), readVariable(content, "VITE_CONVEX_SITE_URL")]).toEqual([url, url]);
    expect(AdminKeys.open(join(app.path, ".rivulet")).check(readVariable(content, "CONVEX_SELF_HOSTED_ADMIN_KEY")!)).toEqual({ name: "dev" });
  });

  test("CL-33: a new .env.local is readable by its owner only", async () => {
    using app = new TestApp();
    await app.dev();
    expect(statSync(join(app.path, ".env.local")).mode & 0o777).toBe(0o600);
  });

  test("CL-34: port and key are those of last time, as long as they can be", async () => {
    using app = new TestApp();
    await app.dev();
    const first = app.read(".env.local");
    await app.dev();
    expect(app.read(".env.local")).toBe(first);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(Number(new URL(readVariable(first, "CONVEX_SELF_HOSTED_URL")!).port), "127.0.0.1", resolve));
    app.write(".env.local", first.replace(/^CONVEX_SELF_HOSTED_ADMIN_KEY=.*$/m, "CONVEX_SELF_HOSTED_ADMIN_KEY='dev|lost'"));
    await app.dev();
    other.close();
    const third = app.read(".env.local");
    expect(readVariable(third, "CONVEX_SELF_HOSTED_URL")).not.toBe(readVariable(first, "CONVEX_SELF_HOSTED_URL"));
    expect(readVariable(third, "CONVEX_URL")).toBe(readVariable(third, "CONVEX_SELF_HOSTED_URL"));
    expect(AdminKeys.open(join(app.path, ".rivulet")).check(readVariable(third, "CONVEX_SELF_HOSTED_ADMIN_KEY")!)).toEqual({ name: "dev" });
  });

  test("CL-34: a port that is asked for is taken or refused, never replaced", async () => {
    using app = new TestApp();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { exitCode, err } = await app.dev(["--port", String(port)]);
    other.close();
    expect([exitCode, err]).toEqual([1, `error: Port ${port} of 127.0.0.1 is in use by another program. Stop it, or choose another port with --port.`]);
  });

  test("CL-35: the CLI does not see deployments elsewhere", async () => {
    using app = new TestApp();
    const { out } = await app.dev([], { environment: { CONVEX_DEPLOYMENT: "dev:x", CONVEX_DEPLOY_KEY: "prod:y|z" } });
    expect(out).toContain('{"args":["dev"]}');
  });

  test("CL-35: a server elsewhere in .env.local is not overwritten", async () => {
    using app = new TestApp();
    const content = "CONVEX_SELF_HOSTED_URL=https://api.example.com\nCONVEX_SELF_HOSTED_ADMIN_KEY='prod|secret'\n";
    app.write(".env.local", content);
    const { exitCode, err } = await app.dev();
    expect([exitCode, err.startsWith("error: .env.local points to another server (CONVEX_SELF_HOSTED_URL=https://api.example.com)")]).toEqual([1, true]);
    expect(app.read(".env.local")).toBe(content);
  });

  test("CL-36: in a git repository the data folder and .env.local are ignored, once", async () => {
    using app = new TestApp();
    mkdirSync(join(app.path, ".git"));
    app.write(".gitignore", "node_modules");
    await app.dev();
    expect(app.read(".gitignore")).toBe("node_modules\n.rivulet/\n.env.local\n");
    await app.dev();
    expect(app.read(".gitignore")).toBe("node_modules\n.rivulet/\n.env.local\n");
  });

  test("CL-36: patterns that ignore them already are seen", async () => {
    using app = new TestApp();
    mkdirSync(join(app.path, ".git"));
    app.write(".gitignore", ".env*.local\n/.rivulet\n");
    await app.dev();
    expect(app.read(".gitignore")).toBe(".env*.local\n/.rivulet\n");
  });

  test("CL-37: outside an app, or without the convex package, it says what is missing", async () => {
    using empty = new TestFolder();
    const outside = await runCommand(["dev"], { cwd: empty.path });
    expect([outside.exitCode, outside.err]).toEqual([1, `error: There is no package.json in ${empty.path}. Run this in the folder of an app, beside its convex/ folder.`]);
    writeFileSync(join(empty.path, "package.json"), "{}");
    const without = await runCommand(["dev"], { cwd: empty.path });
    expect([without.exitCode, without.err]).toEqual([1, 'error: The package "convex" is not installed here. Install it with: npm install convex']);
  });
});
