// Holds the architecture: a folder of src/ may import only from itself and from the folders listed for it here.
// `live` and `functions` never meet; the composition root (`server`) passes callbacks across.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve, dirname, sep } from "node:path";

const SRC = resolve(import.meta.dirname, "..", "src");

/** layer → layers it may import, with the reason that the message gives. */
const LAYERS = {
  values: { may: [], why: "values are the vocabulary of every other layer and know none of them" },
  storage: { may: ["values"], why: "a Store knows ordered keys and text, not documents" },
  database: { may: ["values", "storage"], why: "the database knows no network and no user code" },
  functions: { may: ["values", "storage", "database"], why: "user code runs on transactions; who listens is not its business" },
  live: { may: ["values", "storage", "database"], why: "subscriptions re-run queries through a callback, never through the runtime itself" },
  server: { may: ["values", "storage", "database", "functions", "live"], why: "the composition root" },
  testing: { may: ["values", "storage", "database", "functions", "live", "server"], why: "tests of apps run on the engine, within their own process" },
  cli: { may: ["values", "storage", "database", "functions", "live", "server"], why: "the command line is the outermost layer" },
};

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

const problems = [];
for (const path of sources(SRC)) {
  // Types that the package offers to apps: no layer of the server.
  if (dirname(path) === SRC && path.endsWith(".d.ts")) continue;
  const [layer] = relative(SRC, path).split(sep);
  const rule = LAYERS[layer];
  if (rule === undefined) {
    problems.push(`${relative(SRC, path)}: "${layer}" is no layer; the layers are ${Object.keys(LAYERS).join(", ")}`);
    continue;
  }
  for (const [, specifier] of readFileSync(path, "utf8").matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    const target = relative(SRC, resolve(dirname(path), specifier)).split(sep)[0];
    if (target !== layer && !rule.may.includes(target)) {
      problems.push(`src/${relative(SRC, path)} imports from ${target}/: ${rule.why}`);
    }
  }
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log("layers: every import points down");
