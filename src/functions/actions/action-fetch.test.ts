/** The network in actions: requests, answers that stream, what goes wrong, and what is left when an action has ended. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../sandbox/bundle.suite.js";
import type { ModuleCode } from "../sandbox/module-code.js";
import { Signal, TestActions, TestServer } from "./action-sandbox.suite.js";

const SOURCE = `
import { action } from "./_generated/server";
const caught = (promise: Promise<unknown>): Promise<any> => promise.then(() => undefined, (error) => error);

export const get = action(async (ctx, { url }: any) => {
  const response = await fetch(url + "/json", { headers: { "x-asked": "yes" } });
  const body: any = await response.json();
  return [response instanceof Response, response.ok, response.status, response.headers.get("x-answer"), body.list instanceof Array, body.headers["x-asked"], response.url === url + "/json"];
});
export const posts = action(async (ctx, { url }: any) => {
  const form = new FormData(); form.append("a", "1");
  const stream = () => ReadableStream.from(["stre", "am"]).pipeThrough(new TextEncoderStream());
  const bodies: any[] = ["text", new Uint8Array([104, 105]), new Uint8Array([104, 105]).buffer, new URLSearchParams({ a: "b c" }), new Blob(["blob"], { type: "x/y" }), stream()];
  const answers: any[] = [];
  for (const body of bodies) answers.push(await (await fetch(url + "/echo", { method: "POST", body, duplex: "half" } as any)).text());
  answers.push((await (await fetch(url + "/echo", { method: "POST", body: form })).text()).includes('name="a"'));
  answers.push(await (await fetch(new Request(url + "/echo", { method: "PUT", body: "request" }))).text());
  answers.push(await (await fetch(new URL(url + "/echo"), new (class { get method() { return "POST"; } get body() { return "getters"; } })())).text());
  return answers;
});
export const redirects = action(async (ctx, { url }: any) => {
  const followed = await fetch(url + "/redirect");
  const manual = await fetch(url + "/redirect", { redirect: "manual" });
  return [followed.redirected, await followed.text(), manual.status, manual.headers.get("location")];
});
export const events = action(async (ctx, { url }: any) => {
  const response = await fetch(url + "/events");
  const reader = response.body!.getReader(); const decoder = new TextDecoder(); const seen: string[] = []; let buffered = ""; let ok = true;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    ok &&= value instanceof Uint8Array;
    buffered += decoder.decode(value, { stream: true });
    for (let end; (end = buffered.indexOf("\\n\\n")) !== -1; buffered = buffered.slice(end + 2)) {
      seen.push(buffered.slice("data: ".length, end));
      await fetch(url + "/more");
    }
  }
  return [ok, seen];
});
export const fails = action(async (ctx, { url, closed }: any) => {
  const refused = await caught(fetch(closed));
  const wrong = await caught(fetch("not a url"));
  const badBody = await caught(fetch(url, { body: "x" }));
  const controller = new AbortController(); const aborting = caught(fetch(url + "/hang", { signal: controller.signal })); controller.abort();
  const mine = new Error("mine"); const reason = await caught(fetch(url + "/hang", { signal: AbortSignal.abort(mine) }));
  const late = await caught(fetch(url + "/hang", { signal: AbortSignal.timeout(20) }));
  const cut = await caught(fetch(url + "/cut").then((response) => response.text()));
  return [refused instanceof TypeError, refused.message, refused.cause instanceof Error, refused.cause.code, wrong instanceof TypeError, wrong.message, badBody instanceof TypeError, (await aborting).name, (await aborting) instanceof DOMException, reason === mine, late.name, cut instanceof TypeError, cut instanceof Error];
});
export const uncaught = action(async (ctx, { closed }: any) => {
  await fetch(closed);
});
export const aborts = action(async (ctx, { url }: any) => {
  const controller = new AbortController();
  const response = await fetch(url + "/hang-body", { signal: controller.signal });
  const reading = caught(response.text());
  controller.abort();
  return (await reading).name;
});
export const unread = action(async (ctx, { url }: any) => { const response = await fetch(url + "/hang-body"); return response.status; });
export const reading = action(async (ctx, { url }: any) => {
  const response = await fetch(url + "/hang-body");
  void response.text().finally(() => console.log("read"));
  return response.status;
});
export const piping = action(async (ctx, { url }: any) => {
  const response = await fetch(url + "/hang-body");
  const say = (what: string) => () => console.log(what);
  void response.body!.pipeTo(new WritableStream({ write() { return new Promise(() => {}); }, abort: say("abort"), close: say("close") })).then(say("piped"), say("failed"));
});
export const crowd = action(async (ctx, { url }: any) => {
  const many = Array.from({ length: 1000 }, () => caught(fetch(url + "/hang")));
  const error = await caught(fetch(url + "/hang"));
  return [many.length, error instanceof Error, error.message];
});
export const fine = action(async (ctx, { url }: any) => await (await fetch(url + "/json")).status);
export const big = action(async (ctx, { url }: any) => { const bytes = await (await fetch(url + "/big")).arrayBuffer(); return [bytes instanceof ArrayBuffer, bytes.byteLength]; });
`;

/** What the server on loopback does by path. */
class Paths {
  readonly closed = new Signal();
  #events: ServerResponse | null = null;
  #sent = 0;

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.on("close", () => void (response.writableFinished ? undefined : this.closed.raise()));
    switch (request.url) {
      case "/json":
        response.setHeader("x-answer", "no").end(JSON.stringify({ list: [1], headers: request.headers }));
        break;
      case "/echo":
        request.pipe(response);
        break;
      case "/redirect":
        response.writeHead(302, { location: "/target" }).end();
        break;
      case "/target":
        response.end("target");
        break;
      case "/events":
        this.#events = response;
        this.#sendEvent();
        break;
      case "/more":
        response.end();
        this.#sendEvent();
        break;
      case "/hang-body":
        response.write("begin");
        break;
      case "/cut":
        response.writeHead(200, { "content-length": "100" });
        response.write("part", () => response.destroy());
        break;
      case "/big":
        response.end(Buffer.alloc(5_000_000, 1));
        break;
      default: // never answers
    }
  };

  /** Each only when the one before has been read. */
  #sendEvent(): void {
    if (++this.#sent > 3) this.#events?.end();
    else this.#events?.write(`data: ${this.#sent} ü\n\n`);
  }
}

