/**
 * The components that an app mounts: which folders they are, found by the imports of each `convex.config.ts`, and these files themselves as
 * the public CLI bundles them. A component is named by the path of its folder from the app's.
 */
import { dirname, extname, relative, sep } from "node:path";
import type { OnResolveArgs, Plugin, PluginBuild } from "esbuild";
import type { ModuleSource } from "../functions/sandbox/module-code.js";

/** Bundles one file of a folder. */
export type BundleOne = (folder: string, file: string, plugin: Plugin) => Promise<ModuleSource>;

export interface FoundComponent {
  readonly definitionPath: string;
  readonly folder: string;
  readonly definition: ModuleSource;
  /** Definition paths of what it mounts. */
  readonly dependencies: readonly string[];
}

export interface FoundComponents {
  readonly app: Pick<FoundComponent, "definition" | "dependencies">;
  /** Each once, however often it is mounted. */
  readonly components: readonly FoundComponent[];
}

/** `config` is the app's own, in `folder`. */
export async function findComponents(folder: string, config: string, bundle: BundleOne): Promise<FoundComponents> {
  const found = new Map<string, FoundComponent>();
  const visit = async (file: string): Promise<Pick<FoundComponent, "definition" | "dependencies">> => {
    const imported = new Map<string, string>();
    const definition = await bundle(dirname(file), file, importedConfigs(folder, imported));
    for (const [definitionPath, path] of imported) {
      if (found.has(definitionPath)) continue;
      // Held before its own are looked at: what mounts in a circle is for the deploy to refuse.
      const component = { definitionPath, folder: dirname(path), definition, dependencies: [] };
      found.set(definitionPath, component);
      found.set(definitionPath, { ...component, ...(await visit(path)) });
    }
    return { definition, dependencies: [...imported.keys()] };
  };
  const app = await visit(config);
  return { app, components: [...found.values()] };
}

/** Leaves imports of other definitions to the server, which evaluates children first; notes them by definition path. */
function importedConfigs(appFolder: string, imported: Map<string, string>): Plugin {
  return {
    name: "definitions of components",
    setup(build) {
      build.onResolve({ filter: /convex\.config/ }, async (args) => {
        if (args.kind === "entry-point" || args.pluginData === importedConfigs) return undefined;
        const path = await resolvedConfig(build, args);
        if (path === null) return undefined;
        const definitionPath = relative(appFolder, dirname(path)).split(sep).join("/");
        imported.set(definitionPath, path);
        return { external: true, path: `./_componentDeps/${Buffer.from(definitionPath).toString("base64url")}` };
      });
    },
  };
}

/** An import may name the file with another extension than it has, or with none. */
async function resolvedConfig(build: PluginBuild, { path, kind, resolveDir }: OnResolveArgs): Promise<string | null> {
  const bare = [".js", ".ts"].includes(extname(path)) ? path.slice(0, -3) : path;
  for (const candidate of new Set([path, `${bare}.js`, `${bare}.ts`])) {
    const result = await build.resolve(candidate, { kind, resolveDir, pluginData: importedConfigs });
    if (result.errors.length === 0 && !result.external) return result.path;
  }
  return null;
}
