/**
 * The modules of a push: those that changed come with it and are compiled, the others are taken from the last push; all
 * are analysed, since what they define may depend on what they import and on the environment.
 */
import { createHash } from "node:crypto";
import { ModuleAnalysisError, analyzeModules, type ModuleAnalysis } from "../../functions/sandbox/analyze.js";
import type { ModuleCode } from "../../functions/sandbox/module-code.js";
import { Sandbox } from "../../functions/sandbox/sandbox.js";
import { AUTH_CONFIG_PATH } from "./auth-config.js";
import type { StoredModule } from "./code-store.js";
import { DeployError } from "./deploy-error.js";
import type { EnvironmentVariables } from "./environment.js";
import { EVALUATION_MS_MAX, compile } from "./module-evaluation.js";
import { analyzeNodeModules } from "./node-analysis.js";
import type { ModuleConfig, StartPushRequest } from "./push-request.js";

const SHARED_PREFIX = "_deps/";
/** Relative, and never out of its folder. */
const MODULE_PATH = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*\.js$/;

/** As the CLI computes it. */
export function moduleHash(source: string, sourceMap: string | null): string {
  return createHash("sha256")
    .update(source)
    .update(sourceMap ?? "")
    .digest("hex");
}

export type PushedModules = Pick<StartPushRequest["appDefinition"], "changedModules" | "unchangedModuleHashes">;

/** In the order of their paths. Analysis is still missing. Throws {@link DeployError}. */
export async function resolveModules({ changedModules, unchangedModuleHashes }: PushedModules, stored: readonly StoredModule[]): Promise<StoredModule[]> {
  const storedByPath = new Map(stored.map((module) => [module.path, module]));
  const unchanged = unchangedModuleHashes.map(({ path, sha256, environment }) => {
    const module = storedByPath.get(path);
    if (module !== undefined && module.sha256 === sha256 && module.environment === environment) return { ...module, analysis: null };
    throw new DeployError("ModuleNotFound", `The server does not have the module ${path} that the push says is unchanged: it was changed by another push. Push again, or with --push-all-modules.`);
  });
  const changed = await Promise.all(changedModules.map(async (module) => await compileChanged(module, storedByPath.get(module.path))));
  const modules = [...unchanged, ...changed].sort((a, b) => (a.path < b.path ? -1 : 1));
  checkPaths(modules);
  return modules;
}

async function compileChanged(module: ModuleConfig, stored: StoredModule | undefined): Promise<StoredModule> {
  const { path, environment, source } = module;
  const sourceMap = module.sourceMap ?? null;
  const sha256 = moduleHash(source, sourceMap);
  const isStored = stored?.sha256 === sha256 && stored.environment === environment;
  const code = environment === "node" ? null : isStored ? stored.code : await compile(module);
  return { path, environment, sha256, source, sourceMap, code, analysis: null };
}

function checkPaths(modules: readonly StoredModule[]): void {
  for (const [i, { path }] of modules.entries()) {
    if (!MODULE_PATH.test(path)) throw new DeployError("InvalidModules", `${path} is not a valid module path: file names have letters, digits, underscores, dots and dashes. Rename the file.`);
    if (modules[i - 1]?.path === path) throw new DeployError("InvalidModules", `The push has the module ${path} twice. Push again.`);
  }
}

/** Code of the default runtime, by path. */
export function codeByPath(modules: readonly StoredModule[]): Map<string, ModuleCode> {
  return new Map(modules.flatMap(({ path, code }) => (code === null ? [] : [[path, code] as const])));
}

/**
 * The same modules with what they define. `nodeFolder` has those of Node, under `prefix` where they are a component's. Throws
 * {@link DeployError}.
 */
export async function analyze(modules: readonly StoredModule[], nodeFolder: string | null, environmentVariables: EnvironmentVariables, prefix = ""): Promise<StoredModule[]> {
  const entries = modules.filter(({ path }) => !path.startsWith(SHARED_PREFIX) && path !== AUTH_CONFIG_PATH);
  const pathsOf = (environment: string): string[] => entries.filter((module) => module.environment === environment).map(({ path }) => path);
  const analyses = [
    ...analyzeDefaultRuntime(codeByPath(modules), pathsOf("isolate"), environmentVariables),
    ...(nodeFolder === null ? [] : await analyzeNodeModules({ folder: nodeFolder, entries: pathsOf("node").map((path) => prefix + path), paths: modules.filter(({ environment }) => environment === "node").map(({ path }) => prefix + path), environmentVariables })),
  ].map((analysis) => ({ ...analysis, path: analysis.path.startsWith(prefix) ? analysis.path.slice(prefix.length) : analysis.path }));
  const analysisByPath = new Map(analyses.map((analysis) => [analysis.path, analysis]));
  return modules.map((module) => ({ ...module, analysis: analysisByPath.get(module.path) ?? null }));
}

function analyzeDefaultRuntime(modules: ReadonlyMap<string, ModuleCode>, paths: readonly string[], environmentVariables: EnvironmentVariables): ModuleAnalysis[] {
  const sandbox = new Sandbox({ modules, host: () => null, environmentVariables, importMsMax: EVALUATION_MS_MAX });
  try {
    return analyzeModules(sandbox, paths);
  } catch (error) {
    if (error instanceof ModuleAnalysisError) throw new DeployError("InvalidModules", `Hit an error while loading the pushed modules. ${error.message}`);
    throw error;
  } finally {
    sandbox.dispose();
  }
}
