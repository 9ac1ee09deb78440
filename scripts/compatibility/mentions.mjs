// Whether a test has to do with something: whether its name stands in the test, in what the test imports from beside it, or in
// the app that it deploys.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const APP_FOLDERS = ["tests/apps", "tests/components/apps", "examples"];
const SOURCE = /\.(tsx?|mjs|js|svelte|vue|html)$/;

export class TestTexts {
  #texts = new Map();

  constructor(root) {
    this.root = root;
  }

  exists(test) {
    return statSync(join(this.root, test), { throwIfNoEntry: false })?.isFile() ?? false;
  }

  /** The first of the tests that mentions it, or undefined. */
  mentioning(tests, pattern) {
    return tests.find((test) => this.exists(test) && pattern.test(this.#text(test)));
  }

  #text(test) {
    if (!this.#texts.has(test)) this.#texts.set(test, [...this.#files(join(this.root, test))].map((path) => readFileSync(path, "utf8")).join("\n"));
    return this.#texts.get(test);
  }

  #files(path, files = new Set()) {
    if (files.has(path)) return files;
    files.add(path);
    const text = readFileSync(path, "utf8");
    for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
      const imported = sourceOf(resolve(dirname(path), specifier));
      if (imported !== undefined && !imported.endsWith("harness.ts")) this.#files(imported, files);
    }
    for (const app of this.#apps(text)) for (const file of sourcesBelow(app)) files.add(file);
    return files;
  }

  #apps(text) {
    const names = new Set([...text.matchAll(/(?:deploy\w*|copyApp|appFolder)\([^)"]*"([\w/-]+)"/g)].map(([, name]) => name));
    return [...names].flatMap((name) => APP_FOLDERS.map((folder) => join(this.root, folder, name)).filter((folder) => existsSync(folder)));
  }
}

function sourceOf(path) {
  const stem = path.replace(/\.jsx?$/, "");
  return [path, `${stem}.ts`, `${stem}.tsx`].find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
}

function* sourcesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !["node_modules", "_generated", "dist"].includes(entry.name)) yield* sourcesBelow(path);
    else if (entry.isFile() && SOURCE.test(entry.name)) yield path;
  }
}
