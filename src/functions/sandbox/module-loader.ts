/**
 * Modules of one sandbox by path: each is evaluated at most once, when it is first asked for. Circular requires see what
 * the other module has exported so far, as in CommonJS; esbuild's output makes that live bindings.
 */
import { posix } from "node:path";
import { compileFunction, type Context } from "node:vm";
import { APP_COMPONENT_PATH, componentOfModule } from "../component-path.js";
import { SCOPE_NAMES, type ModuleScope } from "./common-globals.js";
import { MODULE_URL_PREFIX } from "./errors.js";
import type { ModuleCode } from "./module-code.js";
import type { RealmInternals } from "./realm.js";

export type ModuleExports = Record<string, unknown>;

interface LoadedModule {
  exports: ModuleExports;
}

type ModuleRecord =
  | { readonly state: "loading" | "loaded"; readonly module: LoadedModule }
  | { readonly state: "failed"; readonly error: unknown };

type ModuleBody = (exports: ModuleExports, require: (specifier: unknown) => unknown, module: LoadedModule, filename: string, dirname: string, ...scope: ModuleScope) => void;

export interface LoaderOptions {
  readonly modules: ReadonlyMap<string, ModuleCode>;
  readonly context: Context;
  readonly realm: RealmInternals;
  /** What the modules of a component see as their globals; the realm's own without it. */
  readonly scopeOf?: (componentPath: string) => ModuleScope;
  /** Called around the evaluation of each module. The second call does not come if the watchdog stops the evaluation. */
  readonly onEnter: () => void;
  readonly onLeave: () => void;
}

const PARAMETERS = ["exports", "require", "module", "__filename", "__dirname"];
const NO_SCOPE: ModuleScope = [];

export class ModuleLoader {
  readonly #records = new Map<string, ModuleRecord>();
  readonly #scopes = new Map<string, ModuleScope>();

  constructor(private readonly options: LoaderOptions) {}

  /** Throws what the module threw, the same error again on each further load; an Error of the realm if there is no such module. */
  load(path: string): ModuleExports {
    const record = this.#records.get(path);
    if (record === undefined) return this.#evaluate(path);
    if (record.state === "failed") throw record.error;
    return record.module.exports;
  }

  /** Forgets modules whose evaluation was stopped half way, so that they are evaluated again when next asked for. */
  forgetUnfinished(): void {
    for (const [path, record] of this.#records) if (record.state === "loading") this.#records.delete(path);
  }

  clear(): void {
    this.#records.clear();
  }

  #evaluate(path: string): ModuleExports {
    const { realm, onEnter, onLeave } = this.options;
    const scope = this.#scopeOf(componentOfModule(path));
    const body = this.#compile(path, scope);
    const module = realm.makeObject() as unknown as LoadedModule;
    module.exports = realm.makeObject();
    this.#records.set(path, { state: "loading", module });
    onEnter();
    try {
      body.call(module.exports, module.exports, realm.makeRequire(this.#requireFrom, path), module, path, posix.dirname(path), ...scope);
    } catch (error) {
      this.#records.set(path, { state: "failed", error });
      throw error;
    } finally {
      onLeave();
    }
    this.#records.set(path, { state: "loaded", module });
    return module.exports;
  }

  /** One for all modules of a component. */
  #scopeOf(componentPath: string): ModuleScope {
    const { scopeOf } = this.options;
    if (componentPath === APP_COMPONENT_PATH || scopeOf === undefined) return NO_SCOPE;
    const scope = this.#scopes.get(componentPath) ?? scopeOf(componentPath);
    this.#scopes.set(componentPath, scope);
    return scope;
  }

  /**
   * Compiles without evaluating anything: a script run in the context would drain its microtasks, in the middle of whatever
   * synchronous user code caused the load.
   */
  #compile(path: string, scope: ModuleScope): ModuleBody {
    const { modules, context, realm } = this.options;
    const module = modules.get(path);
    if (module === undefined) throw realm.makeError(`Could not find module "${path}".`);
    return compileFunction(module.code, scope === NO_SCOPE ? PARAMETERS : [...PARAMETERS, ...SCOPE_NAMES], {
      filename: MODULE_URL_PREFIX + path,
      parsingContext: context,
    }) as ModuleBody;
  }

  readonly #requireFrom = (fromPath: string, specifier: unknown): unknown => {
    const { modules, realm } = this.options;
    const name = String(specifier);
    const path = name.startsWith(".") ? posix.join(posix.dirname(fromPath), name) : name;
    if (modules.has(path)) return this.load(path);
    const mend = name.startsWith(".") ? "Push the code again." : `If it is a Node.js module, import it only in files that begin with "use node".`;
    throw realm.makeError(`Could not find module "${name}" imported from "${fromPath}". ${mend}`);
  };
}
