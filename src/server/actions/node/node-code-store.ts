/**
 * Modules of Node as files, for Node to load them from:
 *
 *     DIR/node/code-<hash>/       the modules of one push with their source maps; node_modules leads to its packages
 *     DIR/node/packages-<hash>/   one set of external packages, installed once and shared by all pushes that need it
 *     DIR/node/new-…/             not finished yet
 *
 * A folder is made under another name and renamed when it is complete, and never changed after that: what has the name is
 * whole, whatever ended the server. Everything here can be made again from the modules in the database.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readlink, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { checkPackages, installPackages, type NodePackage } from "./node-packages.js";

export interface NodeModule {
  /** "files.js", "_deps/node/ABC.js" */
  readonly path: string;
  /** An ES module. */
  readonly source: string;
  readonly sourceMap: string | null;
  /** Of source and map. */
  readonly sha256: string;
}

/** What one version of an app's code has for Node. */
export interface NodeSources {
  readonly modules: readonly NodeModule[];
  readonly packages: readonly NodePackage[];
}

/** Versions of the code that are kept beside the running one: actions that began with them may still load parts of it. */
const CODE_KEPT = 8;
const NEW_PREFIX = "new-";
const CODE_PREFIX = "code-";
const PACKAGES_PREFIX = "packages-";
const HASH_LENGTH = 32;
/** To be changed with whatever is written into a folder. */
const LAYOUT = "1";

export class NodeCodeStore {
  readonly #root: string;
  /** What is being made, by its folder: asked for twice it is made once. */
  readonly #making = new Map<string, Promise<void>>();
  readonly #closed = new AbortController();
  #preparing = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** Where the code is once it is prepared; null where there are no modules of Node. */
  folderOf({ modules, packages }: NodeSources): string | null {
    if (modules.length === 0) return null;
    const hash = hashOf([LAYOUT, this.packagesId(packages) ?? "", ...sorted(modules.map(({ path, sha256 }) => `${path} ${sha256}`))]);
    return join(this.#root, CODE_PREFIX + hash);
  }

  /** Null where it is not prepared. */
  find(sources: NodeSources): string | null {
    const folder = this.folderOf(sources);
    return folder !== null && existsSync(folder) ? folder : null;
  }

  /** Resolves with {@link folderOf} when all of it is there. Throws `PackageInstallError`. */
  async prepare(sources: NodeSources): Promise<string | null> {
    const folder = this.folderOf(sources);
    if (folder === null) return null;
    this.#preparing++;
    try {
      const packagesFolder = await this.#preparePackages(sources.packages);
      await this.#makeOnce(folder, (temporary) => writeCode(temporary, sources.modules, packagesFolder));
      // For prune: used just now.
      await utimes(folder, new Date(), new Date());
    } finally {
      this.#preparing--;
    }
    return folder;
  }

  /** Names the set of packages; null without any. */
  packagesId(packages: readonly NodePackage[]): string | null {
    return packages.length === 0 ? null : packagesHash(packages);
  }

  /** Removes what nothing needs any more. Does nothing while something is being prepared: its parts look unneeded. */
  async prune(active: string | null): Promise<void> {
    if (this.#preparing > 0) return;
    const names = await readdir(this.#root).catch(() => []);
    const kept = await this.#newest(names.filter((name) => name.startsWith(CODE_PREFIX)), active);
    const packages = new Set(await Promise.all(kept.map(async (name) => await linkedPackages(join(this.#root, name)))));
    if (this.#preparing > 0) return;
    await Promise.all(names.filter((name) => !kept.includes(name) && !packages.has(name)).map(async (name) => await rm(join(this.#root, name), { recursive: true, force: true })));
  }

  /** Stops what is under way. */
  close(): void {
    this.#closed.abort();
  }

  async #preparePackages(packages: readonly NodePackage[]): Promise<string | null> {
    if (packages.length === 0) return null;
    checkPackages(packages);
    const folder = join(this.#root, PACKAGES_PREFIX + packagesHash(packages));
    await this.#makeOnce(folder, async (temporary) => {
      const cache = `${temporary}-cache`;
      try {
        await installPackages(packages, temporary, cache, this.#closed.signal);
      } finally {
        await rm(cache, { recursive: true, force: true });
      }
    });
    return folder;
  }

  async #makeOnce(folder: string, make: (temporary: string) => Promise<void>): Promise<void> {
    if (existsSync(folder)) return;
    const making = this.#making.get(folder) ?? this.#make(folder, make).finally(() => this.#making.delete(folder));
    this.#making.set(folder, making);
    await making;
  }

  async #make(folder: string, make: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = join(this.#root, `${NEW_PREFIX}${randomUUID()}`);
    await mkdir(this.#root, { recursive: true });
    try {
      await make(temporary);
      await rename(temporary, folder);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  async #newest(names: readonly string[], active: string | null): Promise<string[]> {
    const dated = await Promise.all(names.map(async (name) => ({ name, usedMs: (await stat(join(this.#root, name))).mtimeMs })));
    const isActive = (name: string): boolean => active !== null && name === basename(active);
    return dated
      .sort((a, b) => Number(isActive(b.name)) - Number(isActive(a.name)) || b.usedMs - a.usedMs)
      .slice(0, 1 + CODE_KEPT)
      .map(({ name }) => name);
  }
}

async function writeCode(folder: string, modules: readonly NodeModule[], packagesFolder: string | null): Promise<void> {
  await writeDurably(join(folder, "package.json"), '{"type":"module"}');
  for (const { path, source, sourceMap } of modules) {
    await writeDurably(join(folder, path), source);
    if (sourceMap !== null) await writeDurably(join(folder, `${path}.map`), sourceMap);
  }
  if (packagesFolder === null) return;
  // Relative, so that the data folder can be moved; Windows has no such links for everybody.
  const target = process.platform === "win32" ? join(packagesFolder, "node_modules") : join("..", basename(packagesFolder), "node_modules");
  await symlink(target, join(folder, "node_modules"), "junction");
}

async function writeDurably(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { flush: true });
}

/** Name of the folder that the code's node_modules leads to; null where it has none. */
async function linkedPackages(codeFolder: string): Promise<string | null> {
  const target = await readlink(join(codeFolder, "node_modules")).catch(() => null);
  return target === null ? null : basename(dirname(target));
}

/** Binaries of packages are made for one machine and one version of Node. */
function packagesHash(packages: readonly NodePackage[]): string {
  return hashOf([LAYOUT, `${process.platform} ${process.arch} ${process.versions.modules}`, ...sorted(packages.map(({ name, version }) => `${name}@${version}`))]);
}

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort();
}

function hashOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, HASH_LENGTH);
}
