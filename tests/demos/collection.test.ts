/**
 * Apps of others, unmodified: pushed with the public CLI, and used. They are in a folder of the tester's own, since their code
 * is not part of this repository: `npm run check:demos -- <folder>`, see docs/demos.md.
 */
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyApp, startServer, type TestServer } from "../harness.js";
import { findApps, type DemoApp } from "./collection.js";
import { Exercise, specification } from "./exercise.js";
import { linkPackages } from "./packages.js";
import { convexSvelte } from "./uses/convex-svelte.js";
import { convexTest } from "./uses/convex-test.js";
import { crons } from "./uses/crons.js";
import { presence } from "./uses/presence.js";
import { convexVue } from "./uses/convex-vue.js";
import type { Use } from "./uses/use.js";

const USES: readonly Use[] = [convexVue, convexSvelte, convexTest, presence, crons];

const { RIVULET_DEMOS: collection, RIVULET_DEMOS_LICENCE: licenceOfAll } = process.env;
const apps = collection === undefined ? [] : findApps(resolve(collection)).map((app) => ({ ...app, use: USES.find((use) => use.app === app.name) }));
const isPermitted = ({ licence }: DemoApp): boolean => licence !== null || licenceOfAll !== undefined;

/** Fresh ones: what one app leaves is nothing to the next. */
async function deployed(app: DemoApp, use: Use | undefined, packages: string, test: (server: TestServer, folder: string) => Promise<void>): Promise<void> {
  await using server = await startServer({ flags: ["--redact-errors", "no", ...(use?.flags ?? [])] });
  const folder = await copyApp(app.folder, packages);
  try {
    await use?.prepare?.(folder);
    const push = await server.convex(folder, ["deploy", "--typecheck", "disable", "--yes"]);
    expect(push.code, push.output).toBe(0);
    await test(server, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.skipIf(collection === undefined)("DM apps of others (skipped without RIVULET_DEMOS: see docs/demos.md)", () => {
  let packages: string;

  beforeAll(async () => {
    packages = await linkPackages();
  });

  afterAll(() => rm(packages, { recursive: true, force: true }));

  it("DM-1 there are apps in the folder", () => {
    expect(apps).not.toEqual([]);
  });

  for (const app of apps) {
    const title = `${app.name} (${app.licence === null ? (licenceOfAll ?? "left out: no licence found that permits it") : `${app.licence.name}, ${app.licence.source}`})`;

    it.skipIf(!isPermitted(app))(`DM-2 ${title}: every function is answered, and every subscription is live`, async () => {
      await deployed(app, app.use, packages, async (server, folder) => {
        const functions = await specification(server, folder);
        expect(functions).not.toEqual([]);
        const { answered, refused, unused, live } = await new Exercise(server, functions, app.use?.momentary).run();
        console.log(`${app.name}: ${answered.length} answered, ${live.length} of them live; ${refused.size} refused by the app; ${unused.length} want documents that are not there.`);
        for (const [name, reason] of refused) console.log(`  ${name}: ${reason}`);
      });
    });

    const { use } = app;
    it.skipIf(use === undefined || !isPermitted(app))(`DM-3 ${title}: ${use?.shows ?? "no test of its own"}`, async () => {
      await deployed(app, use, packages, (server, folder) => use!.run(server, folder));
    });
  }
});
