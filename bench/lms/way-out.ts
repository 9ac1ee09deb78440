/** Everything out of the deployment with the public CLI, and into an empty one. */
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { copyApp, startServer, temporaryFolder, type TestServer } from "../../tests/harness.js";
import { LMS, type SchoolDeployment } from "../../tests/lms/school.js";
import { held, type Figure } from "../figures.js";

const EXPORT_GOAL_MS = 30_000;
const IMPORT_GOAL_MS = 60_000;

export async function wayOut(school: SchoolDeployment): Promise<Figure[]> {
  const [app, folder] = [await copyApp(LMS), await temporaryFolder()];
  await using other = await startServer();
  await school.deploy(other);
  try {
    const archive = join(folder, "lectern.zip");
    const exportMs = await timed(school.server, app, ["export", "--include-file-storage", "--path", archive]);
    const { size } = await stat(archive);
    const importMs = await timed(other, app, ["import", "--replace-all", "--yes", archive]);
    return [
      held("export of everything, with the CLI's own start", `< ${EXPORT_GOAL_MS / 1000} s`, `${(exportMs / 1000).toFixed(1)} s, ${(size / 1024 / 1024).toFixed(1)} MiB`, exportMs < EXPORT_GOAL_MS),
      held("import of it into an empty deployment, search indexes included", `< ${IMPORT_GOAL_MS / 1000} s`, `${(importMs / 1000).toFixed(1)} s`, importMs < IMPORT_GOAL_MS),
    ];
  } finally {
    for (const path of [app, folder]) await rm(path, { recursive: true, force: true });
  }
}

async function timed(server: TestServer, app: string, args: readonly string[]): Promise<number> {
  const sinceMs = performance.now();
  const { code, output } = await server.convex(app, args);
  if (code !== 0) throw new Error(`convex ${args.join(" ")} failed:\n${output}`);
  return performance.now() - sinceMs;
}
