/**
 * The sockets of the sync protocol. This module owns their connections: how many there are, what a frame may be, whether
 * the peer is alive, how much may wait to be sent. What frames say is the engine's business.
 *
 * The engine's frames of one batch leave each socket in one write, at `endBatch`. A socket whose buffer is over its bound is "slow": the engine makes no transitions for it until
 * the buffer has drained, so that it then gets the newest state and never a queue of old ones.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { WebSocket, WebSocketServer } from "ws";
import type { ClientInfo, ToEngine } from "../engine-messages.js";
import { clientInfo } from "./client-info.js";
import { textFrame } from "./text-frame.js";

export interface SocketsOptions {
  readonly post: (message: ToEngine) => void;
  /** While false, new sockets are turned away with a close frame that lets clients try again soon. */
  readonly engineIsRunning: () => boolean;
  readonly socketsMax: number;
  readonly frameBytesMax: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export interface SocketCounts {
  readonly open: number;
  readonly opened: number;
  readonly received: number;
  readonly sent: number;
}

/** Buffered bytes from which a socket is slow; it no longer is when all have left. */
export const SLOW_BYTES = 1024 * 1024;
/** A slow socket whose buffer grows past this has stopped reading: it is cut off. */
const BUFFERED_BYTES_MAX = 64 * 1024 * 1024;
/** Clients give up on a server that says nothing for 60 s; a Ping leaves well before. */
export const QUIET_MS_MAX = 15_000;
/** Silence after which a peer is asked for a sign of life, and the time it has to give one. */
const UNHEARD_MS_MAX = 10_000;
const PONG_MS_MAX = 15_000;
const SWEEP_MS = 5_000;
/** RFC 6455: the text of a close frame. */
const CLOSE_REASON_BYTES_MAX = 123;
const PING_TEXT = JSON.stringify({ type: "Ping" });

const CLOSE_GOING_AWAY = 1001;
const CLOSE_UNSUPPORTED_DATA = 1003;
const CLOSE_TOO_BIG = 1009;
const CLOSE_SERVICE_RESTART = 1012;
const CLOSE_TRY_AGAIN_LATER = 1013;

interface Connection {
  readonly id: number;
  readonly webSocket: WebSocket;
  /** The stream below the socket, which frames are written to. */
  readonly stream: Duplex;
  /** Frames of the batch. Most often there is one, and that needs no list. */
  firstFrame: Buffer | null;
  moreFrames: Buffer[] | null;
  slow: boolean;
  lastSentMs: number;
  lastHeardMs: number;
  /** When a sign of life was asked for that has not come yet. */
  askedMs: number | null;
}

export class Sockets {
  readonly #connections = new Map<number, Connection>();
  /** Those with frames of the batch. */
  #unsent: Connection[] = [];
  readonly #server: WebSocketServer;
  readonly #timer: NodeJS.Timeout;
  /** What was sent last; not kept beyond its batch. */
  #last: { readonly text: string; readonly frame: Buffer } | null = null;
  #nextId = 1;
  #received = 0;
  #sent = 0;
  /** Time of the last sweep: near enough for silence of many seconds, and free to read. */
  #coarseNowMs: number;

