/**
 * The body by which the public CLI pushes an app, made from its `convex` folder without the CLI. What would be generated
 * (`_generated/api`, `_generated/server`) is not looked for: its exports are the public package's generic ones.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve, sep } from "node:path";
import type { BuildFailure, Plugin } from "esbuild";
import { bundleModules } from "../functions/sandbox/app-bundle.js";
import { findComponents, type BundleOne, type FoundComponent } from "./app-components.js";
import { TestAppError } from "./test-app-error.js";
import type { ModuleSource } from "../functions/sandbox/module-code.js";

/** Module that a test deployment, and each component of it, has besides its own: see INSPECTOR_SOURCE. */
export const INSPECTOR = "rivuletTesting";

/** What tests do without functions of the app. */
const INSPECTOR_SOURCE = `
import { internalMutationGeneric, internalQueryGeneric } from "convex/server";
export const insert = internalMutationGeneric(async ({ db }, { table, document }) => await db.insert(table, document));
export const documents = internalQueryGeneric(async ({ db }, { table }) => await (table.startsWith("_") ? db.system : db).query(table).collect());
export const uploadUrl = internalMutationGeneric(async ({ storage }) => await storage.generateUploadUrl());
export const fileUrl = internalQueryGeneric(async ({ storage }, { storageId }) => await storage.getUrl(storageId));
export const due = internalQueryGeneric(async ({ db }, { nowMs }) => {
  const jobs = await db.system.query("_scheduled_functions").collect();
  return jobs.filter(({ state, scheduledTime }) => state.kind === "inProgress" || (state.kind === "pending" && scheduledTime <= nowMs)).length;
});
`;

const GENERATED: Readonly<Record<string, string>> = {
  server: `
export { queryGeneric as query, mutationGeneric as mutation, actionGeneric as action, httpActionGeneric as httpAction } from "convex/server";
export { internalQueryGeneric as internalQuery, internalMutationGeneric as internalMutation, internalActionGeneric as internalAction } from "convex/server";
export const env = process.env;`,
  api: `
import { anyApi, componentsGeneric } from "convex/server";
export const api = anyApi;
export const internal = anyApi;
export const components = componentsGeneric();`,
};

