/**
 * A WebSocket client that costs next to nothing: text frames are made before they are needed and leave in one write each
 * time, answers are handed over as they stand in the received bytes. Only what a load generator needs of RFC 6455: no
 * fragments, no extensions, text only.
 */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
const FINAL = 0x80;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const EMPTY = Buffer.alloc(0);

export interface WebSocketEvents {
  onText(text: string): void;
  /** All frames of one read were handed over. */
  onReadEnd?(): void;
  /** The connection is gone, whoever ended it. Not called after `close()`. */
  onClose(reason: string): void;
}

/** A text frame as a client sends it: masked, as every real client's are. */
export function textFrame(text: string): Buffer {
  return clientFrame(TEXT, Buffer.from(text));
}

export class LoadWebSocket {
  readonly #socket: Socket;
  readonly #events: WebSocketEvents;
  #unread: Buffer = EMPTY;
  #isClosed = false;

  private constructor(socket: Socket, events: WebSocketEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#gone(error.message));
    socket.on("close", () => this.#gone("the connection was cut"));
  }

  /** Rejects when the server refuses or cannot be reached. */
  static connect(url: string, events: WebSocketEvents): Promise<LoadWebSocket> {
    return new Promise((resolve, reject) => {
      upgrade(new URL(url), reject, (socket, head) => {
        const webSocket = new LoadWebSocket(socket, events);
        resolve(webSocket);
        if (head.length > 0) webSocket.#read(head);
      });
    });
  }

  /** One or several whole frames, made with {@link textFrame}. */
  send(frames: Buffer): void {
    if (!this.#isClosed) this.#socket.write(frames);
  }

  /** Says good-bye as a client that leaves does. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.end(clientFrame(CLOSE, EMPTY));
  }

  /** Ends the connection without a word, as a lost network does. */
  cut(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  /** As {@link cut}, leaving nothing behind in the kernel: thousands of closed connections would keep their ports for a minute. */
  drop(): void {
    this.#isClosed = true;
    this.#socket.resetAndDestroy();
  }

  #gone(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroy();
    this.#events.onClose(reason);
  }

  #read(chunk: Buffer): void {
    const bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    let position = 0;
    while (!this.#isClosed) {
      const end = this.#readFrame(bytes, position);
      if (end === null) break;
      position = end;
    }
    this.#unread = position === bytes.length ? EMPTY : bytes.subarray(position);
    this.#events.onReadEnd?.();
  }

  /** Position after the frame at `start`; null while part of it is missing. */
  #readFrame(bytes: Buffer, start: number): number | null {
    if (bytes.length < start + 2) return null;
    const shortLength = bytes[start + 1]!;
    const headerBytes = shortLength === LENGTH_16 ? 4 : shortLength === LENGTH_64 ? 10 : 2;
    if (bytes.length < start + headerBytes) return null;
    const payloadStart = start + headerBytes;
    const end = payloadStart + payloadLength(bytes, start, shortLength);
    if (bytes.length < end) return null;
    this.#handle(bytes[start]!, bytes, payloadStart, end);
    return end;
  }

  #handle(firstByte: number, bytes: Buffer, start: number, end: number): void {
    switch (firstByte) {
      case FINAL | TEXT:
        this.#events.onText(textOf(bytes, start, end));
        break;
      case FINAL | PING:
        this.#socket.write(clientFrame(PONG, bytes.subarray(start, end)));
        break;
      case FINAL | PONG:
        break;
      case FINAL | CLOSE:
        this.#gone(end - start < 2 ? "closed" : `${bytes.readUInt16BE(start)} ${bytes.toString("utf8", start + 2, end)}`);
        break;
      default:
        this.#gone(`the server sent a frame that starts with byte ${firstByte}: only whole text frames are understood`);
    }
  }
}

const HEAD_END = "\r\n\r\n";

function upgrade({ hostname, port, host, pathname }: URL, failed: (error: Error) => void, upgraded: (socket: Socket, head: Buffer) => void): void {
  const socket = connect({ host: hostname, port: Number(port) });
  let answer = EMPTY;
  const end = (error: Error): void => {
    socket.destroy();
    failed(error);
  };
  const cut = (): void => end(new Error(`${host} cut the connection during the WebSocket upgrade.`));
  const read = (chunk: Buffer): void => {
    answer = Buffer.concat([answer, chunk]);
    const headEnd = answer.indexOf(HEAD_END);
    if (headEnd === -1) return;
    socket.off("data", read).off("error", end).off("close", cut);
    const [status = ""] = answer.toString("latin1", 0, headEnd).split("\r\n");
    if (status.startsWith("HTTP/1.1 101 ")) upgraded(socket, answer.subarray(headEnd + HEAD_END.length));
    else end(new Error(`${host}${pathname} answered "${status}" to a WebSocket upgrade.`));
  };
  socket.on("data", read).on("error", end).on("close", cut);
  const key = randomBytes(16).toString("base64");
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}${HEAD_END}`);
}

let last: { readonly bytes: Buffer; readonly text: string } = { bytes: EMPTY, text: "" };

/** Sockets that watch the same are told the same, one after another: it is made a text once. */
function textOf(bytes: Buffer, start: number, end: number): string {
  const isSame = last.bytes.length === end - start && last.bytes.compare(bytes, start, end) === 0;
  if (!isSame) last = { bytes: bytes.subarray(start, end), text: bytes.toString("utf8", start, end) };
  return last.text;
}

function payloadLength(bytes: Buffer, start: number, shortLength: number): number {
  if (shortLength === LENGTH_16) return bytes.readUInt16BE(start + 2);
  if (shortLength === LENGTH_64) return Number(bytes.readBigUInt64BE(start + 2));
  return shortLength;
}

function clientFrame(opcode: number, payload: Buffer): Buffer {
  const header = frameHeader(opcode, payload.length);
  const mask = randomBytes(4);
  const masked = Buffer.allocUnsafe(payload.length);
  for (let i = 0; i < payload.length; i++) masked[i] = payload[i]! ^ mask[i & 3]!;
  return Buffer.concat([header, mask, masked]);
}

function frameHeader(opcode: number, length: number): Buffer {
  const header = Buffer.alloc(length < LENGTH_16 ? 2 : length < 2 ** 16 ? 4 : 10);
  header[0] = FINAL | opcode;
  if (header.length === 2) header[1] = MASKED | length;
  else if (header.length === 4) {
    header[1] = MASKED | LENGTH_16;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = MASKED | LENGTH_64;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return header;
}
