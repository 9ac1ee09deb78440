/**
 * Primitives of a sandbox's realm, to be called from outside of it. Whatever user code receives must be made with these:
 * a promise of another realm would wait for a microtask queue that is not drained while user code runs, and `instanceof`
 * would fail on the rest.
 */
import * as vm from "node:vm";
import type { ParseRealm } from "../../values/value.js";
import { REALM_SOURCE } from "./realm-source.js";

/** A promise of the realm with its settling functions. */
export interface Deferred {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes what user code sees of documents. */
export interface DocumentRealm extends ParseRealm {
  /** An object of the realm with the same fields, which hold no objects. */
  copyFields<T extends object>(value: T): T;
}

export interface Realm {
  /** As `Promise.resolve`: a promise of the realm is returned as it is. */
  resolve(value: unknown): Promise<unknown>;
  reject(error: unknown): Promise<never>;
  defer(): Deferred;
  /** As `JSON.parse`; throws a SyntaxError of the realm. */
  parse(text: string): unknown;
  /** A copy. */
  makeBytes(bytes: Uint8Array): ArrayBuffer;
  /** A copy. */
  makeUint8Array(bytes: Uint8Array): Uint8Array;
  /** Parses what a transaction reads, in which `db.vars.commitTs` may stand: always the same object. */
  readonly documents: DocumentRealm;
  /** Empty. */
  makeArray(): unknown[];
  /** Empty. */
  makeObject(): Record<string, unknown>;
  /** `name` chooses the class where it is "TypeError", "RangeError" or "SyntaxError"; any other is set as `name`. */
  makeError(message: string, name?: string): Error;
}

/** What only the sandbox itself uses. */
export interface RealmInternals extends Realm {
  readonly Promise: PromiseConstructor;
  makeRequire(requireFrom: (path: string, specifier: unknown) => unknown, path: string): (specifier: unknown) => unknown;
  /** Calls `handler`, then exactly one of the callbacks, from a microtask of the realm. The callbacks must not throw. */
  call(handler: SandboxFunction, args: readonly unknown[], onOk: (value: unknown) => void, onError: (error: unknown) => void): void;
}

/** A function of the realm. */
export type SandboxFunction = (...args: never[]) => unknown;

const script = new vm.Script(REALM_SOURCE, { filename: "rivulet:realm" });

/** Must be called before any user code runs in the context. */
export function createRealm(context: vm.Context): RealmInternals {
  return script.runInContext(context) as RealmInternals;
}

/**
 * An ordinary global object where Node has it (20.18 and newer): each use of a global is some 200 times faster than through
 * the interceptors of a contextified one.
 */
export function newContext(options: vm.CreateContextOptions): vm.Context {
  const constants = vm.constants as { readonly DONT_CONTEXTIFY?: unknown } | undefined;
  return vm.createContext((constants?.DONT_CONTEXTIFY ?? {}) as vm.Context, options);
}
