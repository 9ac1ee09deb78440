/**
 * Some of the people on the board, each with an official client that watches what the page watches and moves as the page does
 * (`examples/board/src/lib/visit.ts`). Runs in a process of its own: see `crowd-process.ts`.
 */
import { ConvexClient } from "convex/browser";
import { mutationNamed, queryNamed, until } from "../../tests/harness.js";
import { Visit } from "../../tests/board/page.js";
import { random, type Cursor, type Note } from "../../tests/board/shoal.js";
import { ageAt, nowMs, positionOf } from "./moment.js";

export interface CrowdJob {
  readonly url: string;
  readonly boardId: string;
  readonly people: number;
  /** Of all crowds together: everybody is seen by everybody before the measured window. */
  readonly everybody: number;
}

/** Of the measured window. */
export interface CrowdReport {
  /** From sending a move to each screen of another on which it was seen, in milliseconds. */
  readonly seenMs: Float64Array;
  /** From sending a change of a note to each screen on which it was seen. */
  readonly noteSeenMs: Float64Array;
  readonly moves: number;
  readonly failures: readonly string[];
  /** Results of each query that all clients together were sent. */
  readonly results: { readonly cursors: number; readonly here: number };
  readonly cpuMs: number;
}

/** The pointer moves more often than the page sends. */
const POINTER_MS = 20;
const FAILURES_MAX = 20;

export class Crowd {
  readonly #people: Guest[] = [];
  readonly #seenMs: number[] = [];
  readonly #noteSeenMs: number[] = [];
  readonly #failures: string[] = [];
  #moves = 0;
  #cursorResults = 0;
  #hereResults = 0;
  #isMeasuring = false;
  #cpu = process.cpuUsage();

  constructor(private readonly job: CrowdJob) {}

  /** Resolves when everybody here sees everybody on the board move. */
  async gather(): Promise<void> {
    const { job } = this;
    for (let index = 0; index < job.people; index++) this.#people.push(new Guest(job, this));
    await until(() => this.#people.every((guest) => guest.others === job.everybody - 1), "everybody on every screen", 60_000);
  }

  begin(): void {
    this.#isMeasuring = true;
    this.#moves = this.#cursorResults = this.#hereResults = 0;
    this.#cpu = process.cpuUsage();
  }

  end(): CrowdReport {
    this.#isMeasuring = false;
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      seenMs: Float64Array.from(this.#seenMs),
      noteSeenMs: Float64Array.from(this.#noteSeenMs),
      moves: this.#moves,
      failures: this.#failures,
      results: { cursors: this.#cursorResults, here: this.#hereResults },
      cpuMs: (user + system) / 1_000,
    };
  }

  async leave(): Promise<void> {
    await Promise.all(this.#people.map(async (guest) => await guest.leave()));
  }

  moved(): void {
    this.#moves++;
  }

  cursorsShown(): void {
    this.#cursorResults++;
  }

  hereShown(): void {
    this.#hereResults++;
  }

  seen(ageMs: number): void {
    if (this.#isMeasuring) this.#seenMs.push(ageMs);
  }

  noteSeen(ageMs: number): void {
    if (this.#isMeasuring) this.#noteSeenMs.push(ageMs);
  }

  failed(error: unknown): void {
    if (this.#failures.length < FAILURES_MAX) this.#failures.push(error instanceof Error ? error.message : String(error));
  }
}

class Guest {
  readonly #client: ConvexClient;
  readonly #user = random();
  readonly #visit: InstanceType<typeof Visit>;
  readonly #pointer: NodeJS.Timeout;
  /** The newest position of each other person, by seat. */
  readonly #cursors = new Map<number, Cursor>();
  #seat: number | null = null;
  #noteText = "";

  constructor(
    private readonly job: CrowdJob,
    private readonly crowd: Crowd,
  ) {
    const { boardId } = job;
    this.#client = new ConvexClient(job.url, { logger: false });
    const watch = <Result>(query: string, shown: (result: Result) => void) => this.#client.onUpdate(queryNamed(query), { boardId }, (result) => shown(result as Result), (error) => crowd.failed(error));
    watch<Cursor[]>("presence:cursors", (cursors) => this.#look(cursors));
    watch("presence:here", () => crowd.hereShown());
    watch<Note[]>("notes:list", (notes) => this.#read(notes));
    this.#visit = new Visit(
      {
        join: async () => (await this.#call("presence:join", { name: "Guest" })) as number,
        move: async () => {
          crowd.moved();
          return (await this.#call("presence:move", { cursor: positionOf(nowMs()) })) as boolean;
        },
        heartbeat: async () => (await this.#call("presence:heartbeat", {})) as boolean,
        leave: async () => await this.#call("presence:leave", {}),
      },
      { onSeat: (seat) => (this.#seat = seat), onRefused: (error) => crowd.failed(error) },
    );
    // Not all at the same moment: people do not move in step.
    this.#pointer = setInterval(() => this.#visit.moveTo(positionOf(nowMs())), POINTER_MS + 5 * Math.random());
  }

  /** How many others it has seen move. */
  get others(): number {
    return this.#cursors.size;
  }

  async leave(): Promise<void> {
    clearInterval(this.#pointer);
    this.#visit.close();
    await this.#client.close();
  }

  async #call(name: string, args: Record<string, unknown>): Promise<unknown> {
    return await this.#client.mutation(mutationNamed(name), { boardId: this.job.boardId, user: this.#user, ...args });
  }

  #look(cursors: readonly Cursor[]): void {
    this.crowd.cursorsShown();
    const ms = nowMs();
    for (const cursor of cursors) {
      if (cursor.seat === this.#seat) continue;
      const before = this.#cursors.get(cursor.seat);
      if (before?.x === cursor.x && before.y === cursor.y) continue;
      this.#cursors.set(cursor.seat, cursor);
      this.crowd.seen(ageAt(ms, cursor));
    }
  }

  /** The first note has the moment of its last change for a text. */
  #read([first]: readonly Note[]): void {
    if (first === undefined || first.text === this.#noteText) return;
    const isFirst = this.#noteText === "";
    this.#noteText = first.text;
    if (!isFirst) this.crowd.noteSeen(nowMs() - Number(first.text));
  }
}
