/**
 * The messages of one client, given to its session one after another. To check a token takes time, and what follows it is
 * meant to run as its user: it waits, and so does what comes while the client is to renew its token. Other clients are
 * not held up.
 */
import { parseClientMessage, type ClientMessage } from "./client-message.js";

export interface Receiver {
  /** A promise where later messages must wait for this one. Throws ProtocolError. */
  readonly receive: (message: ClientMessage) => Promise<void> | null;
  /** No message but Authenticate may be received now; `resume` is called when that is over. */
  readonly isSuspended: boolean;
}

export interface InboxOptions {
  readonly receiver: Receiver;
  /** What was thrown by a message that had waited. */
  readonly onError: (error: unknown) => void;
  /** More is waiting than may: the client must be disconnected. */
  readonly onOverflow: () => void;
}

/** Clients send what they queued while offline all at once, behind their token. */
export const WAITING_MESSAGES_MAX = 10_000;
/** Of one frame that is as large as may be, and some more. */
export const WAITING_CHARS_MAX = 32 * 1024 * 1024;

interface Waiting {
  readonly message: ClientMessage;
  readonly chars: number;
}

export class Inbox {
  readonly #options: InboxOptions;
  #waiting: Waiting[] = [];
  #waitingChars = 0;
  #isBusy = false;
  #isClosed = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Throws ProtocolError. */
  receive(text: string): void {
    const message = parseClientMessage(text);
    if (this.#waiting.length === 0 && this.#mayDeliver(message)) {
      this.#deliver(message);
      return;
    }
    this.#waiting.push({ message, chars: text.length });
    this.#waitingChars += text.length;
    if (this.#waiting.length > WAITING_MESSAGES_MAX || this.#waitingChars > WAITING_CHARS_MAX) {
      this.close();
      this.#options.onOverflow();
    } else {
      this.#deliverWaiting();
    }
  }

  /** The receiver is no longer suspended. */
  resume(): void {
    this.#attempt(() => this.#deliverWaiting());
  }

  /** What waits is dropped: its client is gone, and sends it again when it comes back. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#waitingChars = 0;
  }

  #mayDeliver(message: ClientMessage): boolean {
    return !this.#isBusy && (message.type === "Authenticate" || !this.#options.receiver.isSuspended);
  }

  #deliver(message: ClientMessage): void {
    const received = this.#options.receiver.receive(message);
    if (received === null) return;
    this.#isBusy = true;
    void received.then(() => {
      this.#isBusy = false;
      this.resume();
    });
  }

  /** In their order, but for a new token: what waits for one runs as its user. */
  #deliverWaiting(): void {
    while (!this.#isClosed) {
      const index = this.#waiting.findIndex(({ message }) => this.#mayDeliver(message));
      if (index === -1) return;
      const [{ message, chars }] = this.#waiting.splice(index, 1) as [Waiting];
      this.#waitingChars -= chars;
      this.#deliver(message);
    }
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
