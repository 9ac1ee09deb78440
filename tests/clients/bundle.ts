/** Bundles a page as the build tool of its framework does: `.svelte` and `.vue` are compiled by the frameworks' own compilers. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, type OnLoadResult, type Plugin } from "esbuild";
import { compile, compileModule } from "svelte/compiler";
import { compileScript, parse } from "vue/compiler-sfc";

/** Where the code is to run. */
export type Side = "client" | "server";

const PAGES = join(import.meta.dirname, "pages");

/** The script that `tests/clients/pages/<page>` becomes: for a browser, or a CommonJS module for a server. */
export async function bundle(page: string, side: Side = "client"): Promise<string> {
  const result = await build({
    entryPoints: [join(PAGES, page)],
    bundle: true,
    write: false,
    format: side === "client" ? "iife" : "cjs",
    platform: side === "client" ? "browser" : "node",
    conditions: ["svelte", "production"],
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
    plugins: [svelte(side), vue()],
    logLevel: "silent",
  });
  return result.outputFiles[0]!.text;
}

function svelte(side: Side): Plugin {
  const options = (path: string) => ({ filename: path, generate: side, css: "injected" as const });
  return {
    name: "svelte",
    setup({ onLoad }) {
      onLoad({ filter: /\.svelte$/ }, async ({ path }): Promise<OnLoadResult> => ({ contents: compile(await readFile(path, "utf8"), options(path)).js.code, loader: "js" }));
      onLoad({ filter: /\.svelte\.js$/ }, async ({ path }): Promise<OnLoadResult> => ({ contents: compileModule(await readFile(path, "utf8"), { filename: path, generate: side }).js.code, loader: "js" }));
    },
  };
}

function vue(): Plugin {
  return {
    name: "vue",
    setup({ onLoad }) {
      onLoad({ filter: /\.vue$/ }, async ({ path }): Promise<OnLoadResult> => {
        const { descriptor } = parse(await readFile(path, "utf8"), { filename: path });
        return { contents: compileScript(descriptor, { id: basename(path), inlineTemplate: true }).content, loader: "ts" };
      });
    },
  };
}
