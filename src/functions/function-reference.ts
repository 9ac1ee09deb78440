/**
 * What `ctx.runQuery(reference)` and its like accept: a reference of the generated `api` or `components` object, a name, or
 * a handle made by `createFunctionHandle`. A handle reads `function://<component path>;<module path>:<name>`; the app's own
 * functions have an empty component path.
 *
 * A function reaches those of its own component and the public ones of the components that it mounted. Any other it can
 * only call by a handle that it was given.
 */
import { childPath } from "./component-path.js";
import { FunctionError } from "./errors.js";
import { formatFunctionPath, type FunctionPath } from "./function-path.js";

/** The symbols under which `convex/server` keeps a reference's name; the registry of symbols is shared by all realms. */
const FUNCTION_NAME = Symbol.for("functionName");
const REFERENCE_PATH = Symbol.for("toReferencePath");
const HANDLE_PREFIX = "function://";
const OWN_PREFIX = "_reference/function/";
const CHILD_PREFIX = "_reference/childComponent/";

interface Reference {
  readonly [FUNCTION_NAME]?: string;
  readonly [REFERENCE_PATH]?: string;
}

/**
 * Who calls, and so what is in reach: a client the public functions of the app, a parent those of the component that it
 * mounted, the server whatever there is: the component itself, jobs, holders of handles, administrators.
 */
export type FunctionCaller = "client" | "parent" | "server";

/** Which function is meant; whether there is one is found out by whoever has the code. */
export interface FunctionTarget {
  readonly componentPath: string;
  /** In any form that {@link parseFunctionPath} takes. */
  readonly path: string;
  readonly caller: FunctionCaller;
}

/** `from` is the component of the calling function. Throws {@link FunctionError} for what is no reference. */
export function targetOf(reference: unknown, from: string): FunctionTarget {
  if (typeof reference === "string") return reference.startsWith(HANDLE_PREFIX) ? targetOfHandle(reference) : own(from, reference);
  if ((typeof reference === "object" && reference !== null) || typeof reference === "function") {
    const { [FUNCTION_NAME]: name, [REFERENCE_PATH]: path } = reference as Reference;
    if (typeof name === "string") return own(from, name);
    if (typeof path === "string") return targetOfReference(path, from);
  }
  throw new FunctionError(`${String(reference)} is not a functionReference`);
}

/** The address in the form that the syscalls of `convex/server` send: exactly one field is set. */
export interface FunctionAddress {
  readonly name?: string;
  readonly reference?: string;
  readonly functionHandle?: string;
}

/** See {@link targetOf}. */
export function targetOfAddress(address: FunctionAddress, from: string): FunctionTarget {
  if (address.name !== undefined) return own(from, address.name);
  if (address.functionHandle !== undefined) return targetOfHandle(address.functionHandle);
  if (address.reference !== undefined) return targetOfReference(address.reference, from);
  throw new FunctionError("The call names no function: expected a name, a reference or a handle.");
}

export function formatFunctionHandle(componentPath: string, path: FunctionPath): string {
  return `${HANDLE_PREFIX}${componentPath};${formatFunctionPath(path)}`;
}

function own(componentPath: string, path: string): FunctionTarget {
  return { componentPath, path, caller: "server" };
}

/** Whoever has a handle was given it, so visibility does not matter. */
function targetOfHandle(handle: string): FunctionTarget {
  const semicolon = handle.indexOf(";");
  if (!handle.startsWith(HANDLE_PREFIX) || semicolon === -1) throw new FunctionError(`Invalid function handle '${handle.slice(0, 256)}'. Make handles with \`createFunctionHandle\`, and pass them on unchanged.`);
  return own(handle.slice(HANDLE_PREFIX.length, semicolon), handle.slice(semicolon + 1));
}

/** `_reference/function/<module>:<name>` is a function of the same component, `_reference/childComponent/<child>/<module>/<name>` of a mounted one. */
function targetOfReference(reference: string, from: string): FunctionTarget {
  if (reference.startsWith(OWN_PREFIX)) return own(from, reference.slice(OWN_PREFIX.length));
  if (reference.startsWith(CHILD_PREFIX)) {
    const [child = "", ...names] = reference.slice(CHILD_PREFIX.length).split("/");
    const name = names.pop();
    if (name !== undefined && names.length > 0) return { componentPath: childPath(from, child), path: `${names.join("/")}:${name}`, caller: "parent" };
  }
  throw new FunctionError(`'${shown(reference)}' is no function. References of components read components.<name>.<module>.<function>.`);
}

function shown(reference: string): string {
  return reference.startsWith(CHILD_PREFIX) ? `components.${reference.slice(CHILD_PREFIX.length).split("/").join(".")}`.slice(0, 256) : reference.slice(0, 256);
}

/** What is said where nothing is mounted at a path. */
export function notMounted(componentPath: string): FunctionError {
  return new FunctionError(`Component '${componentPath.slice(0, 256)}' is not mounted. Mount it with \`app.use(…)\` in convex.config.ts, and push.`);
}

