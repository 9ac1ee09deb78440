/** How an app's modules are bundled, as the public CLI does: for what in this project bundles without it. */
import { dirname, join, relative } from "node:path";
import type { BuildOptions, Plugin } from "esbuild";
import { withEsbuild } from "./esbuild-service.js";
import type { ModuleSource } from "./module-code.js";

export interface BundleOptions {
  /** Absolute; modules are named by their path from it. */
  readonly folder: string;
  /** Absolute. */
  readonly entries: readonly string[];
  readonly platform: "browser" | "node";
  readonly plugins?: readonly Plugin[];
  /** Where packages are looked for besides the folders above. */
  readonly nodePaths?: readonly string[];
}

/** Rejects with esbuild's BuildFailure. */
export async function bundleModules({ folder, entries, platform, plugins = [], nodePaths = [] }: BundleOptions): Promise<ModuleSource[]> {
  // Beside the folder, so that places in its files begin with its name, as those of the public CLI do.
  const outdir = join(dirname(folder), "out");
  const options = {
    absWorkingDir: folder,
    entryPoints: [...entries],
    bundle: true,
    platform,
    format: "esm",
    target: "esnext",
    jsx: "automatic",
    outdir,
    outbase: folder,
    conditions: ["convex", "module"],
    // What the server supplies to convex.config.ts.
    external: ["./_componentDeps/*"],
    write: false,
    sourcemap: true,
    sourcesContent: false,
    splitting: true,
    chunkNames: "_deps/[hash]",
    treeShaking: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    keepNames: true,
    define: { "process.env.NODE_ENV": '"production"' },
    nodePaths: [...nodePaths],
    plugins: [...plugins],
    logLevel: "silent",
  } satisfies BuildOptions;
  const { outputFiles } = await withEsbuild((esbuild) => esbuild.build(options));
  const texts = new Map(outputFiles.map(({ path, text }) => [relative(outdir, path), text]));
  const paths = [...texts.keys()].filter((path) => !path.endsWith(".map"));
  return paths.map((path) => ({ path, source: texts.get(path)!, sourceMap: texts.get(`${path}.map`) ?? null }));
}