let modules: Map<string, ModuleCode>;
beforeAll(async () => {
  modules = await compile({ "net.ts": SOURCE });
});

async function closedPort(): Promise<string> {
  const server = await TestServer.start(() => undefined);
  await server[Symbol.asyncDispose]();
  return server.url;
}

describe("AR-8 the network", () => {
  test("AR-8.1 requests and answers, with classes of user code's realm", async () => {
    await using server = await TestServer.start(new Paths().answer);
    const actions = new TestActions(modules);
    expect(await actions.value("net.js", "get", { url: server.url })).toEqual([true, true, 200, "no", true, "yes", true]);
    expect(await actions.value("net.js", "redirects", { url: server.url })).toEqual([true, "target", 302, "/target"]);
    expect(await actions.value("net.js", "big", { url: server.url })).toEqual([true, 5_000_000]);
  });

  test("AR-8.2 every kind of body is sent", async () => {
    await using server = await TestServer.start(new Paths().answer);
    expect(await new TestActions(modules).value("net.js", "posts", { url: server.url })).toEqual(["text", "hi", "hi", "a=b+c", "blob", "stream", true, "request", "getters"]);
  });

  test("AR-8.3 answers are read as they come", async () => {
    await using server = await TestServer.start(new Paths().answer);
    expect(await new TestActions(modules).value("net.js", "events", { url: server.url })).toEqual([true, ["1 ü", "2 ü", "3 ü"]]);
  });

  test("AR-8.4 failures are errors of user code's realm; signals abort", async () => {
    await using server = await TestServer.start(new Paths().answer);
    const actions = new TestActions(modules);
    expect(await actions.value("net.js", "fails", { url: server.url, closed: await closedPort() })).toEqual([
      true, "fetch failed", true, "ECONNREFUSED", true, "Failed to parse URL from not a url", true, "AbortError", true, true, "TimeoutError", true, true,
    ]);
    expect(await actions.value("net.js", "aborts", { url: server.url })).toBe("AbortError");
    expect(actions.host.lines).toEqual([]);
  });

  test("AR-8.5 a failure that nobody catches is shown where the request was made", async () => {
    const { error } = await new TestActions(modules).run("net.js", "uncaught", { closed: await closedPort() });
    expect(error?.message).toMatch(/^Uncaught TypeError: fetch failed\n {4}at .* \(\.\.\/convex\/net\.ts:\d+:\d+\)/);
  });

  test("AR-8.6 at most 1,000 operations are on their way at a time", async () => {
    await using server = await TestServer.start(new Paths().answer);
    const actions = new TestActions(modules);
    const { value, unfinished } = await actions.run("net.js", "crowd", { url: server.url });
    expect(JSON.parse(value!)).toEqual([1000, true, "Too many operations at once: an action can have 1000 requests and calls on their way. Await some of them before fetch is called again."]);
    expect(unfinished.length).toBe(1000);
  });
});

describe("AR-9 requests of an action that has ended", () => {
  test.each(["unread", "reading", "piping"])("AR-9.1 %s: the answer's body is given up, and none of the action's code goes on", async (name) => {
    const paths = new Paths();
    await using server = await TestServer.start(paths.answer);
    const actions = new TestActions(modules);
    expect(await actions.run("net.js", name, { url: server.url })).toEqual({ value: name === "piping" ? "null" : "200", error: null, unfinished: [] });
    await paths.closed.raised;
    expect(await actions.value("net.js", "fine", { url: server.url })).toBe(200);
    expect(actions.host.lines).toEqual([]);
    expect(actions.sandbox.isSpent).toBe(name !== "unread");
  });

  test("AR-9.2 the next action's requests are its own", async () => {
    await using server = await TestServer.start(new Paths().answer);
    const actions = new TestActions(modules);
    await actions.run("net.js", "unread", { url: server.url });
    expect(await actions.run("net.js", "fine", { url: server.url })).toEqual({ value: "200", error: null, unfinished: [] });
  });
});
