/**
 * A WebSocket client that costs next to nothing: text frames are made before they are needed and leave in one write each
 * time, answers are handed over as they stand in the received bytes. Only what a load generator needs of RFC 6455: no
 * fragments, no extensions, text only.
 */
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";

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
      const upgrade = request(url.replace(/^ws/, "http"), {
        agent: false,
        headers: { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": randomBytes(16).toString("base64") },
      });
      upgrade.on("upgrade", (_response, socket: Socket, head: Buffer) => {
        const webSocket = new LoadWebSocket(socket, events);
        resolve(webSocket);
        if (head.length > 0) webSocket.#read(head);
      });
      upgrade.on("response", (response) => reject(new Error(`${url} answered ${response.statusCode} to a WebSocket upgrade.`)));
      upgrade.on("error", reject);
      upgrade.end();
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
        this.#events.onText(bytes.toString("utf8", start, end));
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