  constructor(private readonly options: SocketsOptions) {
    this.#coarseNowMs = options.now();
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.frameBytesMax,
      WebSocket: socketClass(options.frameBytesMax),
    });
    // The sweep waits for the poll phase, so that pongs which arrived during a pause of this thread are heard before it.
    this.#timer = setInterval(() => setImmediate(() => this.sweep()), SWEEP_MS);
    this.#timer.unref();
  }

  counts(): SocketCounts {
    return { open: this.#connections.size, opened: this.#nextId - 1, received: this.#received, sent: this.#sent };
  }

  /** Takes over the stream of an upgrade request for the sync protocol. */
  accept(incoming: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(incoming, stream, head, (webSocket) => {
      webSocket.on("error", () => {}); // "close" follows and says all there is to do
      if (!this.options.engineIsRunning()) {
        webSocket.close(CLOSE_SERVICE_RESTART, "InternalServerError: the engine is starting again");
      } else if (this.#connections.size >= this.options.socketsMax) {
        webSocket.close(CLOSE_TRY_AGAIN_LATER, `TooManyConcurrentRequests: this server serves ${this.options.socketsMax} sockets at once`);
      } else {
        this.#open(webSocket, stream, clientInfo(incoming));
      }
    });
  }

  /** Frames for a socket that has closed meanwhile, or is about to, are dropped. */
  send(id: number, text: string): void {
    const connection = this.#connections.get(id);
    if (connection?.webSocket.readyState !== WebSocket.OPEN) return;
    const frame = this.#frameOf(text);
    if (connection.firstFrame === null) {
      connection.firstFrame = frame;
      this.#unsent.push(connection);
    } else {
      (connection.moreFrames ??= []).push(frame);
    }
  }

  endBatch(): void {
    for (const connection of this.#unsent) this.#flush(connection);
    this.#unsent = [];
    this.#last = null;
  }

  close(id: number, code: number, reason: string): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    this.#flush(connection);
    connection.webSocket.close(code, truncate(reason));
  }

  /** The engine is told of none of these: it is gone. */
  closeAll(code: number, reason: string): void {
    for (const { webSocket } of this.#connections.values()) webSocket.close(code, truncate(reason));
    this.#connections.clear();
  }

  /** Closes all and ends those that have not answered within `graceMs`. */
  async shutDown(graceMs: number): Promise<void> {
    clearInterval(this.#timer);
    const webSockets = [...this.#connections.values()].map(({ webSocket }) => webSocket);
    const closed = webSockets.map((webSocket) => new Promise((resolve) => webSocket.once("close", resolve)));
    this.closeAll(CLOSE_GOING_AWAY, "InternalServerError: the server is shutting down");
    await Promise.race([Promise.all(closed), setTimeout(graceMs, undefined, { ref: false })]);
    for (const webSocket of webSockets) webSocket.terminate();
  }

  /** Sends what silence asks for: Pings to quiet clients, questions to unheard peers, the end to dead ones. */
  sweep(): void {
    const nowMs = this.options.now();
    this.#coarseNowMs = nowMs;
    for (const connection of this.#connections.values()) {
      if (nowMs - connection.lastSentMs >= QUIET_MS_MAX) this.#write(connection, textFrame(PING_TEXT));
      if (connection.askedMs !== null) {
        if (nowMs - connection.askedMs >= PONG_MS_MAX) connection.webSocket.terminate();
      } else if (nowMs - connection.lastHeardMs >= UNHEARD_MS_MAX) {
        connection.askedMs = nowMs;
        connection.webSocket.ping();
      }
    }
  }

  #open(webSocket: WebSocket, stream: Duplex, client: ClientInfo): void {
    const connection: Connection = {
      id: this.#nextId++,
      webSocket,
      stream,
      firstFrame: null,
      moreFrames: null,
      slow: false,
      lastSentMs: this.#coarseNowMs,
      lastHeardMs: this.#coarseNowMs,
      askedMs: null,
    };
    this.#connections.set(connection.id, connection);
    stream.on("drain", () => this.#setSlow(connection, false));
    this.options.post({ type: "socketOpened", socket: connection.id, client });
    webSocket.on("message", (data: Buffer, isBinary) => this.#receive(connection, data, isBinary));
    webSocket.on("ping", () => this.#hear(connection));
    webSocket.on("pong", () => this.#hear(connection));
    webSocket.on("close", () => {
      if (this.#connections.delete(connection.id)) this.options.post({ type: "socketClosed", socket: connection.id });
    });
  }

  #receive(connection: Connection, data: Buffer, isBinary: boolean): void {
    this.#hear(connection);
    if (!this.#connections.has(connection.id)) return;
    if (isBinary) {
      connection.webSocket.close(CLOSE_UNSUPPORTED_DATA, "BadFrame: the sync protocol has text frames only");
      return;
    }
    this.#received++;
    this.options.post({ type: "frame", socket: connection.id, text: data.toString("utf8") });
  }

  #hear(connection: Connection): void {
    connection.lastHeardMs = this.#coarseNowMs;
    connection.askedMs = null;
  }

  #flush(connection: Connection): void {
    const { stream, firstFrame, moreFrames } = connection;
    if (firstFrame === null) return;
    connection.firstFrame = null;
    connection.moreFrames = null;
    if (moreFrames !== null) stream.cork();
    this.#write(connection, firstFrame);
    if (moreFrames === null) return;
    for (const frame of moreFrames) this.#write(connection, frame);
    stream.uncork();
  }

  #write(connection: Connection, frame: Buffer): void {
    const { webSocket, stream } = connection;
    if (webSocket.readyState !== WebSocket.OPEN) return;
    connection.lastSentMs = this.#coarseNowMs;
    this.#sent++;
    stream.write(frame);
    if (stream.writableLength > BUFFERED_BYTES_MAX && connection.slow) webSocket.terminate();
    else if (stream.writableLength > SLOW_BYTES) this.#setSlow(connection, true);
  }

  /** One frame for all sockets that are sent the same text, one after another. */
  #frameOf(text: string): Buffer {
    if (this.#last?.text !== text) this.#last = { text, frame: textFrame(text) };
    return this.#last.frame;
  }

  #setSlow(connection: Connection, slow: boolean): void {
    if (connection.slow === slow || !this.#connections.has(connection.id)) return;
    connection.slow = slow;
    this.options.post({ type: "socketSlow", socket: connection.id, slow });
  }
}

/** A socket that says why it closes on a frame that is too big; the library gives the code only. */
function socketClass(frameBytesMax: number): typeof WebSocket {
  return class extends WebSocket {
    override close(code?: number, reason?: string | Buffer): void {
      super.close(code, code === CLOSE_TOO_BIG ? `FrameTooLarge: a message may have ${frameBytesMax} bytes at most` : reason);
    }
  };
}

/** The longest whole-character beginning that fits a close frame. */
function truncate(reason: string): string {
  if (Buffer.byteLength(reason) <= CLOSE_REASON_BYTES_MAX) return reason;
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(CLOSE_REASON_BYTES_MAX));
  return reason.slice(0, read);
}
