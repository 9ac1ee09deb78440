/**
 * One query that somebody watches: a function with arguments, its newest result, and what the result depends on. All
 * subscribers with the same arguments share it: one run per change, one serialized result, whatever their number.
 *
 *               subscribe                 run finished
 *     (none) ─────────────▶ stale ─────────────────────▶ fresh
 *                             ▲   a commit touches the      │
 *                             └─── read set, or new code ◀──┘
 */
import type { ReadSet } from "../database/read-set.js";
import type { QueryId } from "./client-message.js";
import { queryModification, resultText } from "./server-message.js";
import type { Subscription } from "./subscription.js";

export type Identity = Readonly<Record<string, unknown>>;

/** Everything that a query's result can depend on besides the database and the code. */
export interface QuerySpec {
  readonly path: string;
  readonly componentPath: string;
  /** JSON text. */
  readonly args: string;
  /** What an earlier run decided (where its pages end), as the client gives it back. */
  readonly journal: string | null;
  readonly caller: "client" | "server";
  readonly identity: Identity | null;
}

interface ResultBase {
  readonly logLines: readonly string[];
  readonly journal: string | null;
}

export type QueryResult =
  | (ResultBase & { readonly ok: true; readonly value: string })
  | (ResultBase & { readonly ok: false; readonly failure: { readonly message: string; readonly data: string | null } });

/** A result with what it was made from. */
export interface QueryRun {
  readonly result: QueryResult;
  readonly usedIdentity: boolean;
  readonly readSet: ReadSet;
}

export class LiveQuery {
  readonly subscriptions = new Set<Subscription>();
  /** Increases with every result that differs from the one before; 0 until there is one. */
  resultVersion = 0;
  state: "stale" | "running" | "fresh" = "stale";
  #readSet: ReadSet | null = null;
  #result: QueryResult | null = null;
  #resultText = "";
  /** Most clients of an app know a query by the same id, since they show it at the same point. */
  #modification: { readonly queryId: QueryId; readonly text: string } | null = null;

  constructor(
    readonly spec: QuerySpec,
    /** Its place in the registry; see live-queries.ts. */
    readonly key: string,
  ) {}

  get readSet(): ReadSet | null {
    return this.#readSet;
  }

  get result(): QueryResult | null {
    return this.#result;
  }

  /** The result as it goes on the wire to a client that knows the query by this id: the same string again for the same id. */
  modification(queryId: QueryId): string {
    if (this.#result === null) throw new Error("Rivulet bug: a query was sent before it had a result");
    if (this.#modification?.queryId !== queryId) this.#modification = { queryId, text: queryModification(queryId, this.#result.ok, this.#resultText) };
    return this.#modification.text;
  }

  /** Pages keep the ends that the first run gave them. */
  get journal(): string | null {
    return this.#result === null ? this.spec.journal : this.#result.journal;
  }

  /** Takes the outcome of a run; returns whether subscribers have something new to see. */
  accept(run: QueryRun): boolean {
    this.state = "fresh";
    this.#readSet = run.readSet;
    const isSame = this.#result !== null && isSameResult(this.#result, run.result);
    this.#result = run.result;
    if (isSame) return false;
    this.#resultText = resultText(run.result);
    this.#modification = null;
    this.resultVersion++;
    return true;
  }
}

/**
 * Whether clients would see the same. What was printed does not count: a query that prints the time would wake everybody at
 * every run. Error texts carry a request id of their own, so they are compared without it.
 */
function isSameResult(a: QueryResult, b: QueryResult): boolean {
  if (a.journal !== b.journal || a.ok !== b.ok) return false;
  if (a.ok) return b.ok && a.value === b.value;
  return !b.ok && a.failure.data === b.failure.data && withoutRequestId(a.failure.message) === withoutRequestId(b.failure.message);
}

function withoutRequestId(message: string): string {
  return message.replace(/^\[Request ID: [0-9a-f]+\] /, "");
}
