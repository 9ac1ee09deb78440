/**
 * One client's connection: its query set, its identity, its mutations, and the versions that keep both sides in step.
 *
 *     Connect ──▶ ModifyQuerySet / Authenticate / Mutation …  ──▶ (refresh) ──▶ Transition
 *
 * A Transition takes the client from the version that it has to the newest: every query of its set at one timestamp, so
 * that it never sees two of them at different times nor any of them going back. Transitions are made only after a refresh
 * (live-queries.ts) and only while the socket keeps up: a slow client gets the newest state later, not a queue of old ones.
 *
 * Not here: sockets, durability (whoever sends holds frames back until their timestamp is durable), running functions.
 */
import type { AddQuery, ClientMessage, FunctionCall, QueryId, RemoveQuery } from "./client-message.js";
import { ProtocolError } from "./client-message.js";
import { IdentityLease, type After } from "./identity-lease.js";
import type { LiveQueries } from "./live-queries.js";
import type { Identity, QuerySpec } from "./live-query.js";
import { authError, inChunks, parseWireTimestamp, queryRemoved, transition, type StateVersion } from "./server-message.js";
import type { Transitions } from "./transitions.js";
import { Subscription, type Subscriber } from "./subscription.js";

/** Who a session acts as. */
export interface Principal {
  readonly identity: Identity | null;
  /** Admins may call internal functions. */
  readonly isAdmin: boolean;
  /** Name of an admin's key. */
  readonly adminName?: string;
  /** The token that `identity` was read from; none for nobody, for admins, and for what the server does by itself. */
  readonly authToken?: string | null;
  /** Why the token of an HTTP action was not accepted: what asking for the identity fails with. */
  readonly authProblem?: string | null;
  /** When the token ends, by the wall clock. None: never. */
  readonly expiresAtMs?: number;
}

export const NOBODY: Principal = { identity: null, isAdmin: false };

/**
 * Result of checking a token; `error` is told to the client. `isPassing`: nothing was found wrong with the token, and it may
 * be accepted when it is sent again.
 */
export type Authentication = { readonly ok: true; readonly principal: Principal } | { readonly ok: false; readonly error: string; readonly isPassing: boolean };

export type Authenticate = ClientMessage & { readonly type: "Authenticate" };

/** Public clients report how long transitions take from some megabytes on. */
const LARGE_TRANSITION_CHARS = 1024 * 1024;

export interface SessionHost {
  readonly queries: LiveQueries;
  readonly transitions: Transitions;
  readonly send: (text: string) => void;
  /** A promise where it takes time. */
  readonly authenticate: (message: Authenticate) => Authentication | Promise<Authentication>;
  /** Closes the socket, in a way that makes the client come back. */
  readonly disconnect: (reason: string) => void;
  /** Messages may be received again; see {@link Session.isSuspended}. */
  readonly resumed: () => void;
  readonly after: After;
  /** Runs the call and sends its answer; calls `answered` afterwards, with the timestamp that the client must reach. */
  readonly call: (call: FunctionCall, context: CallContext) => void;
  /** The session has something to be told at the next refresh. */
  readonly changed: (session: Session) => void;
  readonly newestTs: () => number;
  readonly nowMs: () => number;
  readonly subscriptionsMax: number;
}

export interface CallContext {
  readonly sessionId: string;
  /** By what the client says, the session has had no other connection. */
  readonly isFirstConnection: boolean;
  readonly principal: Principal;
  readonly answered: (ts: number) => void;
}

export class Session implements Subscriber {
  readonly #host: SessionHost;
  #sessionId: string | null = null;
  #isFirstConnection = false;
  #principal: Principal = NOBODY;
  readonly #lease: IdentityLease;
  readonly #subscriptions = new Map<QueryId, Subscription>();
  /** Subscriptions with results that the client has not seen. */
  readonly #changed = new Set<Subscription>();
  #removed: QueryId[] = [];
  #sent: StateVersion = { querySet: 0, ts: 0, identity: 0 };
  #querySetVersion = 0;
  #identityVersion = 0;
  /** The client counted versions for tokens that were refused. */
  #versionsSkippedMax = 0;
  /** The client must be taken at least here. */
  #dueTs = 0;
  /** A call was answered: the client waits for the next transition, also where no query and no timestamp changed. */
  #isTransitionDue = false;
  #isSlow = false;
  #isClosed = false;
  #clientClockSkewMs = 0;

