/**
 * What is known of an app's functions without loading them: from their analysis at push. Actions are found here, since
 * they run elsewhere.
 */
import type { ModuleAnalysis, UdfType } from "./sandbox/analyze.js";
import { APP_COMPONENT_PATH, modulePrefix } from "./component-path.js";
import type { FunctionKind } from "./deployment.js";
import { FunctionError } from "./errors.js";
import { formatFunctionPath, parseFunctionPath, type FunctionPath } from "./function-path.js";
import { formatFunctionHandle, notMounted, type FunctionTarget } from "./function-reference.js";
import { compileValidator, type Validator, type ValidatorJson } from "../values/validator.js";

export interface DeployedModule {
  readonly environment: "isolate" | "node";
  /** Null for parts that modules share. */
  readonly analysis: ModuleAnalysis | null;
}

export interface DeployedFunction {
  /** "" for the app's own. */
  readonly componentPath: string;
  readonly path: FunctionPath;
  readonly kind: FunctionKind;
  readonly isInternal: boolean;
  readonly environment: "isolate" | "node";
  /** Null where anything is accepted. */
  readonly args: Validator | null;
  readonly returns: Validator | null;
}

const KINDS: Readonly<Record<UdfType, FunctionKind>> = { Query: "query", Mutation: "mutation", Action: "action", HttpAction: "httpAction" };

export class DeployedFunctions {
  readonly #modules: ReadonlyMap<string, DeployedModule>;
  readonly #components: ReadonlyMap<string, unknown>;
  /** By the text that names them; filled as they are asked for. */
  readonly #functions = new Map<string, DeployedFunction>();

  /** See DeploymentCode for both. */
  constructor(modules: ReadonlyMap<string, DeployedModule>, components: ReadonlyMap<string, unknown>) {
    this.#modules = modules;
    this.#components = components;
  }

  isMounted(componentPath: string): boolean {
    return componentPath === APP_COMPONENT_PATH || this.#components.has(componentPath);
  }

  /** Undefined where there is none of this name. */
  find(componentPath: string, pathText: string): DeployedFunction | undefined {
    const key = functionKey(componentPath, pathText);
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    const path = parseFunctionPath(pathText);
    const module = path === null ? undefined : this.#modules.get(modulePrefix(componentPath) + path.module);
    const analyzed = module?.analysis?.functions.find(({ name }) => name === path!.name);
    if (path === null || module === undefined || analyzed === undefined) return undefined;
    const found: DeployedFunction = {
      componentPath,
      path,
      kind: KINDS[analyzed.udfType],
      isInternal: analyzed.visibility === "internal",
      environment: module.environment,
      args: validatorOf(analyzed.args),
      returns: validatorOf(analyzed.returns),
    };
    this.#functions.set(key, found);
    return found;
  }

  /** Throws {@link FunctionError} where there is none that the caller may see. */
  get(target: FunctionTarget): DeployedFunction {
    const found = this.find(target.componentPath, target.path);
    if (found === undefined || (found.isInternal && target.caller !== "server")) throw this.notFound(target);
    return found;
  }

  notFound(target: FunctionTarget): FunctionError {
    return this.isMounted(target.componentPath) ? functionNotFound(target) : notMounted(target.componentPath);
  }
}

/** Names a function among all of a deployment. No path has a semicolon. */
export function functionKey(componentPath: string, pathText: string): string {
  return componentPath === APP_COMPONENT_PATH ? pathText : `${componentPath};${pathText}`;
}

export interface SchedulableFunction {
  readonly componentPath: string;
  /** The name under which it is scheduled: "messages.js:destruct". */
  readonly name: string;
  readonly kind: "mutation" | "action";
}

/** Throws {@link FunctionError} for a function that can't be scheduled. */
export function schedulableFunction(functions: DeployedFunctions, target: FunctionTarget): SchedulableFunction {
  const { componentPath, path, kind } = functions.get(target);
  if (kind !== "mutation" && kind !== "action") throw new FunctionError(`'${formatFunctionPath(path)}' can't be scheduled: only mutations and actions can, and it is defined as ${kind === "query" ? "Query" : "HttpAction"}.`);
  return { componentPath, name: `${path.module}:${path.name}`, kind };
}

/** Throws {@link FunctionError} for a function that is not there or not in reach. */
export function createFunctionHandle(functions: DeployedFunctions, target: FunctionTarget): string {
  const { componentPath, path } = functions.get(target);
  return formatFunctionHandle(componentPath, path);
}

function validatorOf(text: string): Validator | null {
  const json = JSON.parse(text) as ValidatorJson | null;
  return json === null || json.type === "any" ? null : compileValidator(json);
}

export function functionNotFound({ componentPath, path: pathText, caller }: FunctionTarget): FunctionError {
  const path = parseFunctionPath(pathText);
  const shown = path === null ? pathText.slice(0, 256) : formatFunctionPath(path);
  const visibility = caller !== "server" ? "public function" : "function";
  const component = componentPath === APP_COMPONENT_PATH ? "" : ` in component '${componentPath}'`;
  return new FunctionError(`Could not find ${visibility} for '${shown}'${component}. Did you forget to run \`npx convex dev\` or \`npx convex deploy\`?`);
}
