/** E-21: two client packages on one generated `api`. When a function is renamed neither compiles, and the error names it. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CRM, installExample } from "../browser/pages.js";
import { copyApp, run, until } from "../harness.js";
import { CRM_PACKAGES, CrmDeployment } from "./deployment.js";

let copy: string;
beforeAll(async () => {
  await installExample(CRM);
  copy = await copyApp(CRM, CRM_PACKAGES);
});
afterAll(async () => await rm(copy, { recursive: true, force: true }));

/** Whatever uses `api.deals.board`. Nothing else may have an error: so everything compiles but for the rename. */
const USERS_OF_BOARD = [
  "packages/terminal/src/commands.ts",
  "packages/terminal/src/lines.ts",
  "packages/web/src/components/DealCard.tsx",
  "packages/web/src/hooks/useMoveDeal.ts",
  "packages/web/src/pages/PipelinePage.tsx",
];

/** Files that have an error with this text. */
const filesWith = (output: string, text: string): string[] => [...new Set(output.split("\n").filter((line) => line.includes(text)).map((line) => line.split("(")[0]!))].sort();

test("E-21 when a function is renamed both clients stop compiling, and nothing else does", { timeout: 300_000 }, async () => {
  const file = join(copy, "convex", "deals.ts");
  await writeFile(file, (await readFile(file, "utf8")).replace("export const board =", "export const columns ="));
  // All packages of the example, as `npm run typecheck`.
  const { code, output } = await run(process.execPath, [join(CRM_PACKAGES, "typescript", "bin", "tsc"), "--noEmit", "-p", "."], copy);
  expect(code).not.toBe(0);
  expect(filesWith(output, "error TS2339: Property 'board' does not exist")).toEqual(USERS_OF_BOARD);
  expect(filesWith(output, "error TS")).toEqual(USERS_OF_BOARD);
});

test("E-21 the terminal client shows a list, keeps it live, and writes", { timeout: 180_000 }, async () => {
  await using crm = await CrmDeployment.start();
  await crm.http("agent-1");
  const environment = { FERRY_ID_TOKEN: await crm.tokenOf("agent-1"), CONVEX_SELF_HOSTED_URL: crm.server.url };
  const args = ["--import", "tsx", join(CRM, "packages", "terminal", "src", "main.ts")];
  const terminal = (...words: string[]) => run(process.execPath, [...args, ...words], CRM, environment);

  const board = await terminal("board");
  expect(board).toMatchObject({ code: 0, output: expect.stringContaining("Notes on the engine, Ada Lovelace") as string });
  expect(board.output).toContain("Won (1, €32,000)");
  expect((await terminal("find", "babbage")).output).toContain("Charles Babbage, Analytical Engine [lead]");
  expect(await terminal("done", "nonsense")).toMatchObject({ code: 1 });

  const watching = spawn(process.execPath, [...args, "tasks", "--watch"], { cwd: CRM, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  createInterface({ input: watching.stdout }).on("line", (line) => lines.push(line));
  try {
    await until(() => lines.length > 0, "the list");
    const key = await crm.newKey(["tasks:write", "members:read"]);
    const members = (await crm.rest(key)("GET", "/v1/members")).body.data;
    const ownerId = members.find((member) => member["name"] === "Agent 1")!.id;
    await crm.rest(key)("POST", "/v1/tasks", { title: "From a program", ownerId });
    const line = await until(() => lines.find((candidate) => candidate.includes("From a program")), "the new task in the terminal");
    expect(await terminal("done", line.split(" ")[0]!)).toMatchObject({ code: 0, output: expect.stringContaining("Done.") as string });
  } finally {
    watching.kill("SIGKILL");
  }
});
