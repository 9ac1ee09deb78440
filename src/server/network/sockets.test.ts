import { connect, type AddressInfo, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { createServer, type Server } from "node:http";
import type { ToEngine } from "../engine-messages.js";
import { Sockets, SLOW_BYTES } from "./sockets.js";
import { startTestServer, type TestServer } from "./testing/test-server.suite.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ socketsMax: "3", frameBytesMax: "1000" });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

class Client implements Disposable {
  readonly webSocket: WebSocket;
  readonly #texts: string[] = [];
  #wake: () => void = () => {};
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(url: string, path = "/api/1.48.0/sync") {
    this.webSocket = new WebSocket(url.replace("http", "ws") + path);
    this.webSocket.on("message", (data: Buffer) => {
      this.#texts.push(data.toString());
      this.#wake();
    });
    this.closed = new Promise((resolve) => this.webSocket.on("close", (code, reason) => resolve({ code, reason: reason.toString() })));
  }

  async ask(command: unknown): Promise<string> {
    if (this.webSocket.readyState === WebSocket.CONNECTING) await new Promise((resolve) => this.webSocket.once("open", resolve));
    this.webSocket.send(JSON.stringify(command));
    return this.next();
  }

  async next(): Promise<string> {
    while (this.#texts.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#texts.shift()!;
  }

  [Symbol.dispose](): void {
    this.webSocket.terminate();
  }
}

describe("sync sockets of a server", () => {
  test.each(["/api/sync", "/api/1.48.0/sync"])("H-30: %s carries text frames both ways", async (path) => {
    using client = new Client(server.url, path);
    expect(await client.ask({ send: ["one", "zwölf"] })).toBe("one");
    expect(await client.next()).toBe("zwölf");
  });

  test("H-30: an upgrade of any other path is refused", async () => {
    const webSocket = new WebSocket(server.url.replace("http", "ws") + "/sync");
    const error = await new Promise<Error>((resolve) => webSocket.on("error", resolve));
    expect(error.message).toBe("Unexpected server response: 404");
  });

  test("H-31: a binary frame closes with 1003", async () => {
    using client = new Client(server.url);
    client.webSocket.on("open", () => client.webSocket.send(Buffer.from([1])));
    expect(await client.closed).toEqual({ code: 1003, reason: "BadFrame: the sync protocol has text frames only" });
  });

  test("H-32: a frame over the limit closes with 1009 and the limit", async () => {
    using client = new Client(server.url);
    client.webSocket.on("open", () => client.webSocket.send("x".repeat(1001)));
    expect(await client.closed).toEqual({ code: 1009, reason: "FrameTooLarge: a message may have 1000 bytes at most" });
  });

  test("H-33: sockets over the limit are closed with a reason on which clients back off", async () => {
    using first = new Client(server.url);
    using second = new Client(server.url);
    using third = new Client(server.url);
    for (const client of [first, second, third]) await client.ask({ send: ["here"] });
    using fourth = new Client(server.url);
    expect(await fourth.closed).toEqual({ code: 1013, reason: "TooManyConcurrentRequests: this server serves 3 sockets at once" });
  });

  test("H-34: the engine closes a socket with its code and as much of its reason as fits", async () => {
    using client = new Client(server.url);
    client.webSocket.on("open", () => client.webSocket.send(JSON.stringify({ close: [1008, "é".repeat(100)] })));
    expect(await client.closed).toEqual({ code: 1008, reason: "é".repeat(61) });
  });

  test("H-35: the engine learns of sockets that open and close", async () => {
    using watcher = new Client(server.url);
    const before = JSON.parse(await watcher.ask({ received: true })) as ToEngine[];
    const short = new Client(server.url);
    await short.ask({ send: ["here"] });
    short.webSocket.close();
    await short.closed;
    const socket = before.filter(({ type }) => type === "socketOpened").length + 1;
    await vi.waitFor(async () => {
      const after = JSON.parse(await watcher.ask({ received: true })) as ToEngine[];
      expect(after).toContainEqual({ type: "socketOpened", socket, client: expect.any(Object) as object });
      expect(after).toContainEqual({ type: "socketClosed", socket });
    });
  });

  test("H-36: a server that stops closes its sockets with 1001", async () => {
    const own = await startTestServer();
    using client = new Client(own.url);
    await client.ask({ send: ["here"] });
    await own[Symbol.asyncDispose]();
    expect(await client.closed).toEqual({ code: 1001, reason: "InternalServerError: the server is shutting down" });
  });
});

/** Sockets alone, with a clock that the test moves and an engine that the test plays. */
class Bench implements AsyncDisposable {
  nowMs = 0;
  readonly posted: ToEngine[] = [];
  readonly sockets = new Sockets({ post: (message) => void this.posted.push(message), engineIsRunning: () => true, socketsMax: 10, frameBytesMax: 1000, now: () => this.nowMs });
  private constructor(readonly http: Server) {
    http.on("upgrade", (incoming, stream, head) => this.sockets.accept(incoming, stream, head));
  }

  static async open(): Promise<Bench> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return new Bench(http);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async connected(): Promise<void> {
    await vi.waitFor(() => expect(this.posted).toContainEqual({ type: "socketOpened", socket: 1, client: { ip: "127.0.0.1", userAgent: null } }));
  }

  /** A peer that shakes hands and then never reads nor answers. */
  async connectDeaf(): Promise<Socket> {
    const socket = connect((this.http.address() as AddressInfo).port, "127.0.0.1");
    socket.write("GET /api/sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    socket.on("error", () => {}); // it is cut off by the server
    await this.connected();
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sockets.shutDown(0);
    await new Promise((resolve) => this.http.close(resolve));
  }
}

describe("silence", () => {
  test("H-37: a client that was sent nothing for 15 s gets a Ping, one that was sent something none", async () => {
    await using bench = await Bench.open();
    using client = new Client(bench.url);
    await bench.connected();
    bench.nowMs = 14_999;
    bench.sockets.sweep();
    bench.sockets.send(1, "something");
    bench.sockets.endBatch();
    bench.nowMs = 20_000;
    bench.sockets.sweep();
    bench.nowMs = 29_999;
    bench.sockets.sweep();
    expect(await client.next()).toBe("something");
    expect(await client.next()).toBe('{"type":"Ping"}');
    expect(bench.sockets.counts().sent).toBe(2);
  });

  test("H-38: a peer that gives no sign of life is cut off within 30 s", async () => {
    await using bench = await Bench.open();
    using _deaf = { socket: await bench.connectDeaf(), [Symbol.dispose]() { this.socket.destroy(); } };
    for (bench.nowMs = 5_000; bench.nowMs < 25_000; bench.nowMs += 5_000) bench.sockets.sweep();
    expect(bench.sockets.counts().open).toBe(1);
    bench.nowMs = 25_000;
    bench.sockets.sweep();
    await vi.waitFor(() => expect(bench.posted).toContainEqual({ type: "socketClosed", socket: 1 }));
    expect(bench.sockets.counts().open).toBe(0);
  });

  test("H-38: one that answers pings stays", async () => {
    await using bench = await Bench.open();
    using client = new Client(bench.url);
    await bench.connected();
    for (let round = 1; round <= 5; round++) {
      const pinged = new Promise((resolve) => client.webSocket.once("ping", resolve));
      bench.nowMs += 10_000;
      bench.sockets.sweep();
      await pinged;
      client.webSocket.send("answered");
      await vi.waitFor(() => expect(bench.sockets.counts().received).toBe(round));
    }
    expect(bench.sockets.counts().open).toBe(1);
  });
});

describe("back-pressure", () => {
  test("H-39: a socket whose buffer is full is slow until it has drained", async () => {
    await using bench = await Bench.open();
    const deaf = await bench.connectDeaf();
    deaf.pause();
    const slow = () => bench.posted.flatMap((message) => (message.type === "socketSlow" ? [message.slow] : []));
    bench.sockets.send(1, "x".repeat(SLOW_BYTES * 32));
    bench.sockets.send(1, "another");
    bench.sockets.endBatch();
    expect(slow()).toEqual([true]);
    deaf.resume();
    await vi.waitFor(() => expect(slow()).toEqual([true, false]));
    deaf.destroy();
  });

  test("H-39: a slow socket whose buffer goes on growing is cut off", async () => {
    await using bench = await Bench.open();
    const deaf = await bench.connectDeaf();
    deaf.pause();
    const text = "x".repeat(SLOW_BYTES * 8);
    for (let sent = 0; sent < 12; sent++) bench.sockets.send(1, text);
    bench.sockets.endBatch();
    await vi.waitFor(() => expect(bench.posted.at(-1)).toEqual({ type: "socketClosed", socket: 1 }));
    deaf.destroy();
  });

  test("H-40: the frames of one batch leave in one write", async () => {
    await using bench = await Bench.open();
    using client = new Client(bench.url);
    await bench.connected();
    const stream = (client.webSocket as unknown as { _socket: Socket })._socket;
    let chunks = 0;
    stream.on("data", () => chunks++);
    for (const text of ["a", "b", "c"]) bench.sockets.send(1, text);
    bench.sockets.endBatch();
    expect([await client.next(), await client.next(), await client.next()]).toEqual(["a", "b", "c"]);
    expect(chunks).toBe(1);
  });
});

