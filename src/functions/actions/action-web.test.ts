/** The web's classes in the realm of actions: everything that user code gets is of its own realm, and everything it gives is taken. */
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../sandbox/bundle.suite.js";
import type { ModuleCode } from "../sandbox/module-code.js";
import { TestActions } from "./action-sandbox.suite.js";

/** Each case is the body of an action that returns a list of what must all be true, or of values to compare. */
const CASES = {
  encoding: `const bytes = new TextEncoder().encode("hé"); const into = new TextEncoder().encodeInto("ab", new Uint8Array(8));
    return [bytes instanceof Uint8Array, bytes.constructor === Uint8Array, bytes.buffer instanceof ArrayBuffer, Object.getPrototypeOf(into) === Object.prototype, into.written === 2,
      new TextDecoder().decode(bytes) === "hé", new TextDecoder().decode(bytes.buffer) === "hé", new TextDecoder("utf-16le").encoding === "utf-16le", thrown(() => new TextDecoder("no such")) instanceof RangeError,
      thrown(() => new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([255]))) instanceof TypeError];`,
  bodies: `const response = new Response(new Uint8Array([1, 2]));
    const buffer = response.arrayBuffer();
    return [buffer instanceof Promise, (await buffer) instanceof ArrayBuffer, (await new Response("[1,{}]").json()) instanceof Array, (await new Response("x").blob()) instanceof Blob, new Response("", { status: 205 }).body === null, thrown(() => new Response("x", { status: 204 })) instanceof TypeError,
      (await new Blob(["ab"]).arrayBuffer()) instanceof ArrayBuffer, (await new Blob(["ab", new Uint8Array([99]), new Uint8Array([100]).buffer]).text()) === "abcd",
      (await new Response(new Uint8Array([104]).buffer).text()) === "h", (await new Response(new URLSearchParams({ a: "1" })).text()) === "a=1",
      (await new Request("http://a", { method: "POST", body: JSON.stringify({ a: 1 }) }).json()).a === 1, (await caught(new Response("{").json())) instanceof SyntaxError];`,
  statics: `const json = Response.json({ a: [1] }, { status: 201, headers: { "x-y": "z" } }); const copy = json.clone();
    return [json instanceof Response, json.status === 201, json.headers.get("x-y") === "z", json.headers.get("content-type") === "application/json", (await json.json()).a[0] === 1,
      Response.redirect("http://a/b", 303).headers.get("location") === "http://a/b", Response.error().type === "error", URL.canParse("http://x"), typeof URL.createObjectURL === "undefined", copy instanceof Response, (await copy.json()).a instanceof Array];`,
  headers: `const headers = new Headers([["a", "1"]]); headers.append("set-cookie", "b=2"); headers.append("set-cookie", "c=3");
    const seen: any[] = []; headers.forEach((value, key, parent) => seen.push(parent === headers));
    return [[...headers].every((pair) => pair instanceof Array), headers.entries().next() instanceof Object, headers.getSetCookie() instanceof Array, headers.getSetCookie().length === 2, seen.every(Boolean), seen.length === 3,
      Object.fromEntries(headers).a === "1", new Headers(headers).get("a") === "1", new Headers(new Map([["q", "1"]])).get("q") === "1", thrown(() => headers.append("bad name", "x")) instanceof TypeError, headers.keys()[Symbol.iterator]() instanceof Object];`,
  forms: `const form = new FormData(); form.append("text", "1"); form.append("file", new Blob(["content"], { type: "text/plain" }), "name.txt");
    const back = await new Response(form).formData(); const file = back.get("file") as File;
    return [back instanceof FormData, file instanceof File, file instanceof Blob, file.name === "name.txt", (await file.text()) === "content", [...back.keys()].join() === "text,file", back.getAll("text") instanceof Array, file.slice(0, 2) instanceof Blob];`,
  urls: `const url = new URL("/p?a=1&b=2", "http://h"); url.searchParams.set("a", "9");
    return [url.href === "http://h/p?a=9&b=2", url.searchParams instanceof URLSearchParams, [...url.searchParams].every((pair) => pair instanceof Array), thrown(() => new URL("nope")) instanceof TypeError, JSON.stringify({ url }) === '{"url":"http://h/p?a=9&b=2"}', String(new URLSearchParams([["x", "y z"]])) === "x=y+z"];`,
  subclasses: `class Bus extends EventTarget { pings = 0; } class Note extends Event { constructor(readonly text: string) { super("note"); } } class Failed extends Response { extra = 1; }
    const bus = new Bus(); let got: any; bus.addEventListener("note", (event) => { got = event; }); bus.dispatchEvent(new Note("hi")); const failed = new Failed("x", { status: 500 });
    return [bus instanceof Bus, bus instanceof EventTarget, got instanceof Note, got instanceof Event, got.text === "hi", got.target === bus, failed instanceof Failed, failed instanceof Response, failed.extra === 1, failed.status === 500, !(new Response() instanceof Failed), !(({}) instanceof Response), !((null as any) instanceof Response)];`,
  events: `const target = new EventTarget(); const calls: any[] = []; const listener = (event: any) => calls.push(event.detail); const object = { handleEvent(event: any) { calls.push(this === object); } };
    target.addEventListener("x", listener); target.addEventListener("x", object); target.dispatchEvent(new CustomEvent("x", { detail: { q: 1 } })); target.removeEventListener("x", listener); target.removeEventListener("x", object);
    target.dispatchEvent(new CustomEvent("x", { detail: 2 })); target.addEventListener("y", listener, { once: true }); target.dispatchEvent(new Event("y")); target.dispatchEvent(new Event("y"));
    const event = new Event("z", { cancelable: true }); target.addEventListener("z", (z) => z.preventDefault());
    return [calls.length === 3, calls[0].q === 1, calls[1] === true, calls[2] === undefined, target.dispatchEvent(event) === false, event.composedPath() instanceof Array];`,
  aborts: `const controller = new AbortController(); const { signal } = controller; const calls: any[] = []; signal.onabort = function (event) { calls.push(this === signal, event instanceof Event); }; const handler = signal.onabort;
    const any = AbortSignal.any([signal, new AbortController().signal]); controller.abort(); const reason = new Error("mine");
    return [calls.length === 2, ...calls, signal.onabort === handler, signal instanceof AbortSignal, signal instanceof EventTarget, signal.reason instanceof DOMException, signal.reason instanceof Error, signal.reason.name === "AbortError", any.aborted, any.reason === signal.reason,
      thrown(() => signal.throwIfAborted()) === signal.reason, AbortSignal.abort(reason).reason === reason, thrown(() => new (AbortSignal as any)()) instanceof TypeError];`,
  timeoutSignal: `const signal = AbortSignal.timeout(1); await new Promise((resolve) => signal.addEventListener("abort", resolve)); return [signal.aborted, signal.reason instanceof DOMException, signal.reason.name === "TimeoutError", thrown(() => AbortSignal.timeout(-1)) instanceof RangeError];`,
  exceptions: `const exception = new DOMException("text", "AbortError"); class Mine extends DOMException {}
    return [exception instanceof DOMException, exception instanceof Error, exception.name === "AbortError", exception.message === "text", exception.code === DOMException.ABORT_ERR, exception.ABORT_ERR === 20, String(exception) === "AbortError: text", Object.prototype.toString.call(exception) === "[object DOMException]",
      typeof exception.stack === "string", new Mine("m") instanceof Mine, new Mine("m") instanceof DOMException, (await caught(crypto.subtle.importKey("raw", new Uint8Array(3), "AES-GCM", false, ["encrypt"]))) instanceof DOMException, thrown(() => structuredClone(() => 1)) instanceof DOMException, (thrown(() => structuredClone(Symbol())) as any).name === "DataCloneError"];`,
  clones: `const original: any = { list: [1, { at: new Date(5) }], map: new Map([[1, new Set([{ in: 1 }])]]), bytes: new Uint8Array([1, 2]), view: new DataView(new ArrayBuffer(2)), big: 5n, pattern: /a/g, error: new RangeError("r"), cause: new Error("o", { cause: new TypeError("i") }), nothing: undefined }; original.self = original;
    const copy = structuredClone(original); const moved = new ArrayBuffer(8); const received = structuredClone(moved, { transfer: [moved] });
    return [copy !== original, copy.self === copy, Object.getPrototypeOf(copy) === Object.prototype, copy.list instanceof Array, copy.list[1].at instanceof Date, copy.list[1].at.getTime() === 5, copy.map instanceof Map, copy.map.get(1) instanceof Set, [...copy.map.get(1)][0] instanceof Object, copy.bytes instanceof Uint8Array, copy.bytes.buffer instanceof ArrayBuffer,
      copy.view instanceof DataView, copy.big === 5n, copy.pattern instanceof RegExp, copy.error instanceof RangeError, copy.error.message === "r", copy.cause.cause instanceof TypeError, "nothing" in copy, received instanceof ArrayBuffer, received.byteLength === 8, moved.byteLength === 0, thrown(() => (structuredClone as any)()) instanceof TypeError];`,
  readable: `let controllerOk = false; let pulls = 0;
    const stream = new ReadableStream({ start(controller) { controllerOk = controller instanceof ReadableStreamDefaultController; controller.enqueue({ n: 0 }); }, async pull(controller) { await null; controller.enqueue({ n: ++pulls }); if (pulls === 3) controller.close(); }, }, { highWaterMark: 0 });
    const [left, right] = stream.tee(); const chunks: any[] = []; for await (const chunk of left as any) chunks.push(chunk); const reader = right.getReader(); const first = await reader.read();
    const own = ReadableStream.from((async function* () { yield "a"; yield "b"; })()); let text = ""; for await (const chunk of own as any) text += chunk;
    return [controllerOk, chunks.length === 4, chunks.every((chunk) => chunk instanceof Object), first instanceof Object, Object.getPrototypeOf(first) === Object.prototype, reader instanceof ReadableStreamDefaultReader, reader.closed instanceof Promise, reader.closed === reader.closed, text === "ab", left instanceof ReadableStream, stream.locked];`,
  byteStream: `const stream = new ReadableStream({ type: "bytes", pull(controller: any) { const view = controller.byobRequest.view; view[0] = 7; controller.byobRequest.respond(1); } });
    const reader = stream.getReader({ mode: "byob" }); const { value } = await reader.read(new Uint8Array(4)); await reader.cancel();
    return [reader instanceof ReadableStreamBYOBReader, value instanceof Uint8Array, value!.length === 1, value![0] === 7, value!.buffer instanceof ArrayBuffer];`,
  writable: `const written: any[] = []; const sink = new WritableStream({ start(controller) { written.push(controller instanceof WritableStreamDefaultController); }, async write(chunk) { written.push(chunk); }, close() { written.push("closed"); } }, new CountQueuingStrategy({ highWaterMark: 2 }));
    const writer = sink.getWriter(); await writer.ready; const wrote = writer.write({ a: 1 }); await wrote; await writer.close();
    const failing = new WritableStream({ write() { throw new RangeError("full"); } }).getWriter(); const error = await caught(failing.write(1)); failing.closed.catch(() => {}); 
    return [written[0], written[1].a === 1, written[2] === "closed", wrote instanceof Promise, writer instanceof WritableStreamDefaultWriter, error instanceof RangeError, writer.desiredSize === 0];`,
  transforms: `const upper = new TransformStream({ transform(chunk, controller) { controller.enqueue(chunk.toUpperCase()); }, flush(controller) { controller.enqueue("!"); } });
    const text = await new Response(ReadableStream.from(["ab", "cd"]).pipeThrough(upper).pipeThrough(new TextEncoderStream())).text();
    let back = ""; const zipped = ReadableStream.from(["hello ", "world"]).pipeThrough(new TextEncoderStream()).pipeThrough(new CompressionStream("gzip")); const chunks: Uint8Array[] = []; for await (const chunk of zipped as any) chunks.push(chunk);
    for await (const chunk of ReadableStream.from(chunks).pipeThrough(new DecompressionStream("gzip") as any).pipeThrough(new TextDecoderStream()) as any) back += chunk;
    const collected: any[] = []; await ReadableStream.from([1, 2]).pipeTo(new WritableStream({ write(chunk) { collected.push(chunk); } }));
    return [text === "ABCD!", chunks.every((chunk) => chunk instanceof Uint8Array), back === "hello world", collected.join() === "1,2", upper.readable instanceof ReadableStream, upper.writable instanceof WritableStream];`,
  streamBlob: `const chunks: any[] = []; for await (const chunk of new Blob(["hello"]).stream() as any) chunks.push(chunk); return [chunks[0] instanceof Uint8Array, new Blob([]).stream() instanceof ReadableStream, (await new Response(new Blob(["ab"]).stream()).text()) === "ab"];`,
  digests: `const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc")); return [digest instanceof ArrayBuffer, hex(digest).startsWith("ba7816bf8f01cfea"), hex(await crypto.subtle.digest({ name: "SHA-512" }, new Uint8Array().buffer)).startsWith("cf83e1357eefb8bd"), (await caught(crypto.subtle.digest("MD5", new Uint8Array()))) instanceof Error];`,
  hmac: `const key = await crypto.subtle.importKey("raw", new TextEncoder().encode("secret"), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]); const data = new TextEncoder().encode("body").buffer; const signature = await crypto.subtle.sign("HMAC", key, data);
    return [key instanceof CryptoKey, key.type === "secret", (key.algorithm as any).hash.name === "SHA-256", [...key.usages].join() === "sign,verify", signature instanceof ArrayBuffer, hex(signature) === "dc46983557fea127b43af721467eb9b3fde2338fe3e14f51952aa8478c13d355", await crypto.subtle.verify("HMAC", key, signature, data), !(await crypto.subtle.verify("HMAC", key, new Uint8Array(32), data))];`,
  encrypts: `const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]); const iv = crypto.getRandomValues(new Uint8Array(12));
    const secret = await crypto.subtle.encrypt({ name: "AES-GCM", iv: iv.buffer, additionalData: new Uint8Array([1]).buffer }, key, new TextEncoder().encode("hello")); const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: new Uint8Array([1]) }, key, secret);
    const raw = await crypto.subtle.exportKey("raw", key); const wrong = await caught(crypto.subtle.decrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, secret));
    return [key instanceof CryptoKey, secret instanceof ArrayBuffer, new TextDecoder().decode(plain) === "hello", raw instanceof ArrayBuffer, raw.byteLength === 32, wrong instanceof DOMException, wrong.name === "OperationError"];`,
  derives: `const base = await crypto.subtle.importKey("raw", new TextEncoder().encode("password"), "PBKDF2", false, ["deriveBits", "deriveKey"]); const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: new TextEncoder().encode("salt").buffer, iterations: 1 }, base, 256);
    const derived = await crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(8), iterations: 10 }, base, { name: "AES-CBC", length: 128 }, true, ["encrypt"]);
    const ours = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]); const theirs = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs.publicKey }, ours.privateKey, 256); const same = await crypto.subtle.deriveBits({ name: "ECDH", public: ours.publicKey }, theirs.privateKey, 256);
    return [bits instanceof ArrayBuffer, hex(bits).startsWith("120fb6cffcf8b32c"), derived instanceof CryptoKey, hex(shared) === hex(same)];`,
  pairs: `const pair = await crypto.subtle.generateKey({ name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, true, ["sign", "verify"]);
    const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey); const again = await crypto.subtle.importKey("jwk", jwk, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, ["verify"]); const data = new Uint8Array([1, 2]); const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", pair.privateKey, data);
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey); const imported = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, ["sign"]);
    return [pair instanceof Object, pair.publicKey instanceof CryptoKey, pair.privateKey instanceof CryptoKey, jwk instanceof Object, jwk.key_ops instanceof Array, await crypto.subtle.verify("RSASSA-PKCS1-v1_5", again, signature, data), pkcs8 instanceof ArrayBuffer, imported instanceof CryptoKey];`,
  wraps: `const key = await crypto.subtle.generateKey({ name: "AES-KW", length: 128 }, false, ["wrapKey", "unwrapKey"]); const inner = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]); const wrapped = await crypto.subtle.wrapKey("raw", inner, key, "AES-KW");
    const back = await crypto.subtle.unwrapKey("raw", wrapped, key, "AES-KW", "AES-GCM", true, ["encrypt"]); return [wrapped instanceof ArrayBuffer, back instanceof CryptoKey];`,
  randoms: `const view = new Uint32Array(4); return [crypto.getRandomValues(view) === view, view.some((n) => n !== 0), crypto.randomUUID().length === 36, crypto.randomUUID() !== crypto.randomUUID(), crypto instanceof Crypto, crypto.subtle instanceof SubtleCrypto, crypto.subtle === crypto.subtle, Math.random() !== Math.random(),
      thrown(() => crypto.getRandomValues(new Float32Array(1) as any)) instanceof Error, thrown(() => crypto.getRandomValues(new Uint8Array(70000))) instanceof DOMException];`,
  clocks: `const before = Date.now(); const at = performance.now(); await new Promise((resolve) => setTimeout(resolve, 5)); return [Date.now() > before, performance.now() - at >= 4, Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1000, new Date() instanceof Date, JSON.stringify(performance).includes("timeOrigin")];`,
  timers: `const steps: any[] = []; const kept = setTimeout((a, b) => steps.push(a + b), 1, 1, 2); const dropped = setTimeout(() => steps.push("no"), 1); clearTimeout(dropped); clearTimeout(undefined); clearInterval(12345 as any); clearTimeout({} as any);
    let ticks = 0; await new Promise<void>((resolve) => { const interval = setInterval(() => { if (++ticks === 3) { clearInterval(interval); resolve(); } }, 1); }); await new Promise((resolve) => setTimeout(resolve));
    return [typeof kept === "number", kept !== dropped, steps.join() === "3", ticks === 3, thrown(() => (setTimeout as any)("code", 1)) instanceof TypeError];`,
  microtasks: `const steps: string[] = []; queueMicrotask(() => steps.push("micro")); steps.push("sync"); await null; return [steps.join() === "sync,micro", thrown(() => (queueMicrotask as any)(1)) instanceof TypeError, atob(btoa("hi")) === "hi"];`,
  memory: `const ref = new WeakRef({ a: 1 }); const registry = new FinalizationRegistry(() => {}); registry.register({}, 1, ref); return [ref.deref() instanceof Object, registry instanceof FinalizationRegistry, registry.unregister(ref) === true, String(ref) === "[object WeakRef]", typeof Atomics.wait === "undefined"];`,
  language: `const values = [fetch, setTimeout, clearTimeout, queueMicrotask, structuredClone, console.log, console, process, process.env, crypto.getRandomValues, crypto.subtle.sign, performance.now, new Response().json, new Headers().forEach, AbortSignal.any, Response.json];
    return [values.every((value) => value instanceof Object), fetch("x:").catch(() => {}) instanceof Promise, new Function("return typeof process.exit + typeof require + typeof global")() === "undefinedundefinedundefined", globalThis === self, Object.keys(globalThis).length === 0, new Intl.NumberFormat("de").format(1.5) === "1,5", typeof WebAssembly.compile === "function", fetch.name === "fetch"];`,
  nothingLeaks: `const suspects: any[] = [fetch, Response.json, new Headers()[Symbol.iterator], new Headers().entries(), new URLSearchParams("a=1").entries(), new FormData().keys(), crypto, crypto.subtle, performance, new TextEncoder(), structuredClone, process.env, console, new Response("x").body!.getReader(), setTimeout, await caught(fetch("nope")), thrown(() => new URL("x"))];
    return suspects.filter((value) => { const make = value.constructor?.constructor; return typeof make === "function" && typeof make("return typeof process === 'object' && process.exit")() === "function"; }).map(String);`,
} as const;

