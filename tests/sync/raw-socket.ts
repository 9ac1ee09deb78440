/** A sync socket without a client: frames as they are on the wire. */
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { until } from "../harness.js";

export interface Frame extends Readonly<Record<string, unknown>> {
  readonly type: string;
}

export interface StateVersion {
  readonly querySet: number;
  readonly ts: string;
  readonly identity: number;
}

export interface TransitionFrame extends Frame {
  readonly startVersion: StateVersion;
  readonly endVersion: StateVersion;
  readonly modifications: readonly (Frame & { readonly queryId: number })[];
}

export class RawSocket {
  readonly frames: Frame[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.frames.push(JSON.parse(data.toString("utf8")) as Frame));
    socket.on("close", (code, reason) => (this.closed = { code, reason: reason.toString("utf8") }));
    socket.on("error", () => undefined); // "close" follows
  }

  static async open(url: string, path = "/api/1.48.0/sync"): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}${path}`);
    const raw = new RawSocket(socket);
    await once(socket, "open");
    return raw;
  }

  /** A connection that has said Connect. */
  static async connect(url: string, path?: string): Promise<RawSocket> {
    const raw = await RawSocket.open(url, path);
    raw.send({ type: "Connect", sessionId: randomUUID(), connectionCount: 0, lastCloseReason: "InitialConnect", clientTs: Date.now() });
    return raw;
  }

  send(frame: object | string | Buffer): void {
    this.#socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** The first frame of the type from the given position on. */
  async frame(type: string, from = 0): Promise<Frame> {
    return until(() => this.frames.slice(from).find((frame) => frame.type === type), `a ${type} frame; so far: ${this.frames.map((frame) => frame.type).join(", ")}`);
  }

  async transition(from = 0): Promise<TransitionFrame> {
    return (await this.frame("Transition", from)) as TransitionFrame;
  }

  /** Stops reading, as a client on a bad line does. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.untilClosed();
  }

  untilClosed(): Promise<{ readonly code: number; readonly reason: string }> {
    return until(() => this.closed, "the socket to close");
  }
}

/** Nanoseconds, of the 64 bits little-endian in base64 that timestamps are on the wire. */
export function wireTimestampToNs(text: string): bigint {
  return Buffer.from(text, "base64").readBigUInt64LE();
}
