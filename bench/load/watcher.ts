/**
 * A socket that watches queries whose results are numbers, or objects with a number "newest" in front. What many watchers
 * are told alike is looked at once.
 */
import { connectMessage, subscribeMessage, SYNC_ROUTE, updatedNumbers, type Call, type NumberUpdate } from "./sync-protocol.js";
import { LoadWebSocket, textFrame } from "./web-socket.js";

export interface WatcherEvents {
  /** A result after the first; `index` is that of the query. */
  changed(index: number, value: number): void;
  failed(error: Error): void;
}

export class Watcher {
  readonly #events: WatcherEvents;
  readonly #isKnown: boolean[];
  #unknown: number;
  #socket: LoadWebSocket | null = null;
  #allKnown: () => void = () => {};

  private constructor(queries: readonly Call[], events: WatcherEvents) {
    this.#events = events;
    this.#isKnown = queries.map(() => false);
    this.#unknown = queries.length;
  }

  /** Resolves when every query has its first result. Does not settle where that never comes: `failed` has been called. */
  static async open(url: string, queries: readonly Call[], events: WatcherEvents): Promise<Watcher> {
    const watcher = new Watcher(queries, events);
    const socket = await LoadWebSocket.connect(`${url}${SYNC_ROUTE}`, {
      onText: (frame) => watcher.#receive(frame),
      onClose: (reason) => events.failed(new Error(`The server closed a subscriber's socket: ${reason}`)),
    });
    watcher.#socket = socket;
    const allKnown = new Promise<void>((resolve) => (watcher.#allKnown = resolve));
    socket.send(Buffer.concat([textFrame(connectMessage()), textFrame(subscribeMessage(queries))]));
    await allKnown;
    return watcher;
  }

  close(): void {
    this.#socket?.drop();
  }

  #receive(frame: string): void {
    try {
      for (const { index, value } of numbersOf(frame)) this.#updated(index, value);
    } catch (error) {
      this.#events.failed(error as Error);
    }
  }

  #updated(index: number, value: number): void {
    if (this.#isKnown[index] === true) return this.#events.changed(index, value);
    this.#isKnown[index] = true;
    if (--this.#unknown === 0) this.#allKnown();
  }
}

let last: { readonly frame: string; readonly updates: readonly NumberUpdate[] } = { frame: "", updates: [] };

function numbersOf(frame: string): readonly NumberUpdate[] {
  if (frame !== last.frame) last = { frame, updates: updatedNumbers(frame) };
  return last.updates;
}
