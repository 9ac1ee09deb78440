/** Bodies in pieces, clients that are slow or gone, and kills in the middle. HA-43 to HA-47, HA-51. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { RawConnection } from "./raw-http.js";
import { count, logOf, note, noted } from "./site.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--http-body-bytes-max", "2GiB", "--actions-max", "32"] });
  await server.deploy("http-actions");
});

afterAll(() => server[Symbol.asyncDispose]());

const running = (): Promise<number> => server.metric("rivulet_engine_actions_running");

async function nowRunning(actions: number): Promise<void> {
  await until(async () => (await running()) === actions, `${actions} actions to run`);
}

/** Megabytes of the whole process, its threads included. */
function residentMb(): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))![1]) / 1024;
}

const MB = 1024 * 1024;

/** Returns the most memory that was seen meanwhile. */
async function download(bytes: number): Promise<number> {
  const response = await fetch(`${server.url}/stream/zeros?bytes=${bytes}`);
  let received = 0;
  let largest = 0;
  for await (const chunk of response.body! as unknown as AsyncIterable<Uint8Array>) {
    received += chunk.length;
    largest = Math.max(largest, residentMb());
  }
  expect(received).toBe(bytes);
  return largest;
}

async function upload(bytes: number): Promise<number> {
  let left = bytes;
  let largest = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      largest = Math.max(largest, residentMb());
      if (left > 0) controller.enqueue(new Uint8Array(MB));
      else controller.close();
      left -= MB;
    },
  });
  const response = await fetch(`${server.url}/counted`, { method: "POST", body, duplex: "half" } as RequestInit);
  expect(await response.json()).toEqual({ bytes, error: null });
  return largest;
}

describe("HA-43, HA-44 responses in pieces", () => {
  test("events arrive one by one, before the next is made", async () => {
    await using connection = await RawConnection.open(server.url);
    connection.send(["GET /stream/sse?gate=sse HTTP/1.1", "Host: a"]);
    const head = await connection.receive("data: 0\n\n");
    expect(head).toMatch(/content-type: text\/event-stream\r\n/);
    expect(head).not.toContain("data: 1");
    await note(server, "sse 1");
    expect(await connection.receive("data: 1\n\n")).not.toContain("data: 2");
    await note(server, "sse 2");
    await connection.receive("data: 2\n\n");
    await note(server, "sse 3");
    await connection.receive("0\r\n\r\n");
    await nowRunning(0);
  });

  test("the head comes before the first piece", async () => {
    const controller = new AbortController();
    const response = await fetch(`${server.url}/stream/sse?gate=early`, { signal: controller.signal });
    expect(response.status).toBe(200);
    controller.abort();
    await nowRunning(0);
  });

  test("a stream is written to after the handler has returned", async () => {
    expect(await (await fetch(`${server.url}/stream/transform`)).text()).toBe("one two three");
    await noted(server, "transform three");
  });

  test("chunks of one buffer", async () => {
    expect(await (await fetch(`${server.url}/stream/drip`)).text()).toBe("drip".repeat(100));
  });

  test("of 400 MB, both ways, in as much memory as of 50", { timeout: 120_000 }, async () => {
    await download(50 * MB);
    await upload(50 * MB);
    const before = residentMb();
    const duringDownload = await download(400 * MB);
    const duringUpload = await upload(400 * MB);
    // What buffers grow to when other work takes the cores varies; a body that was held would show as 400 and more.
    expect(Math.max(duringDownload, duringUpload) - before).toBeLessThan(200);
  });
});

describe("clients that are slow", () => {
  test("HA-45 nothing is made ahead of them", async () => {
    await using connection = await RawConnection.open(server.url);
    connection.socket.pause();
    connection.send(["GET /stream/endless?name=slow HTTP/1.1", "Host: a"]);
    const chunksOf100 = await settled(() => count(server, "slow chunks"));
    // 100 chunks are 6.4 MB; the rest is in the buffers of the connection.
    expect(chunksOf100).toBeLessThan(3);
    expect(await running()).toBe(1);
    connection.socket.destroy();
    await nowRunning(0);
  });

  test("HA-45 one that reads nothing of a small answer holds no executor", async () => {
    const idle = await Promise.all(Array.from({ length: 40 }, () => RawConnection.open(server.url)));
    for (const { socket } of idle) socket.pause();
    for (const connection of idle) connection.send(["GET /stream/zeros?bytes=200000 HTTP/1.1", "Host: a"]);
    expect((await fetch(`${server.url}/teapot`)).status).toBe(418);
    await nowRunning(0);
    for (const { socket } of idle) socket.destroy();
  });
});

