/** Gives a realm the globals that functions of every kind have, bound to whichever function runs when they are used. */
import { Script, type Context } from "node:vm";
import { COMMON_GLOBALS_SOURCE } from "./common-globals-source.js";
import type { Realm } from "./realm.js";
import { CONSOLE_METHODS } from "./sandbox-console.js";

/** What they throw and return reaches user code as it is. */
export interface CommonHooks {
  /** Does what a method of `console` does. */
  readonly console: (method: string, args: unknown[]) => void;
  readonly env: (name: string) => string | undefined;
  readonly environmentNames: () => string[];
  readonly syscall: (op: string, jsonArgs: string) => string;
  readonly asyncSyscall: (op: string, jsonArgs: string) => Promise<string>;
  readonly jsSyscall: (op: string, args: unknown) => unknown;
}

const script = new Script(COMMON_GLOBALS_SOURCE, { filename: "rivulet:common-globals" });

/** Must be called once, before any user code runs in the context. */
export function installCommonGlobals(context: Context, realm: Realm, hooks: CommonHooks): void {
  const install = script.runInContext(context) as (hooks: unknown) => void;
  install({
    ...hooks,
    consoleMethods: CONSOLE_METHODS,
    syscall: (op: unknown, args: unknown) => hooks.syscall(stringArgument(op, realm), stringArgument(args, realm)),
    asyncSyscall: (op: unknown, args: unknown) => hooks.asyncSyscall(stringArgument(op, realm), stringArgument(args, realm)),
    jsSyscall: (op: unknown, args: unknown) => hooks.jsSyscall(stringArgument(op, realm), args),
    atob: (text: string) => orNull(() => atob(text)),
    btoa: (text: string) => orNull(() => btoa(text)),
  });
}

function stringArgument(value: unknown, realm: Realm): string {
  if (typeof value === "string") return value;
  throw realm.makeError("The syscalls of Convex take strings.", "TypeError");
}

function orNull(action: () => string): string | null {
  try {
    return action();
  } catch {
    return null; // the realm's own code says why, in an error of the realm
  }
}
