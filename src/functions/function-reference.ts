/**
 * What `ctx.runQuery(reference)` and its like accept: a reference of the generated `api` object, a name, or a handle made
 * by `createFunctionHandle`. A handle of an app's own function reads `function://;<module path>:<name>`.
 */
import { FunctionError } from "./errors.js";
import { formatFunctionPath, parseFunctionPath } from "./function-path.js";

/** The symbols under which `convex/server` keeps a reference's name; the registry of symbols is shared by all realms. */
const FUNCTION_NAME = Symbol.for("functionName");
const REFERENCE_PATH = Symbol.for("toReferencePath");
const HANDLE_PREFIX = "function://;";

interface Reference {
  readonly [FUNCTION_NAME]?: string;
  readonly [REFERENCE_PATH]?: string;
}

/** The function's path text. Throws {@link FunctionError} for what is no reference. */
export function functionPathOf(reference: unknown): string {
  if (typeof reference === "string") return reference.startsWith("function://") ? pathOfHandle(reference) : reference;
  if ((typeof reference === "object" && reference !== null) || typeof reference === "function") {
    const { [FUNCTION_NAME]: name, [REFERENCE_PATH]: path } = reference as Reference;
    if (typeof name === "string") return name;
    if (typeof path === "string") return pathOfReference(path);
  }
  throw new FunctionError(`${String(reference)} is not a functionReference`);
}

/** The address in the form that the syscalls of `convex/server` send: exactly one field is set. */
export interface FunctionAddress {
  readonly name?: string;
  readonly reference?: string;
  readonly functionHandle?: string;
}

export function functionPathOfAddress(address: FunctionAddress): string {
  if (address.name !== undefined) return address.name;
  if (address.functionHandle !== undefined) return pathOfHandle(address.functionHandle);
  if (address.reference !== undefined) return pathOfReference(address.reference);
  throw new FunctionError("The call names no function: expected a name, a reference or a handle.");
}

export function createFunctionHandle(pathText: string): string {
  const path = parseFunctionPath(pathText);
  if (path === null) throw new FunctionError(`'${pathText}' is no function name, so it can have no handle.`);
  return HANDLE_PREFIX + formatFunctionPath(path);
}

function pathOfHandle(handle: string): string {
  if (!handle.startsWith(HANDLE_PREFIX)) throw new FunctionError(`Invalid function handle '${handle.slice(0, 256)}': it belongs to a component, and components are not available in this version yet.`);
  return handle.slice(HANDLE_PREFIX.length);
}

/** `_reference/function/<module>:<name>` is a function of the same app or component. */
function pathOfReference(reference: string): string {
  const own = "_reference/function/";
  if (reference.startsWith(own)) return reference.slice(own.length);
  throw new FunctionError(`The reference '${reference.slice(0, 256)}' points into a component, and components are not available in this version yet.`);
}
