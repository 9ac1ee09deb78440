/** Gives a realm the globals that functions of every kind have, bound to whichever function runs when they are used. */
import { Script, type Context } from "node:vm";
import { COMMON_GLOBALS_SOURCE } from "./common-globals-source.js";
import type { Realm } from "./realm.js";
import { CONSOLE_METHODS } from "./sandbox-console.js";

/** What the app and each of its components have of their own. What they throw and return reaches user code as it is. */
export interface ScopeHooks {
  readonly env: (name: string) => string | undefined;
  readonly environmentNames: () => string[];
  readonly syscall: (op: string, jsonArgs: string) => string;
  readonly asyncSyscall: (op: string, jsonArgs: string) => Promise<string>;
  readonly jsSyscall: (op: string, args: unknown) => unknown;
}

export interface CommonHooks extends ScopeHooks {
  /** Does what a method of `console` does. */
  readonly console: (method: string, args: unknown[]) => void;
}

/** What the modules of a component see under {@link SCOPE_NAMES}, of the realm. */
export type ModuleScope = readonly unknown[];

/** Globals that are a component's own. */
export const SCOPE_NAMES = ["Convex", "process", "globalThis", "self"] as const;

const script = new Script(COMMON_GLOBALS_SOURCE, { filename: "rivulet:common-globals" });

/** Must be called once, before any user code runs in the context. Returns what makes the scope of a component. */
export function installCommonGlobals(context: Context, realm: Realm, hooks: CommonHooks): (hooks: ScopeHooks) => ModuleScope {
  const install = script.runInContext(context) as (hooks: unknown) => (hooks: ScopeHooks) => ModuleScope;
  const makeScope = install({
    ...checked(hooks, realm),
    console: hooks.console,
    consoleMethods: CONSOLE_METHODS,
    atob: (text: string) => orNull(() => atob(text)),
    btoa: (text: string) => orNull(() => btoa(text)),
  });
  return (own) => makeScope(checked(own, realm));
}

/** An environment that stays as it is. */
export function environmentHooks(variables: Readonly<Record<string, string>>): Pick<ScopeHooks, "env" | "environmentNames"> {
  return { env: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined), environmentNames: () => Object.keys(variables) };
}

/** User code can pass anything. */
function checked({ env, environmentNames, syscall, asyncSyscall, jsSyscall }: ScopeHooks, realm: Realm): ScopeHooks {
  return {
    env,
    environmentNames,
    syscall: (op: unknown, args: unknown) => syscall(stringArgument(op, realm), stringArgument(args, realm)),
    asyncSyscall: (op: unknown, args: unknown) => asyncSyscall(stringArgument(op, realm), stringArgument(args, realm)),
    jsSyscall: (op: unknown, args: unknown) => jsSyscall(stringArgument(op, realm), args),
  };
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
