/**
 * The sockets of the sync protocol as the engine sees them: one {@link Session} each, their mutations, and the transitions
 * that go out after every refresh of the live queries.
 */
import type { Database } from "../../database/database.js";
import { CallQueue } from "../../functions/call-queue.js";
import type { FunctionCall } from "../../live/client-message.js";
import { ProtocolError } from "../../live/client-message.js";
import { Inbox } from "../../live/inbox.js";
import type { LiveQueries } from "../../live/live-queries.js";
import { actionSuccess, callFailure, fatalError, mutationAnswer, mutationSuccess } from "../../live/server-message.js";
import { NOBODY, Session, type Authenticate, type Authentication, type CallContext, type Principal, type SessionHost } from "../../live/session.js";
import { Transitions } from "../../live/transitions.js";
import type { AdminKeys } from "../admin-keys.js";
import { AuthTokenError } from "../auth/errors.js";
import type { PrincipalResolver } from "../auth/principal-resolver.js";
import type { ClientInfo, Credentials, FromEngine } from "../engine-messages.js";
import { newRequestId } from "../request-id.js";
import type { CallResult, FunctionsService, Once } from "./functions-service.js";
import type { Outbox } from "./outbox.js";
import { adminPrincipal } from "./principals.js";
import { SessionRequests } from "./session-requests.js";

export interface SyncServiceOptions {
  readonly database: Database;
  readonly functions: FunctionsService;
  readonly queries: LiveQueries;
  readonly outbox: Outbox;
  readonly adminKeys: AdminKeys;
  readonly principals: PrincipalResolver;
  readonly nowMs: () => number;
  readonly subscriptionsMax: number;
}

interface Peer {
  readonly socket: number;
  readonly client: ClientInfo;
  /** Set when it has sent a mutation: the session is held for it; see session-requests.ts. */
  sessionId: string | null;
}

/** Sockets closed for a fault of their own; see RFC 6455. */
const CLOSE_PROTOCOL_ERROR = 1002;
const CLOSE_TRY_AGAIN_LATER = 1013;

/** One socket's. */
interface Conversation {
  readonly peer: Peer;
  readonly session: Session;
  readonly inbox: Inbox;
}

export class SyncService {
  readonly #options: SyncServiceOptions;
  readonly #conversations = new Map<number, Conversation>();
  /** Sessions that may have something to send after the next refresh. */
  readonly #changed = new Set<Session>();
  readonly #transitions = new Transitions();
  /** By session id, while a mutation of the session runs in the optimistic lane. */
  readonly #order = new Map<string, CallQueue>();
  readonly #requests: SessionRequests;

  constructor(options: SyncServiceOptions) {
    this.#options = options;
    this.#requests = new SessionRequests((sessionId) => options.database.hasAnswersOf(sessionId));
  }

  get size(): number {
    return this.#conversations.size;
  }

  get subscriptions(): number {
    let count = 0;
    for (const { session } of this.#conversations.values()) count += session.subscriptionCount;
    return count;
  }

  /** Texts of transitions that were written; those who are told the same share one. */
  get transitionTexts(): number {
    return this.#transitions.written;
  }

  open(socket: number, client: ClientInfo): void {
    const peer: Peer = { socket, client, sessionId: null };
    const session = new Session(this.#hostFor(peer));
    const inbox = new Inbox({
      receiver: session,
      onError: (error) => this.#fail(socket, error),
      onOverflow: () => this.#disconnect(socket, "TooManyConcurrentRequests: too much was sent while the token was checked"),
    });
    this.#conversations.set(socket, { peer, session, inbox });
  }

  receive(socket: number, text: string): void {
    const conversation = this.#conversations.get(socket);
    if (conversation === undefined) return; // closed by us while the frame was on its way
    try {
      conversation.inbox.receive(text);
    } catch (error) {
      this.#fail(socket, error);
    }
  }

  /** Other auth providers are trusted than before. */
  checkTokens(): void {
    for (const { session } of this.#conversations.values()) void session.checkToken();
  }

  setSlow(socket: number, isSlow: boolean): void {
    this.#conversations.get(socket)?.session.setSlow(isSlow);
  }

  close(socket: number): void {
    const conversation = this.#conversations.get(socket);
    if (conversation === undefined) return;
    this.#conversations.delete(socket);
    this.#changed.delete(conversation.session);
    conversation.inbox.close();
    conversation.session.close();
    const { sessionId } = conversation.peer;
    if (sessionId !== null) this.#requests.release(sessionId);
  }

  /** Every live query is fresh: sends each changed session its transition. */
  flush(): void {
    for (const session of this.#changed) session.flush();
    this.#changed.clear();
    this.#transitions.forget();
  }

  #fail(socket: number, error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.#send({ type: "send", socket, text: fatalError(error.message) });
    this.#send({ type: "close", socket, code: CLOSE_PROTOCOL_ERROR, reason: error.message.slice(0, 100) });
    this.close(socket);
  }

  /** `reason` begins with a word by which clients know when to come back. */
  #disconnect(socket: number, reason: string): void {
    this.#send({ type: "close", socket, code: CLOSE_TRY_AGAIN_LATER, reason });
    this.close(socket);
  }

  #hostFor(peer: Peer): SessionHost {
    const { socket } = peer;
    const { database, queries, nowMs, subscriptionsMax } = this.#options;
    return {
      queries,
      transitions: this.#transitions,
      subscriptionsMax,
      nowMs,
      newestTs: () => database.lastTs,
      send: (text) => this.#send({ type: "send", socket, text }),
      authenticate: (message) => this.#authenticate(message),
      disconnect: (reason) => this.#disconnect(socket, `InternalServerError: ${reason}`),
      resumed: () => this.#conversations.get(socket)?.inbox.resume(),
      after,
      call: (call, context) => this.#call(peer, call, context),
      changed: (session) => this.#changed.add(session),
    };
  }

  /** Whatever is said reflects the newest state, so it must wait until that is durable. */
  #send(message: FromEngine): void {
    this.#options.outbox.add(message, this.#options.database.lastTs);
  }

