/**
 * What modules of Node ("use node") define. They may need anything that Node has, so they are loaded by Node itself, in a
 * thread that lives no longer than that; nothing in them is called but the export of validators.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { AnalyzedFunction, ModuleAnalysis, UdfType } from "../../functions/sandbox/analyze.js";
import { DeployError } from "./deploy-error.js";
import type { EnvironmentVariables } from "./environment.js";

const LOADING_MS_MAX = 20_000;
const HEAP_MB_MAX = 512;

/** Bundles for Node are ES modules that expect the globals of CommonJS. */
const WORKER_SOURCE = `
const { parentPort, workerData } = require("node:worker_threads");
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");
Object.assign(globalThis, { require: createRequire(join(workerData.folder, "index.js")), module: { exports: {} }, exports: {}, __dirname: workerData.folder, __filename: join(workerData.folder, "index.js") });
const udfTypeOf = (f) => (f.isQuery ? "Query" : f.isMutation ? "Mutation" : f.isAction ? "Action" : f.isHttp ? "HttpAction" : null);
const describe = ([name, f]) => {
  if (typeof f !== "function" || udfTypeOf(f) === null) return [];
  return [{ name, udfType: udfTypeOf(f), visibility: f.isInternal === true ? "internal" : "public", args: f.exportArgs?.() ?? '{"type":"any"}', returns: f.exportReturns?.() ?? "null", pos: null }];
};
(async () => {
  for (const path of workerData.paths) {
    try {
      const exported = await import(pathToFileURL(join(workerData.folder, path)).href);
      parentPort.postMessage({ path, functions: Object.entries(exported).flatMap(describe) });
    } catch (error) {
      parentPort.postMessage({ path, error: String(error), missingPackage: error?.code === "ERR_MODULE_NOT_FOUND" });
    }
  }
  parentPort.close();
})();
`;

type WorkerReport =
  | { readonly path: string; readonly functions: readonly AnalyzedFunction[] }
  | { readonly path: string; readonly error: string; readonly missingPackage: boolean };

interface NodeModule {
  readonly path: string;
  /** An ES module. */
  readonly source: string;
}

export interface NodeModules {
  /** All modules of Node, shared parts included. */
  readonly modules: readonly NodeModule[];
  /** Which of them may define functions. */
  readonly entries: readonly string[];
  readonly environmentVariables: EnvironmentVariables;
  /** Names of packages that the modules expect to be installed. */
  readonly externalPackages: readonly string[];
}

/** Throws {@link DeployError}. */
export async function analyzeNodeModules({ modules, entries, environmentVariables, externalPackages }: NodeModules): Promise<ModuleAnalysis[]> {
  if (entries.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), "rivulet-node-modules-"));
  try {
    await writeModuleFiles(folder, modules);
    const reports = await loadInThread(folder, entries, environmentVariables);
    return reports.map((report) => ({ path: report.path, functions: functionsOf(report, modules, externalPackages), routes: null, crons: null }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeModuleFiles(folder: string, modules: readonly NodeModule[]): Promise<void> {
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  for (const { path, source } of modules) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), source);
  }
}

function loadInThread(folder: string, paths: readonly string[], environmentVariables: EnvironmentVariables): Promise<WorkerReport[]> {
  return new Promise((resolve, reject) => {
    const reports: WorkerReport[] = [];
    const worker = new Worker(WORKER_SOURCE, {
      eval: true,
      workerData: { folder, paths },
      env: environmentVariables,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    const timer = setTimeout(() => fail(`it took longer than ${LOADING_MS_MAX / 1000} s`), LOADING_MS_MAX);
    const fail = (cause: string): void => {
      clearTimeout(timer);
      const path = paths[reports.length] ?? paths.at(-1)!;
      void worker.terminate().then(() => reject(new DeployError("InvalidModules", `Failed to analyze ${path}: ${cause}.`)));
    };
    // What a module leaves behind (timers, sockets) must not keep the thread alive.
    worker.on("message", (report: WorkerReport) => {
      if (reports.push(report) < paths.length) return;
      clearTimeout(timer);
      void worker.terminate().then(() => resolve(reports));
    });
    worker.on("error", (error) => fail(String(error)));
    worker.on("exit", () => {
      if (reports.length < paths.length) fail("it ended the process that loaded it");
    });
  });
}

function functionsOf(report: WorkerReport, modules: readonly NodeModule[], externalPackages: readonly string[]): readonly AnalyzedFunction[] {
  if ("functions" in report) return report.functions.map((analyzed) => checkKind(report.path, analyzed));
  const isExpected = report.missingPackage && externalPackages.length > 0;
  if (!isExpected) throw new DeployError("InvalidModules", `Failed to analyze ${report.path}: Uncaught ${report.error}`);
  return exportedNames(modules.find(({ path }) => path === report.path)!.source).map(unknownAction);
}

function checkKind(path: string, analyzed: AnalyzedFunction): AnalyzedFunction {
  if (analyzed.udfType === "Action") return analyzed;
  const kind: Record<Exclude<UdfType, "Action">, string> = { Query: "query", Mutation: "mutation", HttpAction: "HTTP action" };
  throw new DeployError("InvalidModules", `\`${analyzed.name}\` defined in \`${path}\` is a ${kind[analyzed.udfType]}. Only actions can be defined in Node.js: move it to a file without "use node".`);
}

/** Where packages are missing that this version does not install, a module can't be loaded: then all exports count. */
function unknownAction(name: string): AnalyzedFunction {
  return { name, udfType: "Action", visibility: "public", args: '{"type":"any"}', returns: "null", pos: null };
}

/** From the one export clause at the end of an esbuild bundle. */
function exportedNames(source: string): string[] {
  const clause = /export \{([^}]*)\};?\s*(?:\/\/[^\n]*\s*)?$/.exec(source)?.[1] ?? "";
  return clause
    .split(",")
    .map((part) => part.trim().split(" as ").at(-1)!)
    .filter((name) => name !== "");
}
