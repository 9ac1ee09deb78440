/** Commands of the public CLI for what only Convex Cloud has, against a real server. Those that work are in `tests/cli`. CL-83. */
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { convexCommands } from "../cli/convex-commands.js";
import { copyApp, startServer, type TestServer } from "../harness.js";

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startServer();
  folder = await copyApp("basics");
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test("CL-83 commands for what only Convex Cloud has say so", async () => {
  const expected: readonly (readonly [command: string, output: string])[] = [
    ["env default list", "only available for cloud projects"],
    ["env default get KEY", "only available for cloud projects"],
    ["env default set KEY value", "only available for cloud projects"],
    ["env default remove KEY", "only available for cloud projects"],
    ["deployment select dev", "cannot be used with a self-hosted deployment"],
    ["deployment create dev", "requires logging in"],
    ["deployment token create ci", "requires being logged in"],
    ["deployment token delete ci", "requires being logged in"],
    ["deployment usage", "is not supported by this version of Rivulet"],
    ["deployment usage-limits list", "is not supported by this version of Rivulet"],
    ["deployment usage-limits set --metric functionCalls --window day --type disable --limit 1", "is not supported by this version of Rivulet"],
    ["deployment usage-limits remove --metric functionCalls --window day --type disable", "is not supported by this version of Rivulet"],
    ["project create shop", "requires logging in"],
    ["insights", "only available for cloud deployments"],
    ["integration workos status", "requires a configured deployment"],
    ["integration workos provision-environment", "requires a configured deployment"],
    ["integration workos provision-team", "requires a configured deployment"],
    ["integration workos disconnect-team", "requires a configured deployment"],
    ["integration workos list-project-environments", "requires a configured deployment"],
    ["integration workos invite --email ann@example.com", "requires a configured deployment"],
    ["integration workos create-project-environment --name staging", "requires a configured deployment"],
    ["integration workos delete-project-environment --client-id client_1", "requires a configured deployment"],
  ];
  const commands = [...expected.map(([command]) => command), "dashboard --no-open", "deployments"];
  const results = await convexCommands(server, folder, commands.map((command) => command.split(" ")));
  for (const [i, [command, output]] of expected.entries()) expect({ command, ...results[i]! }).toEqual({ command, code: 1, output: expect.stringContaining(output) as string });
  // No mistake of the caller's.
  expect(results.slice(-2)).toEqual([
    { code: 0, output: expect.stringContaining("is not supported for self-hosted deployments") as string },
    { code: 0, output: expect.stringContaining("Type: selfHosted") as string },
  ]);
});