  #authenticate(message: Authenticate): Authentication | Promise<Authentication> {
    if (message.tokenType === "None") return accepted(NOBODY);
    if (message.tokenType === "Admin") {
      const key = this.#options.adminKeys.check(message.value);
      if (key !== null) return accepted(adminPrincipal(message.impersonating, key.name));
      return { ok: false, isPassing: false, error: "The admin key is not valid for this deployment. List its keys with `rivulet keys list`." };
    }
    const credentials: Credentials = { type: "user", token: message.value };
    const known = this.#options.principals.resolveNow(credentials);
    return known === null ? this.#options.principals.resolve(credentials).then(accepted, refused) : accepted(known);
  }

  #call(peer: Peer, call: FunctionCall, context: CallContext): void {
    const kind = call.type === "Mutation" ? ("mutation" as const) : ("action" as const);
    if (kind === "action") {
      this.#run(kind, peer, call, context, false, () => undefined);
      return;
    }
    const { sessionId } = context;
    const mayBeRepeated = this.#received(peer, call, context);
    const ended = (): void => this.#requests.release(sessionId);
    const waiting = this.#order.get(sessionId);
    if (waiting === undefined && !this.#options.functions.isSlow({ kind, path: call.udfPath, componentPath: call.componentPath })) {
      this.#run(kind, peer, call, context, mayBeRepeated, ended);
      return;
    }
    // Mutations of a session happen in its order: whatever follows one that runs elsewhere waits for it.
    const queue = waiting ?? new CallQueue();
    this.#order.set(sessionId, queue);
    queue.run((done) =>
      this.#run(kind, peer, call, context, mayBeRepeated, () => {
        ended();
        if (queue.isLast) this.#order.delete(sessionId);
        done();
      }),
    );
  }

  /** Holds a mutation's session for it, and tells whether it may have come before. */
  #received(peer: Peer, { requestId }: FunctionCall, { sessionId, isFirstConnection }: CallContext): boolean {
    this.#requests.hold(sessionId, isFirstConnection);
    if (peer.sessionId === null) {
      this.#requests.hold(sessionId, isFirstConnection);
      peer.sessionId = sessionId;
    }
    return this.#requests.mayBeRepeated(sessionId, requestId);
  }

  #run(kind: "mutation" | "action", { socket, client }: Peer, call: FunctionCall, context: CallContext, mayBeRepeated: boolean, done: () => void): void {
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
        once: call.type === "Mutation" ? this.#once(socket, call, context, mayBeRepeated, done) : null,
      },
      (result) => {
        this.#answer(socket, call, context, functions.shown(requestId, result));
        done();
      },
    );
  }

  #once(socket: number, call: FunctionCall, context: CallContext, mayBeRepeated: boolean, done: () => void): Once {
    const request = { sessionId: context.sessionId, requestId: call.requestId };
    const isAnswered = (): boolean => {
      const stored = this.#options.database.answerOf(request);
      if (stored === undefined) return false;
      this.#send({ type: "send", socket, text: mutationSuccess(call.requestId, stored.ts, stored.answer) });
      context.answered(stored.ts);
      done();
      return true;
    };
    return { request, answer: mutationAnswer, isAnswered, mayBeRepeated };
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

function accepted(principal: Principal): Authentication {
  return { ok: true, principal };
}

function refused(error: unknown): Authentication {
  if (!(error instanceof AuthTokenError)) throw error;
  return { ok: false, error: error.message, isPassing: error.isPassing };
}

function after(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms).unref();
  return () => clearTimeout(timer);
}
