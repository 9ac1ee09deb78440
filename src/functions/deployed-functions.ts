/**
 * What is known of an app's functions without loading them: from their analysis at push. Actions are found here, since
 * they run elsewhere.
 */
import type { ModuleAnalysis, UdfType } from "./sandbox/analyze.js";
import type { FunctionKind } from "./deployment.js";
import { FunctionError } from "./errors.js";
import { formatFunctionPath, parseFunctionPath, type FunctionPath } from "./function-path.js";
import { compileValidator, type Validator, type ValidatorJson } from "../values/validator.js";

export interface DeployedModule {
  readonly environment: "isolate" | "node";
  /** Null for parts that modules share. */
  readonly analysis: ModuleAnalysis | null;
}

export interface DeployedFunction {
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
  /** By the text that names them; filled as they are asked for. */
  readonly #functions = new Map<string, DeployedFunction>();

  constructor(modules: ReadonlyMap<string, DeployedModule>) {
    this.#modules = modules;
  }

  /** Undefined where there is none of this name. */
  find(pathText: string): DeployedFunction | undefined {
    const known = this.#functions.get(pathText);
    if (known !== undefined) return known;
    const path = parseFunctionPath(pathText);
    const module = path === null ? undefined : this.#modules.get(path.module);
    const analyzed = module?.analysis?.functions.find(({ name }) => name === path!.name);
    if (path === null || module === undefined || analyzed === undefined) return undefined;
    const found: DeployedFunction = {
      path,
      kind: KINDS[analyzed.udfType],
      isInternal: analyzed.visibility === "internal",
      environment: module.environment,
      args: validatorOf(analyzed.args),
      returns: validatorOf(analyzed.returns),
    };
    this.#functions.set(pathText, found);
    return found;
  }

  /** Throws {@link FunctionError} where there is none that the caller may see. */
  get(pathText: string, caller: "client" | "server"): DeployedFunction {
    const found = this.find(pathText);
    if (found === undefined || (found.isInternal && caller === "client")) throw functionNotFound(pathText, caller);
    return found;
  }
}

export interface SchedulableFunction {
  /** The name under which it is scheduled: "messages.js:destruct". */
  readonly name: string;
  readonly kind: "mutation" | "action";
}

/** Throws {@link FunctionError} for a function that can't be scheduled. */
export function schedulableFunction(functions: DeployedFunctions, pathText: string): SchedulableFunction {
  const { path, kind } = functions.get(pathText, "server");
  if (kind !== "mutation" && kind !== "action") throw new FunctionError(`'${formatFunctionPath(path)}' can't be scheduled: only mutations and actions can, and it is defined as ${kind === "query" ? "Query" : "HttpAction"}.`);
  return { name: `${path.module}:${path.name}`, kind };
}

function validatorOf(text: string): Validator | null {
  const json = JSON.parse(text) as ValidatorJson | null;
  return json === null || json.type === "any" ? null : compileValidator(json);
}

export function functionNotFound(pathText: string, caller: "client" | "server"): FunctionError {
  const path = parseFunctionPath(pathText);
  const shown = path === null ? pathText.slice(0, 256) : formatFunctionPath(path);
  const visibility = caller === "client" ? "public function" : "function";
  return new FunctionError(`Could not find ${visibility} for '${shown}'. Did you forget to run \`npx convex dev\` or \`npx convex deploy\`?`);
}
