// @vitest-environment happy-dom
// @vitest-environment-options {"settings": {"fetch": {"disableSameOriginPolicy": true}}}
/** `@convex-dev/persistent-text-streaming`, used as its README does: a chat that is streamed to one and stored for all. */
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { useStream } from "@convex-dev/persistent-text-streaming/react";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryNamed, startServer, until, type TestServer } from "../harness.js";
import { MountedHook, reactClient } from "../sync/mounted-hook.js";
import { Watch } from "../sync/watch.js";
import { AppCalls, refusal } from "./app-calls.js";
import { FunctionLog } from "./function-log.js";

const MINUTE = 60_000;
const TEXT = "Hi there! How are you? Pretend I'm an AI";

interface Body {
  readonly text: string;
  readonly status: string;
}

let server: TestServer;
let app: AppCalls;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("persistent-text-streaming");
  app = new AppCalls(server);
});

afterAll(() => server[Symbol.asyncDispose]());

const streamUrl = (): URL => new URL(`${server.url}/http/chat-stream`);

async function newChat(): Promise<{ id: string; stream: string }> {
  const id = await app.mutation<string>("chat:createChat", { prompt: "hello" });
  return { id, stream: (await app.query<{ stream: string }>("chat:getChat", { id })).stream };
}

const body = (streamId: string): Promise<Body> => app.query("chat:getChatBody", { streamId });
const open = (gate: string): Promise<null> => app.mutation("chat:open", { gate });
const watchBody = (streamId: string): Watch<Body> => Watch.on(server.client(), queryNamed("chat:getChatBody"), { streamId }) as Watch<Body>;
const drive = (streamId: string, headers: Record<string, string> = {}): Promise<Response> => fetch(streamUrl(), { method: "POST", body: JSON.stringify({ streamId }), headers: { "Content-Type": "application/json", ...headers } });

describe("a stream", () => {
  test("arrives over HTTP as it is written, and is stored by sentences for everybody", async () => {
    const { stream } = await newChat();
    expect(await body(stream)).toEqual({ text: "", status: "pending" });
    const stored = watchBody(stream);
    await stored.value();
    const response = await drive(stream, { "X-Gated": "yes" });
    expect([response.status, response.headers.get("Access-Control-Allow-Origin"), response.headers.get("Vary")]).toEqual([200, "*", expect.stringContaining("Origin")]);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let read = "";
    while (read.length < "Hi there! How are".length) read += (await reader.read()).value ?? "";
    expect(read).toBe("Hi there! How are");
    expect(await stored.value(({ status }) => status === "streaming")).toEqual({ text: "Hi there!", status: "streaming" });
    await open(stream);
    for (let part = await reader.read(); !part.done; part = await reader.read()) read += part.value;
    expect(read).toBe(TEXT);
    expect(await stored.value(({ status }) => status === "done")).toEqual({ text: TEXT, status: "done" });
    expect(stored.values.map(({ text }) => text)).toEqual(["", "Hi there!", "Hi there! How are you?", TEXT]);
  });

  test("is written once: who asks again gets 205 and reads what is stored", async () => {
    const { stream } = await newChat();
    expect(await (await drive(stream)).text()).toBe(TEXT);
    expect((await drive(stream)).status).toBe(205);
    expect(await body(stream)).toEqual({ text: TEXT, status: "done" });
  });

  test("goes on for the others when its reader has gone", async () => {
    const { stream } = await newChat();
    const controller = new AbortController();
    const response = await fetch(streamUrl(), { method: "POST", body: JSON.stringify({ streamId: stream }), headers: { "X-Gated": "yes" }, signal: controller.signal });
    await response.body!.getReader().read();
    controller.abort();
    await open(stream);
    await watchBody(stream).value(({ status, text }) => status === "done" && text === TEXT);
  });

  test("that fails says so, with what was written before", async () => {
    const { stream } = await newChat();
    const failing = watchBody(stream);
    await (await drive(stream, { "X-Fail": "yes" })).text().catch(() => "");
    expect((await failing.value(({ status }) => status === "error")).text).toBe("Hi there!");
  });

  test("of many chunks, and its deletion in batches", async () => {
    const { id, stream } = await newChat();
    const text = await (await drive(stream, { "X-Chunks": "1000" })).text();
    expect(text.endsWith(TEXT)).toBe(true);
    await watchBody(stream).value(({ status }) => status === "done");
    expect((await body(stream)).text).toBe(text);
    await app.mutation("chat:deleteChat", { id });
    expect(await refusal(body(stream))).toContain("Stream not found");
    const log = new FunctionLog(server);
    await until(async () => (await log.successes("lib:_deleteChunksPage", "persistentTextStreaming")) === 2, "two batches of chunks to be deleted");
  });

  test("the preflight of a page of another origin", async () => {
    // Pages can't set these headers, so it is not sent by `fetch`.
    const preflight = request(streamUrl(), { method: "OPTIONS", headers: { Origin: "https://app.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type" } }).end();
    const [{ statusCode, headers }] = (await once(preflight, "response")) as [IncomingMessage];
    expect([statusCode, headers["access-control-allow-origin"], headers["access-control-max-age"]]).toEqual([200, "*", "86400"]);
  });
});

describe("useStream", () => {
  interface Props {
    readonly driven: boolean;
    readonly stream: string;
  }
  const getBody = queryNamed("chat:getChatBody") as unknown as Parameters<typeof useStream>[0];
  const mount = (props: Props): MountedHook<Props, Body> => {
    const url = streamUrl();
    return new MountedHook(reactClient(server), ({ driven, stream }: Props) => useStream(getBody, url, driven, stream as Parameters<typeof useStream>[3]), props);
  };

  test("the page that drives reads the stream, another one the database, and both end with the same", async () => {
    const { stream } = await newChat();
    const viewer = mount({ driven: false, stream });
    await viewer.until(({ status }) => status === "pending", "nothing yet");
    const driver = mount({ driven: true, stream });
    await driver.until(({ status }) => status === "done", "the end of the stream");
    expect(driver.last.text).toBe(TEXT);
    await viewer.until(({ status }) => status === "done", "the end in the database");
    expect(viewer.last).toEqual({ text: TEXT, status: "done" });
    const late = mount({ driven: true, stream });
    await late.until(({ status }) => status === "done", "what is stored, after 205");
    expect(late.last.text).toBe(TEXT);
    for (const hook of [viewer, driver, late]) hook.unmount();
  });
});

test("a kill in the middle: what was stored is there, and the component's cron gives the stream up in time", async () => {
  const { stream } = await newChat();
  const response = await drive(stream, { "X-Gated": "yes" });
  await until(async () => (await body(stream)).status === "streaming", "the first sentence");
  await server.kill();
  await response.text().catch(() => "");
  await server.start();
  expect(await body(stream)).toEqual({ text: "Hi there!", status: "streaming" });
  const stored = watchBody(stream);
  await stored.value();
  await server.advanceClock(22 * MINUTE);
  expect(await stored.value(({ status }) => status !== "streaming")).toEqual({ text: "Hi there!", status: "timeout" });
  expect(await refusal(body("not a stream"))).toContain("Value does not match validator");
});
