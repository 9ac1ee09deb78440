/**
 * Several apps as one, for one deployment, with no change to any of them: each keeps its functions in a folder of its own, and
 * `convex/`, which is deployed, has a module of the same name for each of theirs that exports all that it exports. So functions
 * keep their names, and what an app finds by name (`internal.cleaning.…`) is found. The schema has the tables of all.
 *
 *     exam/convex/chat.ts, exam/convex/crons.ts, …        as they are in examples/exam
 *     study/convex/progress.ts, …                         as they are in examples/study
 *     convex/chat.ts, convex/crons.ts, convex/progress.ts, …
 *     convex/schema.ts                                    defineSchema({ ...exam.tables, ...study.tables })
 *
 * Modules are those directly in `convex/`; two apps may have none of the same name, nor tables of the same name.
 */
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

const PACKAGE = { name: "several-apps", private: true, type: "module", dependencies: { convex: "*" } };

/** @param folder empty; the caller's to delete @param apps their folders, whose names are different */
export async function makeOneApp(folder: string, apps: readonly string[]): Promise<void> {
  await mkdir(join(folder, "convex"));
  await writeFile(join(folder, "package.json"), JSON.stringify(PACKAGE));
  const names = apps.map((app) => basename(app));
  for (const app of apps) await addModules(folder, app);
  await writeFile(join(folder, "convex", "schema.ts"), schemaText(names));
}

async function addModules(folder: string, app: string): Promise<void> {
  const name = basename(app);
  await cp(join(app, "convex"), join(folder, name, "convex"), { recursive: true });
  const modules = (await readdir(join(app, "convex"))).filter((file) => file.endsWith(".ts") && file !== "schema.ts");
  for (const file of modules) {
    const source = await readFile(join(app, "convex", file), "utf8");
    // Fails where another app has one of this name.
    await writeFile(join(folder, "convex", file), moduleText(`../${name}/convex/${file.slice(0, -".ts".length)}`, source), { flag: "wx" });
  }
}

function moduleText(path: string, source: string): string {
  const isOfNode = /^\s*["']use node["']/.test(source);
  const hasDefault = /^export default /m.test(source);
  return [isOfNode ? '"use node";' : "", `export * from "${path}";`, hasDefault ? `export { default } from "${path}";` : ""].filter((line) => line !== "").join("\n");
}

function schemaText(names: readonly string[]): string {
  return [
    'import { defineSchema } from "convex/server";',
    ...names.map((name) => `import ${name} from "../${name}/convex/schema";`),
    `export default defineSchema({ ${names.map((name) => `...${name}.tables`).join(", ")} });`,
  ].join("\n");
}
