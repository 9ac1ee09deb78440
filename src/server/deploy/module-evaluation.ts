/**
 * Evaluates one of the modules that configure an app (schema.js, auth.config.js, convex.config.js) in a sandbox of its
 * own, and gives its default export to a reader whose result is copied out as JSON.
 */
import { describeError } from "../../functions/sandbox/errors.js";
import { ModuleSyntaxError, compileModule, type ModuleCode } from "../../functions/sandbox/module-code.js";
import { Sandbox } from "../../functions/sandbox/sandbox.js";
import { DeployError, type DeployErrorCode } from "./deploy-error.js";
import type { EnvironmentVariables } from "./environment.js";
import type { ModuleConfig } from "./push-request.js";

/** The engine does nothing else meanwhile. */
export const EVALUATION_MS_MAX = 3_000;

export interface ModuleEvaluation {
  /** Has the module, and what it imports. */
  readonly modules: ReadonlyMap<string, ModuleCode>;
  readonly path: string;
  readonly environmentVariables: EnvironmentVariables;
  /** For what goes wrong in the module. */
  readonly errorCode: DeployErrorCode;
  /** Gets the default export, of the sandbox's realm; may throw. Undefined becomes null. */
  readonly read: (exported: unknown) => unknown;
}

/** Throws {@link DeployError}. */
export function evaluateModule({ modules, path, environmentVariables, errorCode, read }: ModuleEvaluation): unknown {
  const sandbox = new Sandbox({ modules, host: () => null, environmentVariables, importMsMax: EVALUATION_MS_MAX });
  let json: string | undefined;
  let result: "done" | "timedOut";
  try {
    result = sandbox.drive(() => (json = JSON.stringify(read(sandbox.load(path)["default"]))), EVALUATION_MS_MAX);
  } catch (error) {
    if (error instanceof DeployError) throw error;
    throw new DeployError(errorCode, `Failed to evaluate ${path}: ${describeError(error, sandbox).message}`);
  } finally {
    sandbox.dispose();
  }
  if (result === "timedOut") throw new DeployError(errorCode, `Failed to evaluate ${path}: it took longer than ${EVALUATION_MS_MAX / 1000} s. Do less in that file.`);
  return json === undefined ? null : (JSON.parse(json) as unknown);
}

/** Throws {@link DeployError} where the module is no valid JavaScript. */
export async function compile(module: ModuleConfig): Promise<ModuleCode> {
  try {
    return await compileModule({ path: module.path, source: module.source, sourceMap: module.sourceMap ?? null });
  } catch (error) {
    if (error instanceof ModuleSyntaxError) throw new DeployError("InvalidModules", `Failed to compile ${module.path}: ${error.message}`);
    throw error;
  }
}

/** Calls `export()` of an object that the package's own builders made; null where it is none. */
export function callExport(exported: unknown): unknown {
  const candidate = exported as { readonly export?: unknown } | null | undefined;
  return typeof candidate === "object" && candidate !== null && typeof candidate.export === "function" ? (candidate.export as () => unknown)() : null;
}
