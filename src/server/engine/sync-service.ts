/**
 * The sockets of the sync protocol as the engine sees them: one {@link Session} each, their mutations, and the transitions
 * that go out after every refresh of the live queries.
 */
import type { Database } from "../../database/database.js";
import { CallQueue } from "../../functions/call-queue.js";
import type { FunctionCall } from "../../live/client-message.js";
import { ProtocolError, parseClientMessage } from "../../live/client-message.js";
import type { LiveQueries } from "../../live/live-queries.js";
import { actionSuccess, callFailure, fatalError, mutationAnswer, mutationSuccess } from "../../live/server-message.js";
import { Session, type Authentication, type CallContext, type SessionHost } from "../../live/session.js";
import type { AdminKeys } from "../admin-keys.js";
import type { ClientInfo, FromEngine } from "../engine-messages.js";
import { newRequestId, type CallResult, type FunctionsService, type Once } from "./functions-service.js";
import type { Outbox } from "./outbox.js";
import { adminPrincipal } from "./principals.js";

export interface SyncServiceOptions {
  readonly database: Database;
  readonly functions: FunctionsService;
  readonly queries: LiveQueries;
  readonly outbox: Outbox;
  readonly adminKeys: AdminKeys;
  readonly nowMs: () => number;
  readonly subscriptionsMax: number;
}

interface Peer {
  readonly socket: number;
  readonly client: ClientInfo;
}

/** Sockets closed for a fault of their own; see RFC 6455. */
const CLOSE_PROTOCOL_ERROR = 1002;

export class SyncService {
  readonly #options: SyncServiceOptions;
  readonly #sessions = new Map<number, Session>();
  /** Sessions that may have something to send after the next refresh. */
  readonly #changed = new Set<Session>();
  /** By session id, while a mutation of the session runs in the optimistic lane. */
  readonly #order = new Map<string, CallQueue>();

  constructor(options: SyncServiceOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get subscriptions(): number {
    let count = 0;
    for (const session of this.#sessions.values()) count += session.subscriptionCount;
    return count;
  }

  open(socket: number, client: ClientInfo): void {
    this.#sessions.set(socket, new Session(this.#hostFor(socket, client)));
  }

  receive(socket: number, text: string): void {
    const session = this.#sessions.get(socket);
    if (session === undefined) return; // closed by us while the frame was on its way
    try {
      session.receive(parseClientMessage(text));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#send({ type: "send", socket, text: fatalError(error.message) });
      this.#send({ type: "close", socket, code: CLOSE_PROTOCOL_ERROR, reason: error.message.slice(0, 100) });
      this.close(socket);
    }
  }

  setSlow(socket: number, isSlow: boolean): void {
    this.#sessions.get(socket)?.setSlow(isSlow);
  }

  close(socket: number): void {
    const session = this.#sessions.get(socket);
    if (session === undefined) return;
    this.#sessions.delete(socket);
    this.#changed.delete(session);
    session.close();
  }

  /** Every live query is fresh: sends each changed session its transition. */
  flush(): void {
    for (const session of this.#changed) session.flush();
    this.#changed.clear();
  }

  #hostFor(socket: number, client: ClientInfo): SessionHost {
    const { database, queries, nowMs, subscriptionsMax } = this.#options;
    return {
      queries,
      subscriptionsMax,
      nowMs,
      newestTs: () => database.lastTs,
      send: (text) => this.#send({ type: "send", socket, text }),
      authenticate: (message) => this.#authenticate(message),
      call: (call, context) => this.#call({ socket, client }, call, context),
      changed: (session) => this.#changed.add(session),
    };
  }

  /** Whatever is said reflects the newest state, so it must wait until that is durable. */
  #send(message: FromEngine): void {
    this.#options.outbox.add(message, this.#options.database.lastTs);
  }

  #authenticate(message: Parameters<SessionHost["authenticate"]>[0]): Authentication {
    switch (message.tokenType) {
      case "None":
        return { ok: true, principal: { identity: null, isAdmin: false } };
      case "User":
        return { ok: false, error: "This deployment has no auth provider: tokens of users are not accepted in this version of Rivulet yet." };
      case "Admin":
        if (this.#options.adminKeys.check(message.value) === null) return { ok: false, error: "The admin key is not valid for this deployment. List its keys with `rivulet keys list`." };
        return { ok: true, principal: adminPrincipal(message.impersonating) };
    }
  }

  #call(peer: Peer, call: FunctionCall, context: CallContext): void {
    const kind = call.type === "Mutation" ? ("mutation" as const) : ("action" as const);
    if (kind === "action") {
      this.#run(kind, peer, call, context, () => undefined);
      return;
    }
    const waiting = this.#order.get(context.sessionId);
    if (waiting === undefined && !this.#options.functions.isSlow({ kind, path: call.udfPath })) {
      this.#run(kind, peer, call, context, () => undefined);
      return;
    }
    // Mutations of a session happen in its order: whatever follows one that runs elsewhere waits for it.
    const queue = waiting ?? new CallQueue();
    this.#order.set(context.sessionId, queue);
    queue.run((done) =>
      this.#run(kind, peer, call, context, () => {
        if (queue.isLast) this.#order.delete(context.sessionId);
        done();
      }),
    );
  }

  #run(kind: "mutation" | "action", { socket, client }: Peer, call: FunctionCall, context: CallContext, done: () => void): void {
    const { functions } = this.#options;
    const requestId = newRequestId();
    functions.call(
      {
        kind,
        path: call.udfPath,
        componentPath: call.componentPath,
        args: call.args,
        principal: context.principal,
        requestId,
        client,
        caller: context.principal.isAdmin ? "server" : "client",
        source: "SyncWorker",
        atTs: null,
        once: call.type === "Mutation" ? this.#once(socket, call, context, done) : null,
      },
      (result) => {
        this.#answer(socket, call, context, functions.shown(requestId, result));
        done();
      },
    );
  }

  #once(socket: number, call: FunctionCall, context: CallContext, done: () => void): Once {
    const request = { sessionId: context.sessionId, requestId: call.requestId };
    const isAnswered = (): boolean => {
      const stored = this.#options.database.answerOf(request);
      if (stored === undefined) return false;
      this.#send({ type: "send", socket, text: mutationSuccess(call.requestId, stored.ts, stored.answer) });
      context.answered(stored.ts);
      done();
      return true;
    };
    return { request, answer: mutationAnswer, isAnswered };
  }

  #answer(socket: number, call: FunctionCall, context: CallContext, result: CallResult): void {
    this.#send({ type: "send", socket, text: answerText(call, result) });
    // What a mutation did shows in the client's queries before it is told; an action promises nothing of the kind.
    if (result.ok && call.type === "Mutation") context.answered(result.ts);
  }
}

function answerText({ type, requestId }: FunctionCall, result: CallResult): string {
  if (!result.ok) return callFailure(type === "Mutation" ? "MutationResponse" : "ActionResponse", requestId, result.failure, result.logLines);
  if (type === "Mutation") return mutationSuccess(requestId, result.ts, mutationAnswer(result.value, result.logLines));
  return actionSuccess(requestId, result.value, result.logLines);
}
