/**
 * One version of an app's code, loaded: its modules in a sandbox and its functions by name. A push makes a new one beside
 * the running one and swaps; nothing of a Deployment ever changes but the modules' own state.
 */
import { compileValidator, type Validator, type ValidatorJson } from "../values/validator.js";
import { modulePrefix } from "./component-path.js";
import { DeployedFunctions, functionKey, type DeployedModule } from "./deployed-functions.js";
import { parseFunctionPath, type FunctionPath } from "./function-path.js";
import type { FunctionTarget } from "./function-reference.js";
import type { ModuleCode } from "./sandbox/module-code.js";
import { Sandbox, type SandboxHost } from "./sandbox/sandbox.js";

export type FunctionKind = "query" | "mutation" | "action" | "httpAction";

/** A handler is called with a ctx object and the arguments. It lives in the sandbox's realm. */
export type Handler = (ctx: unknown, args: unknown) => unknown;

export interface RegisteredFunction {
  /** "" for the app's own. */
  readonly componentPath: string;
  readonly path: FunctionPath;
  readonly kind: FunctionKind;
  readonly isInternal: boolean;
  readonly handler: Handler;
  /** Null where anything is accepted. */
  readonly args: Validator | null;
  readonly returns: Validator | null;
}

/** A component where it is mounted; what it is made of is in the maps of {@link DeploymentCode}. */
export interface MountedComponent {
  /** What its functions see: the variables that it declares, as far as they are bound, and the server's own. */
  readonly environmentVariables: Readonly<Record<string, string>>;
}

/** A router of HTTP actions, and the paths that are its. */
export interface MountedRouter {
  /** Begins and ends with a slash. What follows it is the path that the router sees. */
  readonly prefix: string;
  /** Module whose default export it is: "http.js", "@workpool/http.js". */
  readonly module: string;
}

export interface DeploymentCode {
  /**
   * Modules by path, "messages.js" and "_deps/…" alike; only those of the default runtime. Those of mounted components stand
   * under their prefix (see component-path.ts): "@workpool/lib.js".
   */
  readonly modules: ReadonlyMap<string, ModuleCode>;
  /** By path, without the app. */
  readonly components: ReadonlyMap<string, MountedComponent>;
  /** The longest prefix first. */
  readonly routers: readonly MountedRouter[];
  /** The app's. */
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** What is known of all modules by their path, those of Node and of components included. */
  readonly deployed: ReadonlyMap<string, DeployedModule>;
  /** Where the modules of Node and their packages are, as files; null without any, and while they are being installed. */
  readonly nodeFolder: string | null;
}

export class Deployment {
  readonly sandbox: Sandbox;
  readonly deployed: DeployedFunctions;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly #modules: ReadonlyMap<string, ModuleCode>;
  readonly #functions = new Map<string, RegisteredFunction>();

  constructor(code: DeploymentCode, host: () => SandboxHost | null) {
    this.#modules = code.modules;
    this.deployed = new DeployedFunctions(code.deployed, code.components);
    this.environmentVariables = code.environmentVariables;
    this.sandbox = new Sandbox({
      modules: code.modules,
      host,
      environmentVariables: code.environmentVariables,
      componentEnvironment: (path) => code.components.get(path)?.environmentVariables ?? {},
    });
  }

  /**
   * The query or mutation that a caller names, loading its module when it is first asked for. Throws FunctionError for a
   * function that is not there, or that outside callers may not see, and the module's own error when it does not load.
   */
  function(target: FunctionTarget): RegisteredFunction {
    const found = this.#functions.get(functionKey(target.componentPath, target.path)) ?? this.#load(target);
    if (found.isInternal && target.caller !== "server") throw this.deployed.notFound(target);
    return found;
  }

  dispose(): void {
    this.sandbox.dispose();
  }

  #load(target: FunctionTarget): RegisteredFunction {
    const { componentPath, path: pathText } = target;
    const elsewhere = this.#nodeFunction(target);
    if (elsewhere !== null) return elsewhere;
    const path = parseFunctionPath(pathText);
    const module = path === null ? null : modulePrefix(componentPath) + path.module;
    if (path === null || module === null || !this.#modules.has(module) || path.module.startsWith("_deps/")) throw this.deployed.notFound(target);
    const exported = this.sandbox.load(module)[path.name];
    const registered = register(componentPath, path, exported);
    if (registered === null) throw this.deployed.notFound(target);
    this.#functions.set(functionKey(componentPath, pathText), registered);
    return registered;
  }

  /** For callers that learn from it that it is of another kind. */
  #nodeFunction({ componentPath, path }: FunctionTarget): RegisteredFunction | null {
    const found = this.deployed.find(componentPath, path);
    return found?.environment === "node" ? { ...found, handler: notCallable } : null;
  }
}

/** Functions of Node run in processes of their own, never here. */
function notCallable(): never {
  throw new Error("Rivulet bug: a function of Node was called in the engine");
}

/** What the builders of `convex/server` leave on the functions that they return. */
interface ExportedFunction {
  readonly isQuery?: boolean;
  readonly isMutation?: boolean;
  readonly isAction?: boolean;
  readonly isHttp?: boolean;
  readonly isInternal?: boolean;
  readonly _handler?: Handler;
  readonly exportArgs?: () => string;
  readonly exportReturns?: () => string;
}

function register(componentPath: string, path: FunctionPath, exported: unknown): RegisteredFunction | null {
  if (typeof exported !== "function") return null;
  const candidate = exported as ExportedFunction;
  const kind = kindOf(candidate);
  if (kind === null || candidate._handler === undefined) return null;
  return {
    componentPath,
    path,
    kind,
    isInternal: candidate.isInternal === true,
    handler: candidate._handler,
    args: validatorOf(candidate.exportArgs),
    returns: validatorOf(candidate.exportReturns),
  };
}

function kindOf(candidate: ExportedFunction): FunctionKind | null {
  if (candidate.isQuery === true) return "query";
  if (candidate.isMutation === true) return "mutation";
  if (candidate.isAction === true) return "action";
  return candidate.isHttp === true ? "httpAction" : null;
}

function validatorOf(exporter: (() => string) | undefined): Validator | null {
  const json = exporter === undefined ? null : (JSON.parse(exporter()) as ValidatorJson | null);
  return json === null || json.type === "any" ? null : compileValidator(json);
}
