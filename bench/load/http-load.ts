/**
 * Transfers over HTTP: keep-alive connections with one request in flight each, as HTTP/1.1 clients do. Requests are made
 * beforehand and answers are read no further than their status and length, so that the generator costs little.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { runLoop, type Loop, type LoopConnection, type LoopTimes } from "./closed-loop.js";
import { Meter, type Measurement } from "./meter.js";
import { preparedPerConnection } from "./socket-load.js";
import { Tape } from "./tape.js";
import { transferRequest, transfers, type TransferPlan } from "./transfers.js";

export interface HttpLoad extends LoopTimes {
  readonly kind: "http";
  readonly url: string;
  readonly serverPid: number;
  /** Of processes that belong to the server, such as its database. */
  readonly companionPids?: readonly number[];
  readonly connections: number;
  /** Where a peer takes transfers, as plain JSON; without it they are mutations. */
  readonly transferRoute?: string;
  readonly plan: TransferPlan;
}

const EMPTY = Buffer.alloc(0);
const HEAD_END = "\r\n\r\n";
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

export function runHttpLoad(load: HttpLoad): Promise<Measurement> {
  const transfer = transfers(load.plan);
  return runHttpCalls(load, () => postRequest(load.url, transferRequest(transfer(), load.transferRoute)));
}

interface HttpTarget extends LoopTimes {
  readonly url: string;
  readonly serverPid: number;
  readonly companionPids?: readonly number[];
  readonly connections: number;
}

/** `next` makes the requests, beforehand. */
export function runHttpCalls(load: HttpTarget, next: () => Buffer): Promise<Measurement> {
  const prepared = preparedPerConnection(load, load.connections);
  return runLoop(new Meter(load.serverPid, load.companionPids), load, (loop) =>
    Promise.all(Array.from({ length: load.connections }, () => HttpConnection.open(new URL(load.url), loop, next, prepared))),
  );
}

class HttpConnection implements LoopConnection {
  readonly #loop: Loop;
  readonly #socket: Socket;
  readonly #tape: Tape;
  #unread: Buffer = EMPTY;
  #sentMs = 0;

  private constructor(socket: Socket, loop: Loop, next: () => Buffer, prepared: number) {
    this.#loop = loop;
    this.#socket = socket;
    this.#tape = new Tape(next, prepared);
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", (error) => loop.failed(error));
    socket.on("close", () => {
      if (loop.isOpen) loop.failed(new Error("The server closed a keep-alive connection under load."));
    });
  }

  static async open(url: URL, loop: Loop, next: () => Buffer, prepared: number): Promise<HttpConnection> {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    await once(socket, "connect");
    return new HttpConnection(socket, loop, next, prepared);
  }

  begin(): void {
    this.#send();
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(): void {
    this.#sentMs = performance.now();
    this.#loop.sent(1);
    this.#socket.write(this.#tape.take(1));
  }

  #read(chunk: Buffer): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    const headEnd = this.#unread.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = this.#unread.toString("latin1", 0, headEnd + HEAD_END.length);
    const length = CONTENT_LENGTH.exec(head)?.[1];
    if (length === undefined) {
      this.#loop.failed(new Error(`An answer has no Content-Length, which this generator needs:\n${head}`));
      return;
    }
    const end = headEnd + HEAD_END.length + Number(length);
    if (this.#unread.length < end) return;
    const answer = this.#unread.toString("utf8", 0, end);
    this.#unread = this.#unread.subarray(end);
    this.#answered(answer);
  }

  #answered(answer: string): void {
    if (!answer.startsWith("HTTP/1.1 200") || !answer.includes('"status":"success"')) {
      this.#loop.failed(new Error(`A call failed:\n${answer.slice(0, 1000)}`));
      return;
    }
    this.#loop.meter.record(performance.now() - this.#sentMs);
    if (this.#loop.isOpen) this.#send();
    this.#loop.answered(1);
  }
}

export interface PostRequest {
  readonly path: string;
  /** JSON text. */
  readonly body: string;
}

export function postRequest(url: string, { path, body }: PostRequest): Buffer {
  return Buffer.from(`POST ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