  constructor(host: SessionHost) {
    this.#host = host;
    this.#lease = new IdentityLease({
      after: host.after,
      nowMs: host.nowMs,
      onExpired: () => this.#sayLost("The token has expired."),
      onResumed: (isLost) => this.#resumed(isLost),
    });
  }

  get subscriptionCount(): number {
    return this.#subscriptions.size;
  }

  /** The client is to renew its token: nothing is sent, and only Authenticate may be received. */
  get isSuspended(): boolean {
    return this.#lease.isSuspended;
  }

  /** A promise where later messages must wait for this one. */
  receive(message: ClientMessage): Promise<void> | null {
    if (this.#isClosed) return null;
    if (message.type === "Connect") {
      this.#connect(message);
      return null;
    }
    const sessionId = this.#sessionId;
    if (sessionId === null) throw new ProtocolError(`Received ${message.type} before Connect.`);
    switch (message.type) {
      case "ModifyQuerySet":
        this.#modifyQuerySet(message);
        break;
      case "Mutation":
      case "Action":
        this.#host.call(message, { sessionId, isFirstConnection: this.#isFirstConnection, principal: this.#principal, answered: (ts) => this.#mustReach(ts) });
        break;
      case "Authenticate":
        return this.#authenticate(message);
      case "Event":
        break; // the client's own telemetry; nothing here depends on it
      default:
        message satisfies never;
    }
    return null;
  }

  /** Other providers are trusted now: a user whose token would be refused is no longer one. */
  async checkToken(): Promise<void> {
    const { authToken } = this.#principal;
    if (typeof authToken !== "string") return;
    const authentication = await this.#host.authenticate({ type: "Authenticate", tokenType: "User", baseVersion: 0, value: authToken });
    if (authentication.ok || authentication.isPassing || this.#isClosed || this.#principal.authToken !== authToken) return;
    this.#lease.suspend(true);
    this.#sayLost(authentication.error);
  }

  resultChanged(subscription: Subscription): void {
    this.#changed.add(subscription);
    this.#host.changed(this);
  }

  /** While slow, nothing is sent; what was missed is caught up with one transition. */
  setSlow(isSlow: boolean): void {
    this.#isSlow = isSlow;
    if (!isSlow) this.#changedQuerySet();
  }

  /** Sends the transition to the newest state if the client lacks anything. All queries must be fresh; see LiveQueries. */
  flush(): void {
    if (this.#isClosed || this.#isSlow || this.#sessionId === null || this.isSuspended) return;
    const modifications = this.#takeModifications();
    const ts = Math.max(this.#host.newestTs(), this.#dueTs, this.#sent.ts);
    const end = { querySet: this.#querySetVersion, ts, identity: this.#identityVersion };
    const isChanged = modifications.length > 0 || end.querySet !== this.#sent.querySet || end.identity !== this.#sent.identity;
    if (!isChanged && !this.#isTransitionDue) return;
    this.#isTransitionDue = false;
    const text = this.#transition(end, modifications);
    this.#sent = end;
    for (const frame of inChunks(text, `${this.#sessionId}-${end.querySet}-${end.ts}`)) this.#host.send(frame);
  }

  /** Clients look at clocks where they begin, where their identity changes, and where much is to be told. */
  #transition(end: StateVersion, modifications: readonly string[]): string {
    const text = this.#host.transitions.text(this.#sent, end, modifications);
    if (this.#sent.ts > 0 && end.identity === this.#sent.identity && text.length < LARGE_TRANSITION_CHARS) return text;
    return transition(this.#sent, end, modifications, { clientSkewMs: this.#clientClockSkewMs, nowMs: this.#host.nowMs() });
  }

  close(): void {
    this.#isClosed = true;
    this.#lease.close();
    for (const subscription of this.#subscriptions.values()) this.#host.queries.detach(subscription);
    this.#subscriptions.clear();
    this.#changed.clear();
  }

  #connect(message: ClientMessage & { type: "Connect" }): void {
    if (this.#sessionId !== null) throw new ProtocolError("Received Connect twice on one socket.");
    this.#sessionId = message.sessionId;
    this.#isFirstConnection = message.connectionCount === 0;
    this.#clientClockSkewMs = Math.round(message.clientTs - this.#host.nowMs());
    const observed = message.maxObservedTimestamp === null ? 0 : parseWireTimestamp(message.maxObservedTimestamp);
    if (observed === null) throw new ProtocolError('Expected "maxObservedTimestamp" to be 8 bytes in base64.');
    // Never take a client back: what it saw was durable, so the newest state is at least as new.
    this.#dueTs = Math.max(this.#dueTs, observed);
  }

  #modifyQuerySet(message: ClientMessage & { type: "ModifyQuerySet" }): void {
    if (message.baseVersion !== this.#querySetVersion || message.newVersion <= message.baseVersion) {
      throw new ProtocolError(`The query set is at version ${this.#querySetVersion}; a change from ${message.baseVersion} to ${message.newVersion} does not follow.`);
    }
    this.#querySetVersion = message.newVersion;
    for (const modification of message.modifications) {
      if (modification.type === "Add") this.#add(modification);
      else this.#remove(modification);
    }
    this.#changedQuerySet();
  }

  #add(query: AddQuery): void {
    if (this.#subscriptions.has(query.queryId)) throw new ProtocolError(`Query ${query.queryId} is already in the query set.`);
    if (this.#subscriptions.size >= this.#host.subscriptionsMax) {
      throw new ProtocolError(`Too many subscriptions on one connection (limit: ${this.#host.subscriptionsMax}). Show less at once, or fetch with one query.`);
    }
    const subscription = new Subscription(this, query.queryId, this.#specOf(query));
    this.#subscriptions.set(query.queryId, subscription);
    this.#host.queries.attach(subscription);
  }

  #remove({ queryId }: RemoveQuery): void {
    const subscription = this.#subscriptions.get(queryId);
    if (subscription === undefined) return;
    this.#subscriptions.delete(queryId);
    this.#changed.delete(subscription);
    this.#host.queries.detach(subscription);
    this.#removed.push(queryId);
  }

  #authenticate(message: Authenticate): Promise<void> | null {
    if (message.baseVersion < this.#identityVersion || message.baseVersion > this.#identityVersion + this.#versionsSkippedMax) {
      throw new ProtocolError(`The identity is at version ${this.#identityVersion}; a change from ${message.baseVersion} does not follow.`);
    }
    const authentication = this.#host.authenticate(message);
    if (authentication instanceof Promise) return authentication.then((outcome) => this.#authenticated(message, outcome));
    this.#authenticated(message, authentication);
    return null;
  }

  #authenticated({ baseVersion, tokenType }: Authenticate, authentication: Authentication): void {
    if (this.#isClosed) return;
    if (authentication.ok) {
      this.#identityVersion = baseVersion + 1;
      this.#versionsSkippedMax = 0;
      this.#lease.renew(authentication.principal.expiresAtMs ?? Infinity);
      this.#become(authentication.principal);
      this.#changedQuerySet();
      this.#host.resumed();
    } else if (authentication.isPassing) {
      // Said as AuthError, the client would fetch tokens a few times, and then sign its user out.
      this.#host.disconnect(authentication.error);
    } else {
      this.#host.send(authError(authentication.error, baseVersion, true));
      // One for the token, and one when the client gives up and signs out, which it does without a word.
      this.#versionsSkippedMax += 2;
      // Whoever sent an admin key has no other one to fetch.
      if (tokenType === "User") this.#lease.suspend(false);
    }
  }

  /** Clients ignore this once they have sent another token, since that is of a later version. */
  #sayLost(error: string): void {
    this.#host.send(authError(error, this.#identityVersion - 1, false));
  }

  #resumed(isLost: boolean): void {
    if (isLost) this.#become(NOBODY);
    this.#changedQuerySet();
    this.#host.resumed();
  }

  #become(principal: Principal): void {
    const isSame = isSameCaller(this.#principal, principal);
    this.#principal = principal;
    if (!isSame) for (const subscription of this.#subscriptions.values()) this.#actAs(subscription);
  }

  /** Moves a subscription to the query that answers the session's new identity, which is often the same one. */
  #actAs(subscription: Subscription): void {
    const { query, sentVersion } = subscription;
    subscription.spec = { ...subscription.spec, ...this.#caller() };
    this.#host.queries.detach(subscription);
    this.#host.queries.attach(subscription);
    if (subscription.query === query) subscription.sentVersion = sentVersion;
  }

  #specOf(query: AddQuery): QuerySpec {
    return { path: query.udfPath, componentPath: query.componentPath, args: query.args, journal: query.journal, ...this.#caller() };
  }

  #caller(): Pick<QuerySpec, "caller" | "identity"> {
    return { caller: this.#principal.isAdmin ? "server" : "client", identity: this.#principal.identity };
  }

  #mustReach(ts: number): void {
    if (this.#isClosed) return;
    this.#dueTs = Math.max(this.#dueTs, ts);
    this.#isTransitionDue = true;
    this.#changedQuerySet();
  }

  #changedQuerySet(): void {
    this.#host.changed(this);
    this.#host.queries.scheduleRefresh();
  }

  #takeModifications(): string[] {
    const modifications = this.#removed.filter((queryId) => !this.#subscriptions.has(queryId)).map(queryRemoved);
    this.#removed = [];
    for (const subscription of this.#changed) {
      const { query } = subscription;
      if (query === null || query.result === null || subscription.sentVersion === query.resultVersion) continue;
      subscription.sentVersion = query.resultVersion;
      modifications.push(query.modification(subscription.queryId));
    }
    this.#changed.clear();
    return modifications;
  }
}

/** Whether functions can tell one from the other. */
function isSameCaller(a: Principal, b: Principal): boolean {
  return a.isAdmin === b.isAdmin && JSON.stringify(a.identity) === JSON.stringify(b.identity);
}