const EXTENSIONS = [".js", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".jsx"];
const USE_NODE = /^(?:\s|\/\/.*\n|\/\*[\s\S]*?\*\/)*["']use node["']/;

const UDF_SERVER_VERSION = "1.48.0";

interface FolderFiles {
  readonly isolate: readonly string[];
  readonly node: readonly string[];
  readonly schema: string | undefined;
  /** What mounts components. */
  readonly config: string | undefined;
}

/** `folder` is the app's `convex` folder. Throws TestAppError. */
export async function appPush(folder: string): Promise<object> {
  const files = await folderFiles(folder);
  const { app, components } = files.config === undefined ? NO_COMPONENTS : await findComponents(folder, files.config, bundledOne);
  const changedModules = [...(await functionsOf(folder, files)), ...(await modulesOf(folder, files.node, "node"))];
  const [schema] = await schemaOf(folder, files);
  return {
    dryRun: false,
    functions: "convex/",
    appDefinition: { definition: app.definition === null ? null : inIsolate(app.definition), dependencies: app.dependencies, schema: schema ?? null, changedModules, unchangedModuleHashes: [], udfServerVersion: UDF_SERVER_VERSION },
    componentDefinitions: await Promise.all(components.map(componentPush)),
    nodeDependencies: [],
    forCodegen: false,
  };
}

const NO_COMPONENTS = { app: { definition: null, dependencies: [] }, components: [] };

async function componentPush({ definitionPath, folder, definition, dependencies }: FoundComponent): Promise<object> {
  const files = await folderFiles(folder);
  if (files.node.length > 0) throw new TestAppError(`The component in ${folder} has modules for Node ("use node"), which components can't have.`);
  const [schema] = await schemaOf(folder, files);
  return { definitionPath, definition: inIsolate(definition), dependencies, schema: schema ?? null, functions: await functionsOf(folder, files), udfServerVersion: UDF_SERVER_VERSION };
}

interface PushedModule extends Pick<ModuleSource, "path" | "source" | "sourceMap"> {
  readonly environment: "isolate" | "node";
}

/** With the inspector of tests among them. */
async function functionsOf(folder: string, { isolate }: FolderFiles): Promise<PushedModule[]> {
  const inspector = join(folder, `${INSPECTOR}.js`);
  return await modulesOf(folder, [...isolate, inspector], "isolate", [inspectorAt(inspector)]);
}

async function schemaOf(folder: string, { schema }: FolderFiles): Promise<PushedModule[]> {
  return await modulesOf(folder, schema === undefined ? [] : [schema], "isolate");
}

async function modulesOf(folder: string, entries: readonly string[], environment: "isolate" | "node", plugins: readonly Plugin[] = []): Promise<PushedModule[]> {
  if (entries.length === 0) return [];
  const modules = await bundled(folder, entries, environment === "node" ? "node" : "browser", [generated, ...plugins]);
  return modules.map(({ path, source, sourceMap }) => ({ path: environment === "node" ? path.replace(/^_deps\//, "_deps/node/") : path, source, sourceMap, environment }));
}

const bundledOne: BundleOne = async (folder, file, plugin) => (await bundled(folder, [file], "browser", [plugin]))[0]!;

const inIsolate = ({ path, source, sourceMap }: ModuleSource): PushedModule => ({ path, source, sourceMap, environment: "isolate" });

async function bundled(folder: string, entries: readonly string[], platform: "browser" | "node", plugins: readonly Plugin[]): Promise<ModuleSource[]> {
  try {
    return await bundleModules({ folder, entries, platform, plugins });
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>;
    if (errors === undefined) throw error;
    const lines = errors.map(({ text, location }) => (location === null ? text : `${location.file}:${location.line}:${location.column}: ${text}`));
    throw new TestAppError(`The app in ${folder} can't be bundled:\n${lines.join("\n")}`, { cause: error });
  }
}

/** As the public CLI chooses them: see `entryPoints` of its bundler. */
async function folderFiles(folder: string): Promise<FolderFiles> {
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new TestAppError(`${folder} can't be read (${error.code ?? error.message}). Name the app's folder of functions, usually "convex".`, { cause: error });
  });
  const named = (base: string): string[] => [`${base}.ts`, `${base}.js`].filter((name) => names.includes(name)).map((name) => join(folder, name));
  // Folders of components are pushed with these.
  const components = names.filter((name) => basename(name) === "convex.config.ts" && name !== "convex.config.ts").map((name) => dirname(name) + sep);
  const paths = names.filter((name) => isModule(name) && !components.some((component) => name.startsWith(component))).sort().map((name) => resolve(folder, name));
  const node = new Set((await Promise.all(paths.map(async (path) => (USE_NODE.test(await readFile(path, "utf8")) ? [path] : [])))).flat());
  return { isolate: [...paths.filter((path) => !node.has(path)), ...named("auth.config")], node: [...node], schema: named("schema")[0], config: named("convex.config")[0] };
}

function isModule(name: string): boolean {
  const base = basename(name);
  if (!EXTENSIONS.includes(extname(name)) || name.includes("node_modules") || name.startsWith("_generated") || name.includes(" ")) return false;
  return !/^[.#]/.test(base) && !["schema.ts", "schema.js"].includes(base) && base.split(".").length === 2;
}

const generated: Plugin = {
  name: "what the public CLI generates",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /(?:^|\/)_generated\/(?:api|server)(?:\.js)?$/ }, ({ path, importer }) => ({ namespace: "generated", path: basename(path, ".js"), pluginData: dirname(importer) }));
    onLoad({ filter: /.*/, namespace: "generated" }, ({ path, pluginData }) => ({ contents: GENERATED[path]!, resolveDir: pluginData as string }));
  },
};

function inspectorAt(file: string): Plugin {
  return {
    name: "what tests do without functions of the app",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /rivuletTesting\.js$/ }, ({ path }) => (path === file ? { namespace: "inspector", path } : undefined));
      onLoad({ filter: /.*/, namespace: "inspector" }, () => ({ contents: INSPECTOR_SOURCE, resolveDir: dirname(file) }));
    },
  };
}
