/**
 * A client as an adversary: it speaks the sync protocol itself, keeps many mutations in flight, comes back with the session
 * that it had the moment it may, and then sends everything unanswered once more, in order, and some of what was answered
 * already, as the official client does with mutations whose effects it has not seen yet.
 *
 *     away ──comeBack()──▶ here ──the server closes the socket──▶ here, after a short pause
 *      ▲                    │
 *      └─────leave()────────┘   (before the server is killed: it is to be audited before anybody comes back)
 */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { answeredRequest, connectMessage, mutationMessage, SYNC_ROUTE } from "../load/sync-protocol.js";
import { LoadWebSocket, textFrame } from "../load/web-socket.js";
import type { Ledger } from "./ledger.js";

/** Answered mutations that are sent again after a reconnect. */
const SENT_AGAIN = 8;
/** Before it comes back to a server that closed its socket. */
const PAUSE_MS = 100;

interface Request {
  readonly id: number;
  readonly round: number;
  readonly key: string;
}

export class RawClient {
  readonly #name: string;
  readonly #ledger: Ledger;
  readonly #onError: (error: Error) => void;
  readonly #sessionId = randomUUID();
  readonly #unanswered = new Map<number, Request>();
  readonly #lastAnswered: Request[] = [];
  #socket: LoadWebSocket | null = null;
  /** Where to come back to; null while it is to stay away. */
  #url: string | null = null;
  #connections = 0;
  #nextId = 0;
  /** Mutations kept in flight; 0: nothing new is sent. */
  #inFlight = 0;
  #resent = 0;
  readonly #turnedAway: string[] = [];
  #whenAnswered: () => void = () => {};

  constructor(name: string, ledger: Ledger, onError: (error: Error) => void) {
    this.#name = name;
    this.#ledger = ledger;
    this.#onError = onError;
  }

  /** Requests sent again so far. */
  get resent(): number {
    return this.#resent;
  }

  /** Why a running server closed sockets, in its words. */
  get turnedAway(): readonly string[] {
    return this.#turnedAway;
  }

  /** Connects, and sends again what a client that lost its connection sends again. */
  async comeBack(url: string): Promise<void> {
    this.#url = url;
    const socket = await LoadWebSocket.connect(`${url}${SYNC_ROUTE}`, {
      onText: (frame) => this.#receive(frame),
      onReadEnd: () => this.#refill(),
      onClose: (reason) => this.#lost(socket, reason),
    });
    this.#socket = socket;
    const again = [...this.#lastAnswered, ...this.#unanswered.values()];
    this.#resent += again.length;
    const messages = [connectMessage(this.#sessionId, this.#connections++), ...again.map(messageOf)];
    socket.send(Buffer.concat(messages.map(textFrame)));
  }

  /** Stays away from now on when its socket closes. Until then it still hears answers. */
  leave(): void {
    this.#url = null;
  }

  /** Sends new mutations from now on, so many in flight. */
  begin(inFlight: number): void {
    this.#inFlight = inFlight;
    this.#refill();
  }

  /** Sends nothing new any more. */
  pause(): void {
    this.#inFlight = 0;
  }

  /** Resolves when every mutation that was sent is answered. */
  async answered(): Promise<void> {
    if (this.#unanswered.size === 0) return;
    await new Promise<void>((resolve) => (this.#whenAnswered = resolve));
  }

  close(): void {
    this.leave();
    this.#socket?.close();
  }

  #lost(socket: LoadWebSocket, reason: string): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    if (this.#url === null) return;
    this.#turnedAway.push(reason);
    this.#tryAgain(this.#url).catch((error: unknown) => this.#onError(error as Error));
  }

  async #tryAgain(url: string): Promise<void> {
    await setTimeout(PAUSE_MS);
    if (this.#url !== null) await this.comeBack(url);
  }

  #receive(frame: string): void {
    try {
      const id = answeredRequest(frame);
      const request = id === null ? undefined : this.#unanswered.get(id);
      if (request === undefined) return;
      this.#unanswered.delete(request.id);
      this.#lastAnswered.push(request);
      if (this.#lastAnswered.length > SENT_AGAIN) this.#lastAnswered.shift();
      this.#ledger.acknowledge(request.round, request.key);
      if (this.#unanswered.size === 0) this.#whenAnswered();
    } catch (error) {
      this.#onError(error as Error);
    }
  }

  #refill(): void {
    if (this.#socket === null) return;
    const frames: Buffer[] = [];
    while (this.#unanswered.size < this.#inFlight) frames.push(textFrame(messageOf(this.#newRequest())));
    if (frames.length > 0) this.#socket.send(Buffer.concat(frames));
  }

  #newRequest(): Request {
    const id = this.#nextId++;
    const request = { id, round: this.#ledger.round, key: `${this.#name}.${id}` };
    this.#unanswered.set(id, request);
    this.#ledger.sent(request.round, request.key);
    return request;
  }
}

function messageOf({ id, round, key }: Request): string {
  return mutationMessage(id, "pairs:add", { round, key });
}
