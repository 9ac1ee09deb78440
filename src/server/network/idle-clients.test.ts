/** Clients of HTTP actions that go silent in the middle of a body. HA-27, HA-45. */
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { expect, test } from "vitest";
import type { IncomingBody } from "../../functions/actions/http-port.js";
import { writeBody } from "./site-response.js";
import { startTestServer } from "./testing/test-server.suite.js";

/** Until the other side has ended the connection, or cut it. */
async function closed(socket: Socket): Promise<void> {
  socket.on("error", () => undefined);
  if (!socket.destroyed) await once(socket, "close");
}

test("HA-27 who sends nothing more of a body is cut off, which is no error of the server's", async () => {
  await using server = await startTestServer({ httpIdleMsMax: "50ms" });
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.resume();
  socket.write(`POST /silent HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc`);
  await closed(socket);
  expect((await server.fetch("/version")).status).toBe(200);
  expect(server.logged.filter(({ level }) => level === "error")).toEqual([]);
});

test("HA-45 who takes nothing more of a response is cut off", async () => {
  const chunk = Buffer.alloc(64 * 1024);
  let given = 0;
  let settle: (error: unknown) => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => (settle = resolve));
  const server = createServer((_incoming, outgoing) => {
    const body: Pick<IncomingBody, "next" | "completeBytes"> = {
      completeBytes: null,
      // The executor's end of the body goes with the connection.
      next: () => (outgoing.destroyed ? Promise.reject(new Error("gone")) : Promise.resolve(given++ < 10_000 ? chunk : null)),
    };
    outgoing.writeHead(200);
    writeBody(outgoing, body as IncomingBody, 50).then(settle, settle);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  socket.pause();
  expect(await ended).toEqual(new Error("gone"));
  expect(given).toBeLessThan(10_000);
  socket.resume();
  await closed(socket);
  server.close();
  await once(server, "close");
});
