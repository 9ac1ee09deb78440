/** The app in whose folder `rivulet dev` runs: its package, its own convex CLI, its git ignore file. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface App {
  readonly folder: string;
  readonly dependencies: ReadonlySet<string>;
  /** Script of the convex CLI that the app has installed. */
  readonly convexCli: string;
}

export class AppError extends Error {
  override readonly name = "AppError";
}

export function openApp(folder: string): App {
  const packagePath = join(folder, "package.json");
  if (!existsSync(packagePath)) {
    throw new AppError(`There is no package.json in ${folder}. Run this in the folder of an app, beside its convex/ folder.`);
  }
  const convexCli = findUp(folder, join("node_modules", "convex", "bin", "main.js"));
  if (convexCli === null) throw new AppError("The package \"convex\" is not installed here. Install it with: npm install convex");
  return { folder, dependencies: readDependencies(packagePath), convexCli };
}

/**
 * Adds to .gitignore what it lacks of `entries` ("name" or "name/"), when the app is in a git repository; returns what
 * was added.
 */
export function ignoreInGit(folder: string, entries: readonly string[]): readonly string[] {
  if (findUp(folder, ".git") === null) return [];
  const path = join(folder, ".gitignore");
  const content = existsSync(path) ? readFileSync(path, "utf8") : "";
  const present = new Set(content.split(/\r?\n/).map(bareName));
  const missing = entries.filter((entry) => !present.has(bareName(entry)));
  const separator = content === "" || content.endsWith("\n") ? "" : "\n";
  if (missing.length > 0) appendFileSync(path, separator + missing.map((entry) => `${entry}\n`).join(""));
  return missing;
}

/** ".env*.local" and ".env*" ignore ".env.local" too. */
function bareName(pattern: string): string {
  const name = pattern.trim().replace(/^\//, "").replace(/\/\*{0,2}$/, "");
  return /^\.env\*(?:\.local)?$|^\.env\.\*(?:local)?$|^\*\.local$/.test(name) ? ".env.local" : name;
}

function readDependencies(packagePath: string): ReadonlySet<string> {
  try {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(packagePath, "utf8")) as Record<string, Record<string, string>>;
    return new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]);
  } catch (error) {
    throw new AppError(`${packagePath} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

function findUp(folder: string, name: string): string | null {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  return parent === folder ? null : findUp(parent, name);
}