const HELPERS = `
const thrown = (run: () => unknown): any => { try { run(); } catch (error) { return error; } };
const caught = (promise: Promise<unknown>): Promise<any> => promise.then(() => undefined, (error) => error);
const hex = (buffer: ArrayBuffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
`;
const SOURCE = `import { action } from "./_generated/server";${HELPERS}
${Object.entries(CASES).map(([name, body]) => `export const ${name} = action(async (): Promise<any> => { ${body} });`).join("\n")}`;

let modules: Map<string, ModuleCode>;
beforeAll(async () => {
  modules = await compile({ "web.ts": SOURCE });
});

/** All of the list must be true; the error names those that are not. */
async function check(name: keyof typeof CASES): Promise<void> {
  const actions = new TestActions(modules);
  const results = (await actions.value("web.js", name)) as unknown[];
  expect(results.map((result, index) => [index, result]).filter(([, result]) => result !== true)).toEqual([]);
  expect(results.length).toBeGreaterThan(0);
  expect(actions.host.lines).toEqual([]);
}

describe("AR-5 the web's classes", () => {
  test.each([
    ["AR-5.1", "encoding"], ["AR-5.2", "bodies"], ["AR-5.2", "statics"], ["AR-5.2", "headers"], ["AR-5.2", "forms"], ["AR-5.2", "urls"], ["AR-5.3", "subclasses"], ["AR-5.4", "events"], ["AR-5.4", "aborts"], ["AR-5.4", "timeoutSignal"],
    ["AR-5.5", "exceptions"], ["AR-5.6", "clones"], ["AR-5.7", "readable"], ["AR-5.7", "byteStream"], ["AR-5.7", "writable"], ["AR-5.7", "transforms"], ["AR-5.7", "streamBlob"],
  ] as const)("%s %s", async (_number, name) => {
    await check(name);
  });
});

describe("AR-6 cryptography", () => {
  test.each(["digests", "hmac", "encrypts", "derives", "pairs", "wraps", "randoms"] as const)("%s", check);
});

describe("AR-7 the language", () => {
  test.each(["clocks", "timers", "microtasks", "memory", "language"] as const)("%s", check);

  test("AR-7.6 what user code is given does not lead to the server's process by its constructors", async () => {
    expect(await new TestActions(modules).value("web.js", "nothingLeaks")).toEqual([]);
  });
});
