import { beforeAll, describe, expect, test } from "vitest";
import { compile, TestApp, TestHost } from "./bundle.suite.js";
import type { ModuleCode } from "./module-code.js";

/** Each case is the body of a query; its result is returned as JSON text. */
const CASES = {
  time: `const before = Date.now(); for (let i = 0; i < 1e6; i++); return [before, Date.now(), new Date().getTime(), Date() === new Date().toString(), new Intl.DateTimeFormat("en", { timeZone: "UTC", dateStyle: "short" }).format(), performance.now(), new Date(0) instanceof Date, new (class extends Date {})().getTime(), new Date(0).constructor === Date, Date.UTC(1970, 0), new Date(2020, 1, 2).getDate()];`,
  random: `return [Math.random(), Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(8))]];`,
  atImport: `return imported;`,
  collected: `const ref = new WeakRef({ a: 1 }); new FinalizationRegistry(() => {}).register({}, 1); return [ref.deref(), ref instanceof WeakRef, String(ref), typeof Atomics.wait];`,
  fetches: `return await fetch("https://example.com");`,
  timer: `setTimeout(() => {}, 1);`,
  interval: `setInterval(() => {}, 1);`,
  clears: `clearTimeout(undefined); clearInterval(undefined); return "fine";`,
  env: `return [process.env.NAME, process.env.OTHER === undefined, "NAME" in process.env, Object.keys(process.env), { ...process.env }, typeof process.env[Symbol.iterator]];`,
  envWrite: `process.env.NAME = "x";`,
  webNames: `return ["Blob", "File", "FormData", "Headers", "Request", "Response", "URL", "URLSearchParams", "ReadableStream", "WritableStream", "TransformStream", "Event", "EventTarget", "AbortController", "AbortSignal", "TextEncoder", "TextDecoder", "CryptoKey", "SubtleCrypto", "queueMicrotask", "structuredClone", "atob", "btoa"].filter((name) => typeof (globalThis as any)[name] !== "function");`,
  encodes: `const bytes = new TextEncoder().encode("hé"); return [bytes instanceof Uint8Array, [...bytes], new TextDecoder().decode(bytes), atob(btoa("hi")), new URL("/a?b=1", "https://x.y").searchParams.get("b"), bytes.buffer instanceof ArrayBuffer];`,
  badBase64: `try { btoa("€"); } catch (error: any) { return [error instanceof Error, error.message]; }`,
  clones: `const a: any = { list: [1, { b: new Date(5) }], map: new Map([[1, new Set([2])]]), bytes: new Uint8Array([1, 2]), big: 5n }; a.self = a; const c = structuredClone(a); return [c !== a, c.self === c, c.list[1].b.getTime(), c.list[1].b instanceof Date, c.map.get(1).has(2), c instanceof Object, [...c.bytes], c.big === 5n];`,
  clonesFunction: `try { structuredClone({ f() {} }); } catch (error: any) { return error.name; }`,
  digests: `const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc")); return [hash instanceof ArrayBuffer, [...new Uint8Array(hash)].map((b) => b.toString(16).padStart(2, "0")).join("")];`,
  signs: `const text = new TextEncoder();
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", text.encode("Jefe"), hmac, true, ["sign", "verify"]);
    const signature = await crypto.subtle.sign("HMAC", key, text.encode("what do ya want for nothing?"));
    const same = await crypto.subtle.importKey("jwk", await crypto.subtle.exportKey("jwk", key), { name: "hmac", hash: { name: "sha-256" } }, false, ["verify"]);
    const verifies = (data: string, bytes: BufferSource) => crypto.subtle.verify(hmac, same, bytes, text.encode(data));
    return [
      [...new Uint8Array(signature)].map((b) => b.toString(16).padStart(2, "0")).join(""), signature instanceof ArrayBuffer, key instanceof CryptoKey, key.algorithm, key.usages, key.extractable, same.extractable,
      await verifies("what do ya want for nothing?", signature), await verifies("something", signature), await verifies("what do ya want for nothing?", signature.slice(1)),
    ];`,
  refusesKeys: `const bytes = new Uint8Array([1]); const hmac = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", bytes, hmac, false, ["verify"]);
    const attempts: (() => Promise<unknown>)[] = [
      () => crypto.subtle.sign("HMAC", key, bytes), () => crypto.subtle.exportKey("raw", key), () => crypto.subtle.importKey("raw", new Uint8Array(), hmac, false, ["sign"]), () => crypto.subtle.importKey("raw", bytes, hmac, false, []),
      () => crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "MD5" }, false, ["sign"]), () => crypto.subtle.importKey("jwk", { kty: "RSA" }, hmac, false, ["sign"]), () => crypto.subtle.importKey("pkcs8" as never, bytes, hmac, false, ["sign"]), () => crypto.subtle.sign("HMAC", {} as CryptoKey, bytes),
    ];
    return await Promise.all(attempts.map((attempt) => attempt().then(() => "accepted", (error: Error) => error.name)));`,
  refusesAlgorithms: `const attempts: (() => Promise<unknown>)[] = [() => crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]), () => crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]), () => crypto.subtle.deriveBits("PBKDF2", {} as CryptoKey, 8)];
    return await Promise.all(attempts.map((attempt) => attempt().then(() => "accepted", (error: Error) => error.message.split(".").slice(0, 3).join("."))));`,
  microtask: `const steps: string[] = []; queueMicrotask(() => steps.push("micro")); steps.push("sync"); await null; return steps;`,
  syscalls: `return [(globalThis as any).Convex.syscall("1.0/x", "{}"), (() => { try { (globalThis as any).Convex.syscall(1, 2); } catch (error) { return error instanceof TypeError; } })()];`,
  realms: `const names = ["fetch", "setTimeout", "queueMicrotask", "structuredClone", "atob", "TextEncoder", "WeakRef", "Date"]; const values = [...names.map((name) => (globalThis as any)[name]), console.log, console, process, process.env, crypto, crypto.subtle, crypto.getRandomValues, performance.now, (globalThis as any).Convex, (globalThis as any).Convex.syscall]; return values.filter((value) => !(value instanceof Object)).length;`,
  functionConstructor: `return [typeof new Function("return this")().process.exit, typeof (globalThis as any).require, typeof (globalThis as any).global, globalThis === self];`,
  webAssembly: `const bytes = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]);
    const { instance } = await WebAssembly.instantiate(bytes); const module = await WebAssembly.compile(bytes); const again = await WebAssembly.instantiate(module);
    return [(instance.exports as any).add(2, 3), (again.exports as any).add(4, 5), module instanceof WebAssembly.Module, instance instanceof WebAssembly.Instance, typeof (WebAssembly as any).instantiateStreaming];`,
  badWebAssembly: `return await WebAssembly.instantiate(new Uint8Array(16)).then(() => "fine", (error) => [error instanceof WebAssembly.CompileError, error.message]);`,
  lists: `return Object.keys(globalThis);`,
} as const;

