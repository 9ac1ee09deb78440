/** Gives a realm the globals of queries and mutations, bound to whichever execution runs when they are used. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { Script, type Context } from "node:vm";
import { APP_COMPONENT_PATH } from "../component-path.js";
import { installCommonGlobals, type CommonHooks, type ModuleScope, type ScopeHooks } from "./common-globals.js";
import { GLOBALS_SOURCE } from "./globals-source.js";
import type { SandboxHost } from "./host.js";
import type { Realm } from "./realm.js";
import { STRUCTURED_CLONE_SOURCE } from "./structured-clone-source.js";
import { WEB_ASSEMBLY_SOURCE } from "./web-assembly-source.js";
import type { Blobs } from "./blobs.js";
import { SUBTLE_SOURCE } from "./subtle-source.js";

export interface GlobalsOptions {
  readonly realm: Realm;
  /** In place of the platform's classes. */
  readonly blobs: Pick<Blobs, "Blob" | "File">;
  readonly currentHost: () => SandboxHost;
  readonly isImporting: () => boolean;
  /** Does what a method of `console` does, for the execution that runs. */
  readonly console: (method: string, args: unknown[]) => void;
  /** What `performance.now()` counts from. */
  readonly timeOriginMs: number;
}

/**
 * Classes of the web that every runtime has. Queries and mutations share them with the server: they keep no state between
 * uses; their promises, though, are the server's and settle only where the event loop runs, which it does not during those.
 */
export const WEB_CLASSES = [
  "AbortController", "AbortSignal", "Blob", "ByteLengthQueuingStrategy", "CompressionStream", "CountQueuingStrategy", "CryptoKey", "CustomEvent", "DOMException",
  "DecompressionStream", "Event", "EventTarget", "File", "FormData", "Headers", "ReadableByteStreamController", "ReadableStream", "ReadableStreamBYOBReader",
  "ReadableStreamBYOBRequest", "ReadableStreamDefaultController", "ReadableStreamDefaultReader", "Request", "Response", "SubtleCrypto", "TextDecoder",
  "TextDecoderStream", "TextEncoderStream", "TransformStream", "TransformStreamDefaultController", "URL", "URLSearchParams", "WritableStream",
  "WritableStreamDefaultController", "WritableStreamDefaultWriter",
] as const;

const DIGESTS: Readonly<Record<string, string>> = { "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512" };

const globalsScript = new Script(GLOBALS_SOURCE, { filename: "rivulet:globals" });
const structuredCloneScript = new Script(STRUCTURED_CLONE_SOURCE, { filename: "rivulet:structured-clone" });
const webAssemblyScript = new Script(WEB_ASSEMBLY_SOURCE, { filename: "rivulet:web-assembly" });
const subtleScript = new Script(SUBTLE_SOURCE, { filename: "rivulet:subtle" });
const encoder = new TextEncoder();

/** Must be called once, before any user code runs in the context. Returns what makes the scope of a component. */
export function installGlobals(context: Context, options: GlobalsOptions): (hooks: ScopeHooks) => ModuleScope {
  const makeScope = installCommonGlobals(context, options.realm, commonHooks(options));
  webAssemblyScript.runInContext(context);
  const install = globalsScript.runInContext(context) as (hooks: unknown) => void;
  const makeStructuredClone = structuredCloneScript.runInContext(context) as (domException: unknown) => unknown;
  const makeSubtle = subtleScript.runInContext(context) as (hooks: unknown, unavailable: unknown) => unknown;
  install({
    ...executionHooks(options),
    ...pureHooks(options),
    structuredCloneOf: () => makeStructuredClone(DOMException),
    subtleOf: (unavailable: unknown) => makeSubtle(subtleHooks(options.realm), unavailable),
  });
  return makeScope;
}

function commonHooks({ currentHost, console }: GlobalsOptions): CommonHooks {
  return {
    console,
    env: (name) => currentHost().env(name),
    environmentNames: () => currentHost().environmentNames(),
    ...syscallHooks(currentHost, APP_COMPONENT_PATH),
  };
}

/** `Convex` of the app, or of a component. */
export function syscallHooks(currentHost: () => SandboxHost, componentPath: string): Pick<ScopeHooks, "syscall" | "asyncSyscall" | "jsSyscall"> {
  return {
    syscall: (op, args) => currentHost().syscall(op, args, componentPath),
    asyncSyscall: (op, args) => currentHost().asyncSyscall(op, args, componentPath),
    jsSyscall: (op, args) => currentHost().jsSyscall(op, args, componentPath),
  };
}

/** What follows from the execution that runs now. */
function executionHooks({ currentHost, isImporting, timeOriginMs }: GlobalsOptions): object {
  return {
    timeOriginMs,
    isImporting,
    nowMs: () => currentHost().nowMs(),
    random: () => currentHost().random(),
    randomBytes: (length: number) => currentHost().randomBytes(length),
    randomUUID: () => currentHost().randomUUID(),
  };
}

const serverGlobals = globalThis as unknown as Readonly<Record<string, unknown>>;
const webClasses = Object.fromEntries(WEB_CLASSES.map((name) => [name, serverGlobals[name]]));

function pureHooks({ realm, blobs: { Blob, File } }: GlobalsOptions): object {
  return {
    webClasses: { ...webClasses, Blob, File },
    encodeUtf8: (text: string) => realm.makeUint8Array(encoder.encode(text)),
    encodeUtf8Into: (text: string, target: Uint8Array) => encoder.encodeInto(text, target),
  };
}

/** Algorithms were checked by the source, but for those of digests. */
function subtleHooks(realm: Realm): object {
  const hmac = (secret: Uint8Array, algorithm: string, bytes: Uint8Array): Buffer => createHmac(DIGESTS[algorithm]!, secret).update(bytes).digest();
  return {
    DOMException,
    CryptoKey: webClasses["CryptoKey"],
    digest: (algorithm: string, bytes: Uint8Array) => digest(algorithm, bytes, realm),
    hmac: (secret: Uint8Array, algorithm: string, bytes: Uint8Array) => realm.makeBytes(hmac(secret, algorithm, bytes)),
    isHmac: (secret: Uint8Array, algorithm: string, bytes: Uint8Array, signature: Uint8Array) => {
      const expected = hmac(secret, algorithm, bytes);
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    },
  };
}

function digest(algorithm: string, bytes: Uint8Array, realm: Realm): ArrayBuffer {
  const name = DIGESTS[algorithm];
  if (name === undefined) throw realm.makeError(`crypto.subtle.digest does not know "${algorithm}". Use one of ${Object.keys(DIGESTS).join(", ")}.`);
  return realm.makeBytes(createHash(name).update(bytes).digest());
}
