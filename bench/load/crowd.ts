/**
 * Many sockets that watch and do nothing else, and that come back, all at once, when the server was gone. Each has queries
 * whose results are numbers.
 *
 *     gathering ──all subscribed──▶ here ──the server's end──▶ away ──all subscribed again──▶ here
 */
import { setTimeout as delay } from "node:timers/promises";
import { inTurns } from "./in-turns.js";
import { requireOpenFiles } from "./open-files.js";
import { updatedNumbers, connectMessage, subscribeMessage, SYNC_ROUTE, type Call } from "./sync-protocol.js";
import { LoadWebSocket, textFrame } from "./web-socket.js";

export interface CrowdPlan {
  readonly url: string;
  readonly sockets: number;
  /** Socket i watches the next `queriesPerSocket` of these from i × `queriesPerSocket` on, and from the first again after the last. */
  readonly queries: readonly Call[];
  readonly queriesPerSocket: number;
  /** All watch this one besides. */
  readonly sharedQuery?: Call;
}

export interface Return {
  /** When the last was subscribed again, in microseconds of the system's monotonic clock. */
  readonly lastMicros: number;
  /** Of sockets that were not let in, or closed before all was there, while somebody listened: the old server at its end, or the new one. */
  readonly refusals: readonly Refusal[];
}

export interface Refusal {
  /** When the connection was begun. A process that is killed goes on taking connections, in the kernel, until its last file is closed. */
  readonly begunMicros: number;
  readonly reason: string;
}

const CONNECTING_AT_ONCE = 100;
/** Between a refusal and the next try, where no server listens. */
const RETRY_MS = 50;

export class Crowd {
  readonly #members: Member[] = [];
  readonly #refusals: Refusal[] = [];
  #failed: (error: Error) => void = () => {};
  readonly #failure = new Promise<never>((_resolve, reject) => (this.#failed = reject));
  #changed: () => void = () => {};

  private constructor() {
    this.#failure.catch(() => {}); // heard by whoever races against it
  }

  static async gather(plan: CrowdPlan): Promise<Crowd> {
    requireOpenFiles(plan.sockets);
    const crowd = new Crowd();
    const members = Array.from({ length: plan.sockets }, (_, i) => crowd.#member(plan, i));
    crowd.#members.push(...members);
    await crowd.#until(inTurns(members, CONNECTING_AT_ONCE, (member) => member.join()));
    return crowd;
  }

  /** To be called while all are here: resolves when the server has been gone and all are back. */
  async untilReturned(): Promise<Return> {
    await this.#untilAll((member) => member.hasReturned);
    return { lastMicros: Math.max(...this.#members.map(({ liveAtMicros }) => liveAtMicros)), refusals: this.#refusals };
  }

  /** Everybody was told this value of the last of their queries, the shared one. */
  async untilShown(value: number): Promise<void> {
    await this.#untilAll((member) => member.lastValue === value);
  }

  leave(): void {
    for (const member of this.#members) member.leave();
  }

  #member({ url, queries, queriesPerSocket, sharedQuery }: CrowdPlan, index: number): Member {
    const own = Array.from({ length: queriesPerSocket }, (_, i) => queries[(index * queriesPerSocket + i) % queries.length]!);
    return new Member(`${url}${SYNC_ROUTE}`, sharedQuery === undefined ? own : [...own, sharedQuery], {
      changed: () => this.#changed(),
      refused: (refusal) => this.#refusals.push(refusal),
      failed: (error) => this.#failed(error),
    });
  }

  #untilAll(isTrue: (member: Member) => boolean): Promise<void> {
    let confirmed = 0;
    const all = new Promise<void>((resolve) => {
      this.#changed = () => {
        // In order, so that each is looked at a few times and not once for each word that any of them hears.
        while (confirmed < this.#members.length && isTrue(this.#members[confirmed]!)) confirmed++;
        if (confirmed === this.#members.length) resolve();
      };
      this.#changed();
    });
    return this.#until(all);
  }

  async #until(done: Promise<unknown>): Promise<void> {
    await Promise.race([done, this.#failure]);
  }
}

interface MemberEvents {
  changed(): void;
  refused(refusal: Refusal): void;
  failed(error: Error): void;
}

class Member {
  readonly #url: string;
  readonly #subscribe: Buffer;
  readonly #queryCount: number;
  readonly #events: MemberEvents;
  readonly #sessionId = crypto.randomUUID();
  #connections = 0;
  #begunMicros = 0;
  #known = 0;
  #socket: LoadWebSocket | null = null;
  #hasLeft = false;
  #joined: () => void = () => {};
  hasReturned = false;
  liveAtMicros = 0;
  lastValue = Number.NaN;

  constructor(url: string, queries: readonly Call[], events: MemberEvents) {
    this.#url = url;
    this.#subscribe = textFrame(subscribeMessage(queries));
    this.#queryCount = queries.length;
    this.#events = events;
  }

  /** Resolves when all queries have results. */
  async join(): Promise<void> {
    await this.#connect();
    await new Promise<void>((resolve) => {
      this.#joined = resolve;
      if (this.#isLive) resolve();
    });
  }

  leave(): void {
    this.#hasLeft = true;
    this.#socket?.drop();
  }

  get #isLive(): boolean {
    return this.#known === this.#queryCount;
  }

  async #connect(): Promise<void> {
    this.#known = 0;
    this.#begunMicros = nowMicros();
    const socket = await LoadWebSocket.connect(this.#url, { onText: (frame) => this.#receive(frame), onClose: (reason) => this.#lost(reason) });
    this.#socket = socket;
    const connect = connectMessage(this.#sessionId, this.#connections++, this.#connections === 1 ? "InitialConnect" : "Closed");
    socket.send(Buffer.concat([textFrame(connect), this.#subscribe]));
  }

  #lost(reason: string): void {
    if (this.#hasLeft) return;
    // Closed before everything was there: by a server that had taken it.
    if (!this.#isLive) this.#refused(`closed: ${reason}`);
    void this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    while (!this.#hasLeft) {
      try {
        return await this.#connect();
      } catch (error) {
        if (!isAbsence(error)) this.#refused((error as Error).message);
        await delay(RETRY_MS);
      }
    }
  }

  #refused(reason: string): void {
    this.#events.refused({ begunMicros: this.#begunMicros, reason });
  }

  #receive(frame: string): void {
    try {
      for (const { index, value } of updatedNumbers(frame)) this.#updated(index, value);
    } catch (error) {
      this.#events.failed(error as Error);
    }
  }

  #updated(index: number, value: number): void {
    if (index === this.#queryCount - 1) this.lastValue = value;
    if (!this.#isLive && ++this.#known === this.#queryCount) this.#isComplete();
    this.#events.changed();
  }

  #isComplete(): void {
    this.liveAtMicros = nowMicros();
    this.hasReturned = this.#connections > 1;
    this.#joined();
  }
}

function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Whether nobody listens: the server is not there yet. */
function isAbsence(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
}
