/** Between the realm of actions and the server's: see {@link MEMBRANE_SOURCE}. */
import { webcrypto } from "node:crypto";
import { Script, type Context } from "node:vm";
import { WEB_CLASSES } from "../sandbox/globals.js";
import { MEMBRANE_SOURCE } from "./membrane-source.js";

export interface MembraneHooks {
  /** Tells, when called later, whether the action that runs now still runs. Always true for what belongs to no action. */
  readonly liveness: () => () => boolean;
  /** A promise is made for the action that runs now. To be called when it settles: tells whether it is to be passed on. */
  readonly track: () => () => boolean;
  /** An error that user code threw where nobody can catch it. */
  readonly report: (error: unknown) => void;
}

export interface Membrane {
  /** Makes a value of the server's realm one of user code's, in place where it is an object. A promise is answered by another. */
  adopt<T>(value: T): T;
  /** Calls a function of the server; what it returns or throws is adopted. */
  call(hostFunction: (...args: never[]) => unknown, receiver: unknown, args: unknown[]): unknown;
  /** The web's classes, for user code. */
  readonly classes: Readonly<Record<string, unknown>>;
  /** An object of the realm that does what one of the server's does, for those that exist once. */
  mirror(hostObject: object, Class: unknown): object;
}

/** Made of sources and sinks with callbacks. */
const STREAM_CLASSES = ["ReadableStream", "TransformStream", "WritableStream"] as const;

const VIEWS = {
  DataView, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array,
};

const script = new Script(MEMBRANE_SOURCE, { filename: "rivulet:membrane" });

/** Must be called once, before any user code runs in the context. */
export function createMembrane(context: Context, hooks: MembraneHooks): Membrane {
  const host = globalThis as unknown as Readonly<Record<string, unknown>>;
  const webClasses = Object.fromEntries([...WEB_CLASSES, "Crypto", "TextEncoder"].map((name) => [name, host[name]]));
  const create = script.runInContext(context) as (hooks: unknown) => Membrane;
  return create({ ...hooks, host, webClasses, streamClasses: STREAM_CLASSES, views: VIEWS, subtle: webcrypto.subtle });
}
