/**
 * All live queries of a deployment, shared by their subscribers, and their invalidation.
 *
 * A query is shared by everybody who asks for the same function with the same arguments, until a run looks at the
 * caller's identity; from then on each identity has its own. When the last subscriber leaves, the result is kept warm for
 * a short time, for the page that comes right back.
 *
 * Re-runs are gathered: the first stale query asks for a barrier behind the requests that are already waiting, and when it
 * is reached all stale queries run together, at one timestamp. Then `onRefreshed` is called, and clients get transitions.
 */
import type { Key } from "../storage/store.js";
import { ReadSetIndex } from "../database/read-set.js";
import { LiveQuery, type QueryRun, type QuerySpec } from "./live-query.js";
import type { Subscription } from "./subscription.js";

export interface LiveQueriesOptions {
  /** Runs a query at the newest state, before any request that has not begun; `done` is called in the same turn as the run. */
  readonly run: (spec: QuerySpec, journal: string | null, done: (run: QueryRun) => void) => void;
  /** Calls back when all requests that wait now are done. */
  readonly barrier: (reached: () => void) => void;
  /** Every query is fresh, all at the newest timestamp. */
  readonly onRefreshed: () => void;
  readonly nowMs: () => number;
  readonly warmMs: number;
}

interface Shared {
  readonly dependsOnIdentity: boolean;
  readonly byIdentity: Map<string, LiveQuery>;
}

export interface LiveQueryCounters {
  runs: number;
  /** Runs whose result was the same as before, so that nobody was told. */
  runsUnchanged: number;
  invalidations: number;
}

const SHARED_IDENTITY = "";

export class LiveQueries {
  readonly counters: LiveQueryCounters = { runs: 0, runsUnchanged: 0, invalidations: 0 };
  readonly #options: LiveQueriesOptions;
  readonly #byArguments = new Map<string, Shared>();
  readonly #readers = new ReadSetIndex<LiveQuery>();
  readonly #stale = new Set<LiveQuery>();
  /** Queries without subscribers → when they are forgotten, in that order. */
  readonly #warm = new Map<LiveQuery, number>();
  #size = 0;
  #running = 0;
  #isRefreshDue = false;

