/** One client's interest in one live query. Owned by its query set; see query-set.ts. */
import type { QueryId } from "./client-message.js";
import type { LiveQuery, QuerySpec } from "./live-query.js";

export interface Subscriber {
  /** The subscription's query has a result that its client has not seen. */
  readonly resultChanged: (subscription: Subscription) => void;
}

export class Subscription {
  /** Set by LiveQueries: which query answers can change when the query turns out to depend on identity. */
  query: LiveQuery | null = null;
  /** Result version of `query` that the client has; -1 when it has none. */
  sentVersion = -1;

  constructor(
    readonly subscriber: Subscriber,
    readonly queryId: QueryId,
    /** As this client asked, with its own identity. */
    public spec: QuerySpec,
  ) {}
}
