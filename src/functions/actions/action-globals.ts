/**
 * The globals of the default runtime, as actions have them: those of the language and of the web. They are made of the
 * thread's own, so that everything is of one realm; what only Node has is taken away. Must be called once, before any user
 * code is loaded, in a thread that runs nothing else.
 */
import { runInNewContext } from "node:vm";
import type { Operations } from "./operations.js";

/** Natives that stay as they are in Node. */
const WEB_GLOBALS = [
  "AbortController", "AbortSignal", "Blob", "ByteLengthQueuingStrategy", "CompressionStream", "CountQueuingStrategy", "Crypto", "CryptoKey", "DOMException",
  "DecompressionStream", "Event", "EventTarget", "CustomEvent", "File", "FormData", "Headers", "ReadableByteStreamController", "ReadableStream", "ReadableStreamBYOBReader",
  "ReadableStreamBYOBRequest", "ReadableStreamDefaultController", "ReadableStreamDefaultReader", "Request", "Response", "SubtleCrypto", "TextDecoder",
  "TextDecoderStream", "TextEncoder", "TextEncoderStream", "TransformStream", "TransformStreamDefaultController", "URL", "URLSearchParams", "WebAssembly", "WritableStream",
  "WritableStreamDefaultController", "WritableStreamDefaultWriter", "atob", "btoa", "crypto", "performance", "queueMicrotask", "structuredClone",
] as const;

export interface ActionGlobalsOptions {
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** Of the action that runs; between actions, of none. */
  readonly operations: () => Operations;
  /** Methods by name. */
  readonly console: Readonly<Record<string, (...args: unknown[]) => void>>;
  readonly convex: object;
}

export function installActionGlobals(options: ActionGlobalsOptions): void {
  const kept = new Map<string, unknown>(WEB_GLOBALS.map((name) => [name, (globalThis as Record<string, unknown>)[name]]));
  const language = languageGlobals();
  const timers = timerGlobals(options.operations);
  const fetch = trackedFetch(globalThis.fetch, options.operations);
  for (const name of Object.getOwnPropertyNames(globalThis)) if (!language.has(name)) Reflect.deleteProperty(globalThis, name);
  const added = { ...Object.fromEntries(kept), ...timers, fetch, console: options.console, process: { env: environment(options.environmentVariables) }, Convex: Object.freeze(options.convex), self: globalThis };
  for (const [name, value] of Object.entries(added)) Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
}

/** What every realm has by the language alone; a new one tells. */
function languageGlobals(): ReadonlySet<string> {
  return new Set([...(runInNewContext("Object.getOwnPropertyNames(globalThis)") as string[]), "globalThis"]);
}

type TimerCallback = (...args: unknown[]) => void;

function timerGlobals(operations: () => Operations): object {
  const set = (name: "setTimeout" | "setInterval") => (callback: TimerCallback, delayMs?: unknown, ...args: unknown[]): number => {
    if (typeof callback !== "function") throw new TypeError(`${name} needs a function.`);
    return operations().setTimer(name, () => callback(...args), Math.max(0, Number(delayMs) || 0));
  };
  const clear = (id: unknown): void => operations().clearTimer(id);
  return { setTimeout: set("setTimeout"), setInterval: set("setInterval"), clearTimeout: clear, clearInterval: clear };
}

/** Ends with the action that made the request, its body included. */
function trackedFetch(fetch: typeof globalThis.fetch, operations: () => Operations): typeof globalThis.fetch {
  return (input, init) => {
    const current = operations();
    const own = init?.signal ?? (input instanceof Request ? input.signal : null);
    const signal = own === null ? current.signal : AbortSignal.any([own, current.signal]);
    return current.track("fetch", fetch(input, { ...init, signal }));
  };
}

function environment(variables: Readonly<Record<string, string>>): object {
  const readOnly = (): never => {
    throw new Error("process.env can't be changed by functions. Set environment variables with 'npx convex env set' or in the dashboard.");
  };
  return new Proxy({ ...variables }, { set: readOnly, defineProperty: readOnly, deleteProperty: readOnly });
}
