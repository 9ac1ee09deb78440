/**
 * One end of the port over which the network thread and an executor exchange an HTTP action's bodies. The engine hands the
 * port on and hears nothing of what goes over it.
 *
 *     network                                    executor
 *       chunk…, end | abort ─────────────────▶   the request's body, once there is credit
 *           ◀───────────────────── credit, stop
 *           ◀──────────── head, chunk…, end | abort
 *       credit, stop ────────────────────────▶   the response's body
 *       (port closed) ───────────────────────▶   the client is gone
 *           ◀──────────────────── (port closed)  the run is over, or its executor is gone
 *
 * A sender has at most {@link WINDOW_BYTES} on their way that its receiver has not taken, and one piece more: nothing grows
 * with the size of a body or the slowness of a reader. What one end posts in a turn of its event loop leaves as one message.
 */
import type { MessagePort, TransferListItem } from "node:worker_threads";

export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  /** A name may come again: Set-Cookie. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** False: no route of the app took the request. */
  readonly isRouted: boolean;
}

type PortMessage =
  | { readonly type: "head"; readonly head: ResponseHead }
  | { readonly type: "chunk"; readonly bytes: Uint8Array }
  | { readonly type: "end" }
  /** The rest of the body will not come. */
  | { readonly type: "abort"; readonly reason: string }
  /** The receiver has room for so many bytes more. */
  | { readonly type: "credit"; readonly bytes: number }
  /** The receiver wants no more. */
  | { readonly type: "stop" };

/** Of one body, sent and not yet taken. */
export const WINDOW_BYTES = 256 * 1024;
/** Longer chunks are cut. */
const PIECE_BYTES = 64 * 1024;

export interface HttpPortOptions {
  /** What may be sent before the other end has given credit. 0 where there may be nobody yet to take it. */
  readonly credit: number;
  /** The other end is gone. Not called after {@link HttpPort.close}. */
  readonly onGone: () => void;
}

