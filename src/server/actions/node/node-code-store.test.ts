import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { mkdir, readFile, readdir, readlink, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NodeCodeStore, type NodeSources } from "./node-code-store.js";

let root: string;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), "rivulet-node-")), "node");
});
afterEach(() => rmSync(join(root, ".."), { recursive: true, force: true }));

const sources = (text: string, packages: NodeSources["packages"] = []): NodeSources => ({
  modules: [
    { path: "a.js", source: `export const a = ${JSON.stringify(text)};`, sourceMap: "{}", sha256: text },
    { path: "_deps/node/b.js", source: "export const b = 1;", sourceMap: null, sha256: "b" },
  ],
  packages,
});
const IS_NUMBER = { name: "is-number", version: "7.0.0" };

describe("the code of Node", () => {
  it("is written as files, with source maps", async () => {
    const store = new NodeCodeStore(root);
    expect(store.find(sources("one"))).toBeNull();
    const folder = (await store.prepare(sources("one")))!;
    expect(store.find(sources("one"))).toBe(folder);
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(["_deps", "_deps/node", "_deps/node/b.js", "a.js", "a.js.map", "package.json"]);
    expect(await readFile(join(folder, "a.js"), "utf8")).toBe('export const a = "one";');
    expect(JSON.parse(await readFile(join(folder, "package.json"), "utf8"))).toEqual({ type: "module" });
  });

  it("has a folder for each version, and none without modules", async () => {
    const store = new NodeCodeStore(root);
    expect(await store.prepare({ modules: [], packages: [IS_NUMBER] })).toBeNull();
    const [one, two, again] = await Promise.all([store.prepare(sources("one")), store.prepare(sources("two")), store.prepare(sources("one"))]);
    expect(one).toBe(again);
    expect(one).not.toBe(two);
    expect((await readdir(root)).length).toBe(2);
  });

  it("is kept for a while after it was replaced, and removed later", async () => {
    const store = new NodeCodeStore(root);
    const folders: string[] = [];
    for (let i = 0; i < 12; i++) {
      const folder = (await store.prepare(sources(`version ${i}`)))!;
      await utimes(folder, i, i);
      folders.push(folder);
    }
    await mkdir(join(root, "new-half", "deep"), { recursive: true });
    await store.prune(folders[0]!);
    expect(folders.map((folder) => existsSync(folder))).toEqual([true, false, false, false, ...Array.from({ length: 8 }, () => true)]);
    expect(existsSync(join(root, "new-half"))).toBe(false);
  });

  it("removes nothing while something is being prepared", async () => {
    const store = new NodeCodeStore(root);
    await mkdir(join(root, "new-half"), { recursive: true });
    const preparing = store.prepare(sources("one"));
    await store.prune(null);
    expect(existsSync(join(root, "new-half"))).toBe(true);
    await preparing;
    await store.prune(null);
    expect(existsSync(join(root, "new-half"))).toBe(false);
  });
});

describe("external packages", () => {
  it("are installed once for all versions that need them, and removed with the last", async () => {
    const store = new NodeCodeStore(root);
    const [one, two] = await Promise.all([store.prepare(sources("one", [IS_NUMBER])), store.prepare(sources("two", [IS_NUMBER]))]);
    const [packages, ...others] = (await readdir(root)).filter((name) => name.startsWith("packages-"));
    expect(others).toEqual([]);
    for (const folder of [one, two]) expect(await readlink(join(folder!, "node_modules"))).toBe(join("..", packages!, "node_modules"));
    expect(JSON.parse(await readFile(join(one!, "node_modules", "is-number", "package.json"), "utf8"))).toMatchObject({ version: "7.0.0" });
    await store.prune(one);
    expect(existsSync(join(root, packages!))).toBe(true);
    for (const folder of [one!, two!]) rmSync(folder, { recursive: true });
    await store.prune(null);
    expect(await readdir(root)).toEqual([]);
  });

  it("that do not exist are told by npm, and leave nothing behind", async () => {
    const store = new NodeCodeStore(root);
    await expect(store.prepare(sources("one", [{ name: "is-number", version: "999.0.0" }]))).rejects.toThrow(/^The external package is-number@999\.0\.0 could not be installed on the server:\n.*ETARGET[^]*No matching version found/);
    expect(await readdir(root)).toEqual([]);
    expect(await store.prepare(sources("one", [IS_NUMBER]))).not.toBeNull();
  });

  it("are no longer installed when the store is closed", async () => {
    const store = new NodeCodeStore(root);
    const preparing = store.prepare(sources("one", [IS_NUMBER]));
    store.close();
    await expect(preparing).rejects.toThrow("The server was shut down");
    expect(await readdir(root)).toEqual([]);
  });

  it.each([
    ["../up", "1.0.0"],
    ["--registry=http://evil.test", "1.0.0"],
    ["a b", "1.0.0"],
    ["a".repeat(215), "1.0.0"],
    ["ms", "latest"],
    ["ms", "^1.0.0"],
    ["ms", "https://evil.test/x.tgz"],
    ["ms", "npm:other@1.0.0"],
    ["ms", "1.0.0 || 2.0.0"],
  ])("are refused where they are none: %s %s", async (name, version) => {
    await expect(new NodeCodeStore(root).prepare(sources("one", [{ name, version }]))).rejects.toThrow(/is not the name of an npm package|is not an exact one/);
    expect(existsSync(root) ? await readdir(root) : []).toEqual([]);
  });
});
