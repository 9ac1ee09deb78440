/**
 * Apps of others, in a folder that holds their repositories: where each is, and under which licence. Nothing of them is part of
 * this repository.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export interface DemoApp {
  /** Its path in the collection. */
  readonly name: string;
  readonly folder: string;
  /** Null where none was found that lets anybody run and test it. */
  readonly licence: Licence | null;
}

export interface Licence {
  readonly name: string;
  /** The file that says so. */
  readonly source: string;
}

const PERMISSIVE = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "Unlicense"]);
const TITLES: readonly (readonly [RegExp, string])[] = [
  [/Apache License,?\s+Version 2\.0/i, "Apache-2.0"],
  [/MIT License|Permission is hereby granted, free of charge/i, "MIT"],
  [/ISC License/i, "ISC"],
];
const LICENCE_FILE = /^(?:licen[cs]e|copying)(?:\.(?:md|txt))?$/i;
const DEPTH_MAX = 4;

/** The apps below a folder: whatever has Convex functions. */
export function findApps(collection: string): DemoApp[] {
  return appFolders(collection, 0).map((folder) => ({ name: relative(collection, folder), folder, licence: licenceOf(folder, collection) }));
}

function appFolders(folder: string, depth: number): string[] {
  if (hasFunctions(folder)) return [folder];
  if (depth === DEPTH_MAX) return [];
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !/^(?:\.|node_modules$)/.test(entry.name));
  return children.flatMap(({ name }) => appFolders(join(folder, name), depth + 1)).sort();
}

function hasFunctions(folder: string): boolean {
  if (existsSync(join(folder, "convex.json"))) return true;
  const functions = join(folder, "convex");
  return existsSync(functions) && readdirSync(functions).some((name) => /\.[jt]sx?$/.test(name));
}

/** Of the app itself, or of a folder above it within the collection. */
function licenceOf(folder: string, collection: string): Licence | null {
  const found = licenceIn(folder);
  if (found !== null || folder === collection) return found;
  return licenceOf(dirname(folder), collection);
}

function licenceIn(folder: string): Licence | null {
  for (const file of readdirSync(folder).filter((name) => LICENCE_FILE.test(name))) {
    const text = readFileSync(join(folder, file), "utf8");
    const title = TITLES.find(([pattern]) => pattern.test(text));
    if (title !== undefined) return { name: title[1], source: file };
  }
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) return null;
  const { license } = JSON.parse(readFileSync(manifest, "utf8")) as { license?: unknown };
  return typeof license === "string" && PERMISSIVE.has(license) ? { name: license, source: "package.json" } : null;
}
