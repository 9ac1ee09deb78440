/** What no client sends: frames without end and frames without sense. Only their sender is turned away. SV-46 to SV-49. */
import fc from "fast-check";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { messages } from "../sync/basics-api.js";
import { Watch } from "../sync/watch.js";
import { SlowSocket } from "./slow-socket.js";

let server: TestServer;
let bystander: Watch<unknown>;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("basics");
  bystander = Watch.on(server.client(), messages.list, { channel: "bystander" });
  await bystander.value();
});

afterAll(async () => {
  await server.http().mutation(messages.send, { channel: "bystander", body: "still here" });
  await bystander.value((list) => (list as unknown[]).length === 1);
  expect(server.stderr).not.toContain("The engine died");
  await server[Symbol.asyncDispose]();
});

const TOO_LARGE = { code: 1009, reason: "FrameTooLarge: a message may have 16908288 bytes at most" };

test("SV-46 a frame of 100 MB closes its socket with the limit as reason, without being held", async () => {
  const before = await server.metric("process_resident_memory_bytes");
  using socket = await SlowSocket.connect(server.url);
  void socket.send(`{"type":"Mutation","requestId":0,"udfPath":"messages:send","args":[{"channel":"${"x".repeat(100_000_000)}"}]}`);
  expect(await socket.untilClosed()).toEqual(TOO_LARGE);
  expect((await server.metric("process_resident_memory_bytes")) - before).toBeLessThan(80_000_000);
});

test("SV-47 a message in fragments without end is cut off at the same limit", async () => {
  using socket = await SlowSocket.connect(server.url);
  const part = Buffer.alloc(1_000_000, "x");
  while (!socket.isClosed && socket.partsSent < 100) await socket.sendPart(part);
  expect(await socket.untilClosed()).toEqual(TOO_LARGE);
});

test("SV-48 frames without sense close their own socket, with a reason, or are answered; nobody else is touched", async () => {
  const VALID = [
    { type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [{ type: "Add", queryId: 0, udfPath: "messages:list", args: [{ channel: "garbage" }] }] },
    { type: "Mutation", requestId: 0, udfPath: "messages:send", args: [{ channel: "garbage", body: "b" }] },
    { type: "Action", requestId: 0, udfPath: "messages:send", args: [{}] },
    { type: "Authenticate", baseVersion: 0, tokenType: "User", value: "a.b.c" },
    { type: "Event", eventType: "x", event: {} },
  ].map((frame) => JSON.stringify(frame));
  const damaged = fc.tuple(fc.constantFrom(...VALID), fc.nat(), fc.string({ maxLength: 3 })).map(([text, at, other]) => text.slice(0, at % text.length) + other + text.slice((at % text.length) + 1));
  const replaced = fc.tuple(fc.constantFrom(...VALID), fc.nat(), fc.jsonValue()).map(([text, at, value]) => {
    const fields = Object.entries(JSON.parse(text) as object);
    const [name] = fields[at % fields.length]!;
    return JSON.stringify({ ...Object.fromEntries(fields), [name]: value });
  });
  const garbage = fc.oneof(damaged, replaced, fc.json(), fc.string(), fc.constant("[".repeat(100_000)), fc.constant(`{"type":"Event","x":${"[".repeat(5_000)}${"]".repeat(5_000)}}`));
  await fc.assert(
    fc.asyncProperty(garbage, async (text) => {
      using socket = await SlowSocket.connect(server.url);
      await socket.send(text);
      // Whatever became of the first frame, the second one ends the connection for certain.
      await socket.send("no JSON");
      const { code, reason } = await socket.untilClosed();
      expect({ code, hasReason: reason !== "" }).toEqual({ code: 1002, hasReason: true });
    }),
    { numRuns: 150 },
  );
});

test("SV-49 bytes that are no HTTP and no WebSocket end their own connection", async () => {
  const { hostname, port } = new URL(server.url);
  const upgrade = "GET /api/sync HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  const starts = ["\x16\x03\x01\x02\x00\x01", "GET / HTTP/9.9\r\n\r\n", `GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`, `${upgrade}\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff`];
  for (const start of starts) {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined); // "close" follows
    socket.on("data", () => undefined);
    socket.write(start, "latin1");
    await new Promise((resolve) => socket.once("close", resolve));
  }
  await until(async () => (await fetch(`${server.url}/version`)).ok, "an answer for others");
});