describe("HA-46 clients that go away", () => {
  test("abort the request's signal and cancel the response", async () => {
    await using connection = await RawConnection.open(server.url);
    connection.send(["GET /stream/cancels?name=left HTTP/1.1", "Host: a"]);
    await connection.receive("more\n");
    connection.socket.destroy();
    await Promise.all([noted(server, "left aborted"), noted(server, "left cancelled")]);
    await nowRunning(0);
  });

  test("code that goes on without them is let finish", async () => {
    await using connection = await RawConnection.open(server.url);
    connection.send(["GET /stream/keepsWriting?name=kept HTTP/1.1", "Host: a"]);
    await connection.receive("part 0\n");
    await noted(server, "kept stored");
    connection.socket.destroy();
    await note(server, "kept gate");
    await noted(server, "kept finished");
    expect(await count(server, "kept stored")).toBe(5);
    await nowRunning(0);
  });

  test("HA-47 before their turn: nothing runs", async () => {
    const holding = await Promise.all(Array.from({ length: 32 }, () => RawConnection.open(server.url)));
    for (const connection of holding) connection.send(["GET /stream/sse?gate=hold HTTP/1.1", "Host: a"]);
    await nowRunning(32);
    await using waiting = await RawConnection.open(server.url);
    const body = JSON.stringify({ text: "never wanted" });
    waiting.send(["POST /notes HTTP/1.1", "Host: a", `Content-Length: ${body.length}`], body);
    await using served = await RawConnection.open(server.url);
    const text = `still wanted ${Date.now()}`;
    const wanted = JSON.stringify({ text });
    served.send(["POST /notes HTTP/1.1", "Host: a", `Content-Length: ${wanted.length}`], wanted);
    await until(async () => (await server.metric("rivulet_engine_actions_waiting")) === 2, "two to wait");
    waiting.socket.destroy();
    for (const connection of holding) connection.socket.destroy();
    await served.receive("201 Created");
    expect(await count(server, "never wanted")).toBe(0);
    expect(await count(server, text)).toBe(1);
    await nowRunning(0);
  });
});

describe("HA-51 what breaks in the middle", () => {
  test("of an error: the connection is cut, and the log says why", async () => {
    const response = await fetch(`${server.url}/stream/broken?gate=break`);
    const reading = response.text();
    await note(server, "break");
    await expect(reading).rejects.toThrow("terminated");
    expect((await logOf(server, response.headers.get("x-request-id")!)).error).toMatch(/^Uncaught Error: the stream broke/);
  });

  test("of a kill: the connection is cut, and the server serves again", async () => {
    await using own = await startServer();
    await own.deploy("http-actions");
    await using connection = await RawConnection.open(own.url);
    connection.send(["GET /stream/endless HTTP/1.1", "Host: a"]);
    await connection.receive("\0\0\0\0");
    connection.socket.pause();
    await using uploading = await RawConnection.open(own.url);
    uploading.send(["POST /counted HTTP/1.1", "Host: a", "Transfer-Encoding: chunked"], "5\r\nbegun\r\n");
    await until(async () => (await own.metric("rivulet_engine_actions_running")) === 2, "both to run");
    await own.kill();
    connection.socket.resume();
    await connection.closed();
    expect(connection.received).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(await uploading.closed()).toBe("");
    await own.start();
    expect((await fetch(`${own.url}/teapot`)).status).toBe(418);
  });

  test("a server that stops ends streams", async () => {
    await using own = await startServer();
    await own.deploy("http-actions");
    await using connection = await RawConnection.open(own.url);
    connection.send(["GET /stream/sse?gate=never HTTP/1.1", "Host: a"]);
    await connection.receive("data: 0\n\n");
    expect(await own.stop()).toBe(0);
    await connection.closed();
  });
});

test("100 requests at once", async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, async (_, n) => await (await fetch(`${server.url}/bytes`, { method: "POST", body: `number ${n}` })).text()));
  expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => `number ${n}`));
  await Promise.all(Array.from({ length: 100 }, () => fetch(`${server.url}/notes`, { method: "POST", body: JSON.stringify({ text: "hundred" }) })));
  expect(await count(server, "hundred")).toBe(100);
});

/** A count that has stopped growing for a while. */
async function settled(read: () => Promise<number>): Promise<number> {
  let last = -1;
  let same = 0;
  return await until(async () => {
    const value = await read();
    same = value === last ? same + 1 : 0;
    last = value;
    return same === 50 ? { value } : null;
  }, "a count to stay").then(({ value }) => value);
}
