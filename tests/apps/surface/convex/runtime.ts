/** What functions find around them: clock, randomness, globals, console, environment. */
import { v } from "convex/values";
import { api } from "./_generated/api";
import { mutation, query } from "./_generated/server";

const loadedAt = Date.now();

export const clock = query({
  args: {},
  handler: async (ctx) => {
    const before = Date.now();
    for (let i = 0; i < 1e6; i++) Math.sqrt(i);
    await ctx.db.query("items").take(1);
    return { times: [before, Date.now(), new Date().getTime(), new Date(Date.now()).getTime()], text: typeof Date(), loadedAt, fixed: new Date(0).toISOString(), zone: new Date(0).getTimezoneOffset() };
  },
});

export const clockOfMutation = mutation({ args: {}, handler: async () => [Date.now(), Date.now()] });

export const random = query({
  args: { nonce: v.number() },
  handler: async () => ({ numbers: [Math.random(), Math.random(), Math.random()], uuids: [crypto.randomUUID(), crypto.randomUUID()], bytes: [...crypto.getRandomValues(new Uint8Array(16))] }),
});

export const randomInMutation = mutation({ args: {}, handler: async () => [Math.random(), Math.random()] });

/** Of the web standards that the documentation lists for the default runtime. */
export const standards = query({
  args: {},
  handler: async () => {
    const url = new URL("../b?x=1&y=2#z", "https://example.com/a/");
    const copy = structuredClone({ nested: [new Date(0), new Map([["k", 1]])] });
    const text = new TextDecoder().decode(new TextEncoder().encode("grüße 😀"));
    const headers = new Headers({ "X-Test": "1" });
    const request = new Request("https://example.com/", { method: "POST", headers, body: "payload" });
    const response = new Response("body", { status: 201 });
    return {
      url: [url.href, url.searchParams.get("y")],
      copy: copy.nested[0] instanceof Date && copy.nested[1] instanceof Map,
      text,
      base64: [btoa("rivulet"), atob("cml2dWxldA==")],
      headers: request.headers.get("x-test"),
      response: response.status,
      blob: new Blob(["abc"]).size,
      form: new FormData() instanceof FormData,
      event: new Event("x").type,
      abort: new AbortController().signal.aborted,
      stream: typeof ReadableStream,
      error: new DOMException("m", "AbortError").name,
      intl: new Intl.NumberFormat("en-US").format(1234.5),
      global: globalThis === self,
    };
  },
});

/** Reading bodies takes promises of the platform's own. */
export const bodies = query({
  args: {},
  handler: async () => ({
    response: await new Response(JSON.stringify({ a: 1 })).json(),
    request: await new Request("https://example.com/", { method: "POST", body: "text" }).text(),
  }),
});

export const digest = query({
  args: {},
  handler: async () => {
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc"));
    return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  },
});

export const hmac = query({
  args: {},
  handler: async () => {
    const encode = (text: string) => new TextEncoder().encode(text);
    const key = await crypto.subtle.importKey("raw", encode("key"), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
    const signature = await crypto.subtle.sign("HMAC", key, encode("message"));
    return await crypto.subtle.verify("HMAC", key, signature, encode("message"));
  },
});

export const newKey = query({ args: {}, handler: async () => void (await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"])) });

export const forbidden = query({
  args: { name: v.string() },
  handler: async (_ctx, { name }): Promise<unknown> => {
    switch (name) {
      case "fetch":
        return (await fetch("http://127.0.0.1/")).status;
      case "setTimeout":
        return await new Promise((resolve) => setTimeout(resolve, 1));
      case "setInterval":
        return setInterval(() => undefined, 1);
      default:
        throw new Error(`Nothing is called ${name}`);
    }
  },
});

/** What a server that is not a browser and not Node must not show. */
export const hidden = query({
  args: {},
  handler: async () => ["require", "Buffer", "window", "document", "__dirname", "XMLHttpRequest", "Deno"].filter((name) => name in globalThis),
});

/** Modules keep no promise about their state, but must not leak it between deployments' functions. */
export const environment = query({
  args: { name: v.string() },
  handler: async (_ctx, { name }) => process.env[name] ?? null,
});

export const print = query({
  args: {},
  handler: async () => {
    console.log("text", 1, true, null, undefined);
    console.info({ a: { b: [1, 2] } });
    console.warn(["x", 1n]);
    console.error(new Error("printed").message);
    console.debug(Symbol.for("s"), () => 1);
    console.log("%s is %d", "x", 3);
    console.log();
    return null;
  },
});

export const printThenFail = mutation({
  args: {},
  handler: async (): Promise<null> => {
    console.log("before");
    throw new Error("after printing");
  },
});

export const printMuch = query({
  args: { lines: v.number() },
  handler: async (_ctx, { lines }) => {
    for (let i = 0; i < lines; i++) console.log(i);
    return null;
  },
});

export const timers = query({
  args: {},
  handler: async () => {
    console.time("t");
    console.timeLog("t", "half");
    console.timeEnd("t");
    console.trace("here");
    return null;
  },
});

/** Prototypes that one call changes. */
export const state = query({
  args: {},
  handler: async () => {
    const holder = globalThis as unknown as { counter?: number };
    holder.counter = (holder.counter ?? 0) + 1;
    return typeof holder.counter;
  },
});

/** What libraries that make functions deterministic do while one runs. */
function replaceGlobals(): () => void {
  const globals = globalThis as Record<string, unknown>;
  const names = ["Math", "Date", "console", "process", "crypto"];
  const originals = names.map((name) => globals[name]);
  globals["Math"] = { random: () => 0.5 };
  globals["Date"] = { now: () => 42 };
  globals["console"] = { log: () => undefined };
  globals["process"] = globals["crypto"] = undefined;
  return () => names.forEach((name, n) => (globals[name] = originals[n]));
}

const seen = (): string[] => [typeof Math.floor, typeof new Date(Date.now()), typeof console.error, typeof process, typeof crypto].map(String);

export const globalsSeen = query({ args: {}, handler: async () => seen() });
export const replacesGlobals = mutation({
  args: { end: v.union(v.literal("restores"), v.literal("forgets"), v.literal("hangs"), v.literal("loops")) },
  handler: async (ctx, { end }) => {
    const restore = replaceGlobals();
    const called = await Promise.all([ctx.runQuery(api.runtime.globalsSeen), ctx.runQuery(api.runtime.globalsSeen)]);
    const own = [Date.now(), Math.random(), typeof process, typeof crypto];
    if (end === "hangs") await new Promise(() => undefined);
    if (end === "loops") for (;;);
    if (end === "restores") restore();
    return { called, own };
  },
});
