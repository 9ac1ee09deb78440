/** A sync socket that reads only when it is told to, as a phone in a tunnel does. */
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { until } from "../harness.js";
import type { Frame } from "../sync/raw-socket.js";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export class SlowSocket implements Disposable {
  readonly frames: Frame[] = [];
  bytesReceived = 0;
  partsSent = 0;
  #closed: Closed | null = null;

  private constructor(private readonly socket: WebSocket) {
    socket.on("message", (data: Buffer) => {
      this.bytesReceived += data.length;
      this.frames.push(JSON.parse(data.toString("utf8")) as Frame);
    });
    socket.on("close", (code, reason) => (this.#closed = { code, reason: reason.toString("utf8") }));
    socket.on("error", () => undefined); // "close" follows
  }

  /** A connection that has said Connect. */
  static async connect(url: string): Promise<SlowSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/1.48.0/sync`);
    await once(socket, "open");
    const slow = new SlowSocket(socket);
    await slow.send({ type: "Connect", sessionId: randomUUID(), connectionCount: 0, lastCloseReason: "InitialConnect", clientTs: Date.now() });
    return slow;
  }

  /** Resolves when the frame has left this process. */
  send(frame: object | string | Buffer): Promise<void> {
    return new Promise((resolve) => this.socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame), () => resolve()));
  }

  /** One more part of a message that never ends. */
  sendPart(bytes: Buffer): Promise<void> {
    this.partsSent++;
    return new Promise((resolve) => this.socket.send(bytes, { fin: false, binary: false }, () => resolve()));
  }

  /** One query, as query 0. */
  subscribe(udfPath: string, args: object): Promise<void> {
    return this.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [{ type: "Add", queryId: 0, udfPath, args: [args] }] });
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  untilClosed(): Promise<Closed> {
    return until(() => this.#closed, "the socket to be closed");
  }

  get isClosed(): boolean {
    return this.#closed !== null;
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}
