/**
 * The commands of the public demos' own package.json, in the folder of an app of ours (tests/apps/demos/noticeboard): its `predev`
 * and its `dev`, with `--start` and `--run`, sample data, and what is generated for CommonJS. DM-4.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import type { FunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AppFolder } from "../cli/app-folder.js";
import { convexCommands } from "../cli/convex-commands.js";
import { RunningCommand } from "../cli/running-command.js";
import { ADMIN_KEY, CONVEX_BIN, queryNamed, startServer, type TestServer } from "../harness.js";

let server: TestServer;
let app: AppFolder;

beforeAll(async () => {
  [server, app] = await Promise.all([startServer(), AppFolder.copyOf("demos/noticeboard")]);
});

afterAll(() => Promise.all([server, app].map((each) => each?.[Symbol.asyncDispose]())));

/** A script of package.json, run as npm does. */
async function script(name: string): Promise<string[]> {
  const { scripts } = JSON.parse(await app.read("package.json")) as { scripts: Record<string, string> };
  const [, ...args] = Array.from(scripts[name]!.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain!);
  return args;
}

const titles = async (): Promise<string[]> => ((await server.http().query(queryNamed("notices:list"), {})) as { title: string }[]).map(({ title }) => title);

test("dev --until-success, sample data, dev --once --run, and dev --start with the page beside it", async () => {
  const imported = ["import", "--table", "notices", "sample.jsonl"];
  const results = await convexCommands(server, app.path, [await script("predev"), imported, ["dev", "--once", "--typecheck=disable", "--run", "notices:init"]]);
  expect(results.map(({ code, output }) => ({ code, output }))).toEqual(["Convex functions ready!", 'Added 2 documents to table "notices"', "already there"].map((text) => ({ code: 0, output: expect.stringContaining(text) as string })));
  expect(await titles()).toEqual(["Choir on Friday", "Lost: one glove"]);

  const environment = { CONVEX_SELF_HOSTED_URL: server.url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY };
  await using dev = new RunningCommand(CONVEX_BIN, await script("dev"), { folder: app.path, environment });
  await dev.says("Convex functions ready!");
  await dev.says(`The page is for ${server.url}`);
});

test("CommonJS finds the functions through what is generated for it", async () => {
  const require = createRequire(join(app.path, "script.cjs"));
  const { api } = require("./convex/_generated/api_cjs.cjs") as { api: { notices: { list: FunctionReference<"query"> } } };
  expect(await new ConvexHttpClient(server.url).query(api.notices.list)).toHaveLength(2);
});
