/**
 * Which mutations of a session can have been sent before. Clients send again what they have no answer to when they come back, under
 * the same session and number; so before a mutation runs its stored answer is looked for. A session that had none when it came
 * counts its mutations up, and what is new in it needs no look.
 *
 * What a client says of its connections is not enough to go by: two sockets may say that they are a session's first. So what was
 * received of a session is remembered for all of its sockets, until none is open and nothing that they sent still runs.
 */
interface Requests {
  readonly isNew: boolean;
  newestId: number;
  /** Sockets that are open and calls that have not ended. */
  holders: number;
}

export class SessionRequests {
  readonly #sessions = new Map<string, Requests>();

  constructor(private readonly hasAnswers: (sessionId: string) => boolean) {}

  get size(): number {
    return this.#sessions.size;
  }

  /** A socket sends the first mutation of the session, or a mutation begins; {@link release} must follow once for each. */
  hold(sessionId: string, isFirstConnection: boolean): void {
    const requests = this.#sessions.get(sessionId);
    if (requests === undefined) this.#sessions.set(sessionId, { isNew: isFirstConnection && !this.hasAnswers(sessionId), newestId: -1, holders: 1 });
    else requests.holders++;
  }

  /** Of a session that is held: a mutation is received. */
  mayBeRepeated(sessionId: string, requestId: number): boolean {
    const requests = this.#sessions.get(sessionId)!;
    const isInOrder = requestId > requests.newestId;
    if (isInOrder) requests.newestId = requestId;
    return !(isInOrder && requests.isNew);
  }

  release(sessionId: string): void {
    const requests = this.#sessions.get(sessionId)!;
    if (--requests.holders === 0) this.#sessions.delete(sessionId);
  }
}
