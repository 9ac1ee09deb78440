import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCommand, TestFolder } from "./testing/command-line.suite.js";

/** An app whose `convex mcp start` ends at once, with a code that tells how it was called. */
function appIn(folder: TestFolder): void {
  const script = `
const { CONVEX_PROVISION_HOST: host, CONVEX_OVERRIDE_ACCESS_TOKEN: token, CONVEX_DEPLOY_KEY: other } = process.env;
const [mcp, start, projectDir, folder, ...rest] = process.argv.slice(2);
const isRight = [mcp, start, projectDir].join(" ") === "mcp start --project-dir" && folder === process.cwd() && rest.join(" ") === "--disable-tools run";
process.exit(isRight && host === "http://127.0.0.1:1" && token === "dev|key" && other === undefined ? 7 : 1);
`;
  mkdirSync(join(folder.path, "node_modules/convex/bin"), { recursive: true });
  writeFileSync(join(folder.path, "package.json"), "{}");
  writeFileSync(join(folder.path, "node_modules/convex/bin/main.js"), script);
}

describe("rivulet mcp", () => {
  test("CL-40, CL-41 hands on server, key and arguments, and ends with the exit code of the app's own", async () => {
    using folder = new TestFolder();
    appIn(folder);
    writeFileSync(join(folder.path, ".env.local"), "CONVEX_SELF_HOSTED_URL=http://127.0.0.1:1\nCONVEX_SELF_HOSTED_ADMIN_KEY='dev|key'\n");
    const { exitCode } = await runCommand(["mcp", "--", "--disable-tools", "run"], { cwd: folder.path, environment: { CONVEX_DEPLOY_KEY: "prod:x|y" } });
    expect(exitCode).toBe(7);
  });

  test("CL-42 says what is missing", async () => {
    using folder = new TestFolder();
    expect(await runCommand(["mcp"], { cwd: folder.path })).toMatchObject({ exitCode: 1, err: expect.stringContaining("There is no package.json in") as string });
    appIn(folder);
    expect(await runCommand(["mcp"], { cwd: folder.path })).toMatchObject({ exitCode: 1, err: expect.stringContaining("CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY are not set, neither in the environment nor in .env.local.") as string });
  });
});
