/**
 * One visit to a board: keeps the visitor in the list of who is here and their cursor where it is, with as few calls as that takes.
 *
 *     moving   a call every MOVE_MS at most, with the newest position, and never two at a time: a slow line gets fewer
 *     still    a heartbeat every HEARTBEAT_MS
 *     gone     (the server has heard nothing for too long) joins again
 *
 * Not here: what the calls are, nor when a page is hidden or closed.
 */
import { HEARTBEAT_MS, MOVE_MS } from "../../convex/model/limits";
import { isSamePlace } from "./geometry";
import type { Position } from "./types";

export interface VisitCalls {
  /** @returns the seat */
  join(): Promise<number>;
  /** Both return whether the visitor is still here. */
  move(cursor: Position): Promise<boolean>;
  heartbeat(): Promise<boolean>;
  leave(): Promise<unknown>;
}

export interface VisitEvents {
  /** None while the visitor is not here. */
  onSeat(seat: number | null): void;
  /** A call was refused; the next one is tried when a heartbeat is due. */
  onRefused(error: unknown): void;
}

/** Begins when it is made, and ends with `close`, for good. */
export class Visit {
  #isClosed = false;
  #seat: number | null = null;
  #cursor: Position | null = null;
  #sentCursor: Position | null = null;
  #isUnderWay = false;
  #sentMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly calls: VisitCalls,
    private readonly events: VisitEvents,
  ) {
    void this.#say();
  }

  moveTo(cursor: Position): void {
    this.#cursor = cursor;
    this.#schedule();
  }

  /** Leaves, behind whatever is under way. */
  close(): void {
    if (this.#isClosed) return;
    this.#sit(null);
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.calls.leave().catch((error: unknown) => this.events.onRefused(error));
  }

  #schedule(): void {
    if (this.#isClosed || this.#isUnderWay) return;
    clearTimeout(this.#timer);
    const pauseMs = this.#seat !== null && this.#isMoved() ? MOVE_MS : HEARTBEAT_MS;
    this.#timer = setTimeout(() => void this.#say(), Math.max(0, this.#sentMs + pauseMs - performance.now()));
  }

  async #say(): Promise<void> {
    this.#isUnderWay = true;
    this.#sentMs = performance.now();
    try {
      if (this.#seat === null || !(await this.#touch())) await this.#join();
    } catch (error) {
      if (!this.#isClosed) this.events.onRefused(error);
    }
    this.#isUnderWay = false;
    this.#schedule();
  }

  async #join(): Promise<void> {
    this.#sentCursor = null;
    this.#sit(await this.calls.join());
  }

  async #touch(): Promise<boolean> {
    const cursor = this.#cursor;
    if (cursor === null || !this.#isMoved()) return await this.calls.heartbeat();
    this.#sentCursor = cursor;
    return await this.calls.move(cursor);
  }

  #isMoved(): boolean {
    return this.#cursor !== null && (this.#sentCursor === null || !isSamePlace(this.#cursor, this.#sentCursor));
  }

  #sit(seat: number | null): void {
    if (this.#isClosed) return;
    this.#seat = seat;
    this.events.onSeat(seat);
  }
}