  constructor(options: LiveQueriesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  get readSetSize(): { points: number; ranges: number } {
    return this.#readers.size;
  }

  attach(subscription: Subscription): void {
    const query = this.#queryFor(subscription.spec);
    subscription.query = query;
    subscription.sentVersion = -1;
    query.subscriptions.add(subscription);
    this.#warm.delete(query);
    if (query.state === "fresh") subscription.subscriber.resultChanged(subscription);
    else if (query.state === "stale") this.#stale.add(query);
    this.scheduleRefresh();
  }

  detach(subscription: Subscription): void {
    const { query } = subscription;
    if (query === null || !query.subscriptions.delete(subscription)) return;
    subscription.query = null;
    if (query.subscriptions.size > 0) return;
    if (query.state === "fresh" && this.#options.warmMs > 0) this.#warm.set(query, this.#options.nowMs() + this.#options.warmMs);
    else this.#forget(query);
  }

  /** Marks what depends on `keys` as stale: the cost is in the keys and the queries they concern. */
  invalidate(keys: readonly Key[]): void {
    const touched = new Set<LiveQuery>();
    this.#readers.collect(keys, touched);
    for (const query of touched) this.#makeStale(query);
  }

  /** New code: nothing that was computed before counts any more. */
  invalidateAll(): void {
    for (const shared of this.#byArguments.values()) for (const query of shared.byIdentity.values()) this.#makeStale(query);
  }

  /** Also when nothing is stale: whoever waits for `onRefreshed` gets it at the next barrier. */
  scheduleRefresh(): void {
    if (this.#isRefreshDue) return;
    this.#isRefreshDue = true;
    this.#options.barrier(() => this.#refresh());
  }

  /** Forgets warm queries whose time is over. Called now and then by the server. */
  sweep(): void {
    const nowMs = this.#options.nowMs();
    for (const [query, untilMs] of this.#warm) {
      if (untilMs > nowMs) return;
      this.#forget(query);
    }
  }

  #queryFor(spec: QuerySpec): LiveQuery {
    const key = argumentsKey(spec);
    const shared = this.#byArguments.get(key);
    const identityKey = shared?.dependsOnIdentity === true ? identityKeyOf(spec) : SHARED_IDENTITY;
    return shared?.byIdentity.get(identityKey) ?? this.#create(key, identityKey, spec);
  }

  #create(key: string, identityKey: string, spec: QuerySpec): LiveQuery {
    const query = new LiveQuery(spec, key);
    let shared = this.#byArguments.get(key);
    if (shared === undefined) {
      shared = { dependsOnIdentity: false, byIdentity: new Map() };
      this.#byArguments.set(key, shared);
    }
    shared.byIdentity.set(identityKey, query);
    this.#size++;
    return query;
  }

  #makeStale(query: LiveQuery): void {
    if (query.state !== "fresh") return;
    this.counters.invalidations++;
    if (query.subscriptions.size === 0) {
      this.#forget(query);
      return;
    }
    query.state = "stale";
    this.#stale.add(query);
    this.scheduleRefresh();
  }

  #refresh(): void {
    this.#isRefreshDue = false;
    const stale = [...this.#stale];
    this.#stale.clear();
    this.#running += stale.length;
    for (const query of stale) query.state = "running";
    for (const query of stale) this.#options.run(query.spec, query.journal, (run) => this.#finished(query, run));
    if (stale.length === 0 && this.#running === 0) this.#options.onRefreshed();
  }

  #finished(query: LiveQuery, run: QueryRun): void {
    this.#running--;
    this.counters.runs++;
    if (query.subscriptions.size === 0) this.#forget(query);
    else this.#publish(query, run);
    if (this.#running > 0) return;
    // Splitting by identity may have made new queries: they run before clients hear of anything.
    if (this.#stale.size > 0) this.#refresh();
    else this.#options.onRefreshed();
  }

  #publish(query: LiveQuery, run: QueryRun): void {
    if (query.readSet !== null) this.#readers.remove(query, query.readSet);
    this.#readers.add(query, run.readSet);
    const isChanged = query.accept(run);
    if (run.usedIdentity) this.#splitByIdentity(query);
    if (!isChanged) {
      this.counters.runsUnchanged++;
      return;
    }
    for (const subscription of query.subscriptions) subscription.subscriber.resultChanged(subscription);
  }

  /** A shared query looked at the identity it ran with: its other subscribers get queries of their own. */
  #splitByIdentity(query: LiveQuery): void {
    const shared = this.#byArguments.get(query.key);
    if (shared === undefined || shared.dependsOnIdentity) return;
    const ownKey = identityKeyOf(query.spec);
    this.#byArguments.set(query.key, { dependsOnIdentity: true, byIdentity: new Map([[ownKey, query]]) });
    for (const subscription of [...query.subscriptions]) {
      if (identityKeyOf(subscription.spec) === ownKey) continue;
      query.subscriptions.delete(subscription);
      this.attach(subscription);
    }
    if (query.subscriptions.size === 0) this.#forget(query);
  }

  #forget(query: LiveQuery): void {
    this.#warm.delete(query);
    this.#stale.delete(query);
    if (query.readSet !== null) this.#readers.remove(query, query.readSet);
    const shared = this.#byArguments.get(query.key);
    if (shared === undefined) return;
    for (const [identityKey, other] of shared.byIdentity) {
      if (other !== query) continue;
      shared.byIdentity.delete(identityKey);
      this.#size--;
    }
    if (shared.byIdentity.size === 0) this.#byArguments.delete(query.key);
  }
}

function argumentsKey({ path, componentPath, args, journal, caller }: QuerySpec): string {
  return [caller, componentPath, path, journal ?? "", args].join("\0");
}

/** "-" is nobody; it never equals the key of what is shared by all. */
function identityKeyOf({ identity }: QuerySpec): string {
  return identity === null ? "-" : JSON.stringify(identity);
}
