/**
 * A server that answers at once and does nothing: over HTTP with what a transfer answers, over a socket with what it was
 * sent. What the generator reaches against it is the ceiling of generator, kernel and framing on this machine.
 */
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { listenForParent } from "./ready.js";

const ANSWER = JSON.stringify({ status: "success", value: null, logLines: [] });

const http = createServer((incoming, outgoing) => {
  incoming.resume().once("end", () => outgoing.writeHead(200, { "Content-Type": "application/json", "Content-Length": ANSWER.length }).end(ANSWER));
});

const sockets = new WebSocketServer({ server: http, perMessageDeflate: false, clientTracking: false });
sockets.on("connection", (webSocket, { socket }) => {
  // The Connect message has no answer; mutations follow.
  webSocket.once("message", () => echo(webSocket, socket));
});

/** What arrived together leaves in one write, as a server that cares would do it. */
function echo(webSocket: WebSocket, socket: Socket): void {
  let isCorked = false;
  const uncork = () => {
    isCorked = false;
    socket.uncork();
  };
  webSocket.on("message", (data: RawData) => {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      setImmediate(uncork);
    }
    webSocket.send(data as Buffer, { binary: false });
  });
}

listenForParent(http);
