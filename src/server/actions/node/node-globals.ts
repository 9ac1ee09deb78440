/**
 * What the deployment's code finds in the global object of its process beside what Node has there: the globals of CommonJS,
 * which the CLI's bundles expect although they are ES modules; `Convex`, by which `convex/server` asks the deployment; and a
 * console whose lines go to the function that printed them.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { CONSOLE_METHODS } from "../../../functions/sandbox/sandbox-console.js";

export interface ConvexOperations {
  asyncSyscall(op: string, jsonArgs: string): Promise<string>;
  jsSyscall(op: string, args: unknown): unknown;
}

export function installCommonJs(folder: string): void {
  const __filename = join(folder, "index.js");
  Object.assign(globalThis, { require: createRequire(__filename), module: { exports: {} }, exports: {}, __dirname: folder, __filename });
}

export function installConvex(operations: ConvexOperations): void {
  const syscall = (op: string): never => {
    throw new Error(`Unknown operation ${op}: actions have no direct access to the database. Use ctx.runQuery and ctx.runMutation.`);
  };
  Object.defineProperty(globalThis, "Convex", { value: Object.freeze({ syscall, ...operations }) });
}

/** `call` does what a method of `console` does, for whichever function runs. */
export function installConsole(call: (method: string, args: unknown[]) => void): void {
  for (const method of CONSOLE_METHODS) Object.assign(console, { [method]: (...args: unknown[]) => call(method, args) });
  Object.assign(console, { dirxml: (...args: unknown[]) => call("log", args) });
}