const SOURCE = `import { query } from "./_generated/server";
const bytes = crypto.getRandomValues(new Uint8Array(4));
const attempt = (action: () => unknown) => { try { action(); return null; } catch (error: any) { return error.message; } };
const imported = [Date.now(), Math.random(), [...bytes], process.env.NAME, attempt(() => setTimeout(() => {}, 1)), attempt(() => (globalThis as any).Convex.syscall("1.0/x", "{}"))];
${Object.entries(CASES).map(([name, body]) => `export const ${name} = query({ args: {}, handler: async (): Promise<any> => JSON.stringify(await (async () => { ${body} })()) });`).join("\n")}
`;

let modules: Map<string, ModuleCode>;
beforeAll(async () => {
  modules = await compile({ "cases.ts": SOURCE });
});

function run(name: keyof typeof CASES, host = new TestHost()): unknown {
  const app = new TestApp(modules, { importNowMs: 1_600_000_000_000, importSeed: 7, environmentVariables: { NAME: "at import" } });
  const text = app.value("cases.js", name, { host });
  return text === undefined ? undefined : JSON.parse(text as string);
}

describe("determinism", () => {
  test("RT-2.1 time stands still during an execution", () => {
    const now = Date.UTC(2024, 4, 6);
    expect(run("time", new TestHost(now))).toEqual([now, now, now, true, "5/6/24", now - 1_600_000_000_000, true, now, true, 0, 2]);
  });

  test("RT-2.2 randomness follows from the execution's seed", () => {
    const first = run("random", new TestHost(0, 5));
    expect(run("random", new TestHost(0, 5))).toEqual(first);
    expect(run("random", new TestHost(0, 6))).not.toEqual(first);
  });

  test("RT-2.3 what modules compute does not depend on the execution that loads them", () => {
    const first = run("atImport", new TestHost(1, 1, { NAME: "one" })) as unknown[];
    expect(run("atImport", new TestHost(2, 2, { NAME: "two" }))).toEqual(first);
    expect(first[0]).toBe(1_600_000_000_000);
    expect(first[3]).toBe("at import");
  });

  test("RT-2.4 garbage collection never shows", () => {
    expect(run("collected")).toEqual([{ a: 1 }, true, "[object WeakRef]", "undefined"]);
  });
});

