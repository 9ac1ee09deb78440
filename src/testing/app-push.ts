/**
 * The body by which the public CLI pushes an app, made from its `convex` folder without the CLI. What would be generated
 * (`_generated/api`, `_generated/server`) is not looked for: its exports are the public package's generic ones.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { BuildFailure, Plugin } from "esbuild";
import { bundleModules } from "../functions/sandbox/app-bundle.js";
import { TestAppError } from "./test-app-error.js";
import type { ModuleSource } from "../functions/sandbox/module-code.js";

/** Module that a test deployment has besides the app's: see INSPECTOR_SOURCE. */
export const INSPECTOR = "rivuletTesting";

/** What tests do without functions of the app. */
const INSPECTOR_SOURCE = `
import { internalMutationGeneric, internalQueryGeneric } from "convex/server";
export const insert = internalMutationGeneric(async ({ db }, { table, document }) => await db.insert(table, document));
export const documents = internalQueryGeneric(async ({ db }, { table }) => await (table.startsWith("_") ? db.system : db).query(table).collect());
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
import { anyApi } from "convex/server";
export const api = anyApi;
export const internal = anyApi;`,
};

const EXTENSIONS = [".js", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".jsx"];
const USE_NODE = /^(?:\s|\/\/.*\n|\/\*[\s\S]*?\*\/)*["']use node["']/;

interface AppFiles {
  readonly isolate: readonly string[];
  readonly node: readonly string[];
  readonly schema: string | undefined;
}

/** `folder` is the app's `convex` folder. Throws TestAppError. */
export async function appPush(folder: string): Promise<object> {
  const { isolate, node, schema } = await appFiles(folder);
  const bundle = async (entries: readonly string[], environment: "isolate" | "node", plugins: readonly Plugin[] = []): Promise<object[]> => {
    if (entries.length === 0) return [];
    const modules = await bundled(folder, entries, environment === "node" ? "node" : "browser", [generated, ...plugins]);
    return modules.map(({ path, source, sourceMap }) => ({ path: environment === "node" ? path.replace(/^_deps\//, "_deps/node/") : path, source, sourceMap, environment }));
  };
  const inspector = join(folder, `${INSPECTOR}.js`);
  const changedModules = [...(await bundle([...isolate, inspector], "isolate", [inspectorAt(inspector)])), ...(await bundle(node, "node"))];
  const [schemaModule] = await bundle(schema === undefined ? [] : [schema], "isolate");
  return {
    dryRun: false,
    functions: "convex/",
    appDefinition: { definition: null, dependencies: [], schema: schemaModule ?? null, changedModules, unchangedModuleHashes: [], udfServerVersion: "1.48.0" },
    componentDefinitions: [],
    nodeDependencies: [],
    forCodegen: false,
  };
}

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
async function appFiles(folder: string): Promise<AppFiles> {
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new TestAppError(`${folder} can't be read (${error.code ?? error.message}). Name the app's folder of functions, usually "convex".`, { cause: error });
  });
  if (names.includes("convex.config.ts") || names.includes("convex.config.js")) {
    throw new TestAppError(`${folder} mounts components (convex.config.ts), which tests in memory can't do. Test against a server: rivulet start --port 0`);
  }
  const paths = names.filter(isModule).sort().map((name) => resolve(folder, name));
  const node = new Set((await Promise.all(paths.map(async (path) => (USE_NODE.test(await readFile(path, "utf8")) ? [path] : [])))).flat());
  const schema = ["schema.ts", "schema.js"].filter((name) => names.includes(name)).map((name) => join(folder, name));
  const auth = ["auth.config.ts", "auth.config.js"].filter((name) => names.includes(name)).map((name) => join(folder, name));
  return { isolate: [...paths.filter((path) => !node.has(path)), ...auth], node: [...node], schema: schema[0] };
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