export class HttpPort {
  readonly incoming: IncomingBody;
  readonly outgoing: OutgoingBody;
  readonly #port: MessagePort;
  #batch: PortMessage[] = [];
  #transfer: TransferListItem[] = [];
  #isHeadPosted = false;
  #isClosed = false;
  #head: ResponseHead | null = null;
  #resolveHead: (head: ResponseHead | null) => void = () => {};
  /** Null where the port was closed without one. */
  readonly head = new Promise<ResponseHead | null>((resolve) => (this.#resolveHead = resolve));

  constructor(port: MessagePort, { credit, onGone }: HttpPortOptions) {
    this.#port = port;
    this.outgoing = new OutgoingBody(this.#post, credit);
    this.incoming = new IncomingBody(this.#post);
    port.on("message", (batch: readonly PortMessage[]) => this.receive(batch));
    port.on("close", () => {
      const isExpected = this.#isClosed;
      this.#closed();
      if (!isExpected) onGone();
    });
  }

  /** What is posted before the next turn leaves together with it, unless it is discarded. */
  postHead(head: ResponseHead): void {
    this.#post({ type: "head", head });
  }

  /** Whether the head is on its way, and no other can be sent. */
  get isHeadPosted(): boolean {
    return this.#isHeadPosted;
  }

  /** That has arrived. */
  get receivedHead(): ResponseHead | null {
    return this.#head;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Messages that the port's owner took from it by itself. */
  receive(batch: readonly PortMessage[]): void {
    for (const message of batch) this.#receive(message);
  }

  /** What was posted arrives, and then the other end learns of it. */
  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#closed();
    this.#port.close();
  }

  /** Closes without what was posted in this turn. */
  discard(): void {
    this.#batch = [];
    this.close();
  }

  #receive(message: PortMessage): void {
    switch (message.type) {
      case "head":
        this.#head = message.head;
        this.#resolveHead(message.head);
        break;
      case "chunk":
        this.incoming.push(message.bytes);
        break;
      case "end":
        this.incoming.finish();
        break;
      case "abort":
        this.incoming.fail(message.reason);
        break;
      case "credit":
        this.outgoing.addCredit(message.bytes);
        break;
      case "stop":
        this.outgoing.stop();
        break;
      default:
        message satisfies never;
    }
  }

  #closed(): void {
    this.#isClosed = true;
    this.#batch = [];
    this.#resolveHead(null);
    this.outgoing.stop();
    this.incoming.fail("The connection was closed before the body was complete.");
  }

  readonly #post = (message: PortMessage): void => {
    if (this.#isClosed) return;
    if (message.type === "chunk") this.#transfer.push(message.bytes.buffer as ArrayBuffer);
    if (this.#batch.push(message) === 1) setImmediate(() => this.#flush());
  };

  #flush(): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    const transfer = this.#transfer;
    this.#batch = [];
    this.#transfer = [];
    this.#isHeadPosted ||= batch.some(({ type }) => type === "head");
    this.#port.postMessage(batch, transfer);
  }
}

type Post = (message: PortMessage) => void;

export class OutgoingBody {
  #credit: number;
  #isStopped = false;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(
    private readonly post: Post,
    credit: number,
  ) {
    this.#credit = credit;
  }

  /** Copies the bytes, and resolves when more can be taken: with false where nobody wants it. */
  async send(bytes: Uint8Array): Promise<boolean> {
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      while (this.#credit <= 0 && !this.#isStopped) await new Promise<void>((resolve) => (this.#wake = resolve));
      if (this.#isStopped) return false;
      const piece = copyOf(bytes, start, Math.min(start + PIECE_BYTES, bytes.length));
      this.#credit -= piece.length;
      this.post({ type: "chunk", bytes: piece });
    }
    return !this.#isStopped;
  }

  /** It is complete. */
  end(): void {
    this.#finish({ type: "end" });
  }

  /** It will never be complete. Whoever reads it gets an error with the reason. */
  abort(reason: string): void {
    this.#finish({ type: "abort", reason });
  }

  addCredit(bytes: number): void {
    this.#credit += bytes;
    this.#wake();
  }

  /** Nobody wants more of it. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  #finish(message: PortMessage): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.post(message);
  }
}

type IncomingState = { readonly type: "open" } | { readonly type: "ended" } | { readonly type: "failed"; readonly reason: string };

const LENGTH = /^\d{1,15}$/;

/** Whether the value of a header Content-Length is one; any other is as if it were not there. */
export function isLength(value: string): boolean {
  return LENGTH.test(value);
}

/** What was received before the end, or before the failure, can still be read. */
export class IncomingBody {
  readonly #chunks: Uint8Array[] = [];
  #bufferedBytes = 0;
  /** Of the chunk that was read last: taken when the next one is asked for. */
  #readBytes = 0;
  #state: IncomingState = { type: "open" };
  #wake: () => void = () => {};

  constructor(private readonly post: Post) {}

  /** The sender had none of its own. */
  grantWindow(): void {
    this.post({ type: "credit", bytes: WINDOW_BYTES });
  }

  /** The next chunk; null at the end. Asking for it says that the last one has been dealt with. Rejects where the body was cut off. */
  async next(): Promise<Uint8Array | null> {
    if (this.#readBytes > 0 && this.#state.type === "open") this.post({ type: "credit", bytes: this.#readBytes });
    this.#readBytes = 0;
    while (this.#chunks.length === 0 && this.#state.type === "open") await new Promise<void>((resolve) => (this.#wake = resolve));
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return this.#atEnd();
    this.#bufferedBytes -= chunk.length;
    this.#readBytes = chunk.length;
    return chunk;
  }

  /** Received and not read. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** What is still to be read, where all of it is here; null where more may come. */
  get completeBytes(): number | null {
    return this.#state.type === "ended" ? this.#bufferedBytes : null;
  }

  /** Nobody will read any more of it. */
  stop(): void {
    if (this.#state.type === "open") this.post({ type: "stop" });
    this.#chunks.length = 0;
    this.#bufferedBytes = 0;
    this.#settle({ type: "ended" });
  }

  push(bytes: Uint8Array): void {
    if (this.#state.type !== "open") return;
    this.#chunks.push(bytes);
    this.#bufferedBytes += bytes.length;
    this.#wake();
  }

  finish(): void {
    this.#settle({ type: "ended" });
  }

  fail(reason: string): void {
    this.#settle({ type: "failed", reason });
  }

  #settle(state: IncomingState): void {
    if (this.#state.type === "open") this.#state = state;
    this.#wake();
  }

  #atEnd(): null {
    if (this.#state.type === "failed") throw new TypeError(this.#state.reason);
    return null;
  }
}

/** Of views of any realm; their own methods are user code's to change. */
function copyOf({ buffer, byteOffset }: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copy.set(new Uint8Array(buffer, byteOffset + start, end - start));
  return copy;
}