describe("globals", () => {
  test("RT-3.1 fetch is refused in queries and mutations", () => {
    expect(() => run("fetches")).toThrow("Error: Can't use fetch() in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.");
  });

  test("RT-3.2 timers are refused in queries and mutations", () => {
    expect(() => run("timer")).toThrow("Error: Can't use setTimeout in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.");
    expect(() => run("interval")).toThrow("Can't use setInterval in queries and mutations.");
    expect(run("clears")).toBe("fine");
  });

  test("RT-3.3 at import time the error says so", () => {
    const imported = run("atImport") as string[];
    expect(imported[4]).toMatch(/^Can't use setTimeout at import time\. /);
    expect(imported[5]).toMatch(/^Can't use 1\.0\/x at import time: the database/);
  });

  test("RT-3.4 process.env reads the execution's environment and can't be written", () => {
    expect(run("env", new TestHost(0, 1, { NAME: "value" }))).toEqual(["value", true, true, ["NAME"], { NAME: "value" }, "undefined"]);
    expect(() => run("envWrite")).toThrow("process.env can't be changed by functions.");
  });

  test("RT-3.5 the web's names are there and are not enumerable", () => {
    expect(run("webNames")).toEqual([]);
    expect(run("lists")).toEqual([]);
  });

  test("RT-3.6 text and bytes are the realm's own", () => {
    expect(run("encodes")).toEqual([true, [104, 195, 169], "hé", "hi", "1", true]);
    expect(run("badBase64")).toEqual([true, "btoa: the text has characters outside of Latin-1. Encode it first, for example with TextEncoder."]);
  });

  test("RT-3.7 structuredClone copies values and refuses functions", () => {
    expect(run("clones")).toEqual([true, true, 5, true, true, true, [1, 2], true]);
    expect(run("clonesFunction")).toBe("DataCloneError");
  });

  test("RT-3.8 crypto.subtle digests, and signs and verifies by HMAC; the rest of it needs an action", () => {
    expect(run("digests")).toEqual([true, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"]);
    const signature = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    expect(run("signs")).toEqual([signature, true, true, { name: "HMAC", length: 32, hash: { name: "SHA-256" } }, ["sign", "verify"], true, false, true, false, false]);
    expect(run("refusesKeys")).toEqual(["InvalidAccessError", "InvalidAccessError", "DataError", "SyntaxError", "NotSupportedError", "DataError", "NotSupportedError", "TypeError"]);
    const refused = (what: string): string => `Can't use crypto.subtle.${what} in queries and mutations`;
    expect(run("refusesAlgorithms")).toEqual([refused("importKey with AES-GCM"), refused("generateKey"), refused("deriveBits")]);
  });

  test("RT-3.9 queueMicrotask runs within the execution", () => {
    expect(run("microtask")).toEqual(["sync", "micro"]);
  });

  test("RT-3.10 Convex.syscall takes strings and reaches the host", () => {
    const host = new TestHost();
    expect(run("syscalls", host)).toEqual(["1", true]);
    expect(host.syscalls).toEqual(["1.0/x {}"]);
  });

  test("RT-3.11 functions meet objects of their own realm, and nothing of the server's process", () => {
    expect(run("realms")).toBe(0);
    expect(run("functionConstructor")).toEqual(["undefined", "undefined", "undefined", true]);
  });

  test("RT-3.13 WebAssembly compiles at once, also where it says that it will", () => {
    expect(run("webAssembly")).toEqual([5, 9, true, true, "undefined"]);
    expect(run("badWebAssembly")).toEqual([true, expect.stringContaining("expected magic word")]);
  });
});
