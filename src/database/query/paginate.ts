/**
 * `.paginate(…)`: one page of a query's results.
 *
 *     index     ──k1──k2──k3──k4──k5──k6──▶
 *     page 1    (start ···· k2]                  continueCursor: after k2
 *     page 2                (k2 ···· k5]         continueCursor: after k5
 *     page 3                        (k5 ··· end] isDone
 *
 * A page is an interval of its query's range. The first run finds where it ends by counting results. A later run of the
 * same live query is told where ({@link PageArguments.endCursor}, or else the journal's), and covers exactly that interval,
 * which is also what it depends on: neighbouring pages neither overlap nor leave a gap, whatever is written between runs.
 */
import type { Key } from "../../storage/store.js";
import { DatabaseError } from "../errors.js";
import type { ScannedDocument } from "../document-scan.js";
import type { Presenter } from "../stored-document.js";
import type { DocumentValue } from "../table.js";
import type { Transaction } from "../transaction.js";
import { CursorCodec, type Position } from "./cursor.js";
import { PageBudget } from "./page-budget.js";
import { Pipeline } from "./pipeline.js";
import { planQuery, type QueryPlan } from "./query-plan.js";
import type { SerializedQuery } from "./serialized-query.js";

export { INVALID_CURSOR_DATA } from "./cursor.js";
export { PageJournal } from "./page-journal.js";

export interface PageArguments {
  readonly query: SerializedQuery;
  /** Where the page starts, null for the start of the query's range. */
  readonly cursor: string | null;
  /** Where the page ends, null where `pageSize` decides. */
  readonly endCursor: string | null;
  /** Results wanted. Not looked at where the end is given. */
  readonly pageSize: number;
  /** Bounds of what is read before filters; null for those that the transaction's own limits give. */
  readonly maximumRowsRead: number | null;
  readonly maximumBytesRead: number | null;
}

export interface Page {
  readonly page: DocumentValue[];
  readonly isDone: boolean;
  readonly continueCursor: string;
  /** Divides what was read into halves; null where there is nothing to divide. */
  readonly splitCursor: string | null;
  /** `SplitRequired`: the page had to stop before its given end, so `page` is incomplete. */
  readonly pageStatus: "SplitRecommended" | "SplitRequired" | null;
}

/** Throws `invalidQuery`, and `invalidCursor` for cursors (the journal's included) that are not of this query. */
export function queryPage(
  transaction: Transaction,
  namespace: string,
  args: PageArguments,
  present: Presenter,
  journalEndCursor: string | null,
): Page {
  checkArguments(args);
  const pipeline = new Pipeline(args.query.operators);
  const plan = planQuery(transaction, namespace, args.query.source);
  const codec = new CursorCodec(namespace, args.query, plan && { space: plan.space, fields: plan.fields });
  const endCursor = args.endCursor ?? journalEndCursor;
  const start: Position = args.cursor === null ? { type: "start" } : codec.decode(args.cursor);
  const end = endCursor === null ? null : codec.decode(endCursor);
  const found = plan === null ? NOTHING : readInterval(transaction, plan, start, end, { pipeline, present, args });
  return pageOf(found, start, end, codec);
}

function checkArguments({ query, pageSize }: PageArguments): void {
  if (!(pageSize >= 0)) throw new DatabaseError("invalidQuery", `\`options.numItems\` must be a positive number. Received \`${String(pageSize)}\`.`);
  if (query.operators.some((operator) => "limit" in operator)) {
    throw new DatabaseError("invalidQuery", "A query with a limit can't be paginated: each page would be limited anew. Use `numItems` of paginate() instead of limit().");
  }
}

interface Reading {
  readonly pipeline: Pipeline;
  readonly present: Presenter;
  readonly args: PageArguments;
}

interface Found {
  readonly page: DocumentValue[];
  /** Keys of every document of the page's interval that was read, filtered out or not. */
  readonly keys: readonly Key[];
  /** Why reading stopped: the interval was at its end, enough was found, or the budget was used up. */
  readonly stop: "end" | "full" | "budget";
  readonly isLarge: boolean;
}

const NOTHING: Found = { page: [], keys: [], stop: "end", isLarge: false };

function readInterval(transaction: Transaction, plan: QueryPlan, start: Position, end: Position | null, { pipeline, present, args }: Reading): Found {
  const budget = new PageBudget(transaction.usage, args.maximumRowsRead, args.maximumBytesRead);
  const scan = plan.open({ start, end });
  const page: DocumentValue[] = [];
  const keys: Key[] = [];
  const finish = (stop: Found["stop"]): Found => {
    scan.close();
    return { page, keys, stop, isLarge: budget.isLarge };
  };
  const take = ({ key, document: stored }: ScannedDocument): void => {
    budget.spend(stored.text.length);
    keys.push(key);
    const document = present(stored);
    if (pipeline.accepts(document)) page.push(document);
  };
  for (;;) {
    // Without a given end the page may end anywhere, so nothing is read (and depended on) beyond what it holds.
    if (end === null && page.length >= args.pageSize) return finish("full");
    if (end === null && budget.isUsedUp) return finish("budget");
    const next = scan.next();
    if (next === null) return finish("end");
    if (budget.isUsedUp) return finish("budget");
    take(next);
  }
}

function pageOf({ page, keys, stop, isLarge }: Found, start: Position, end: Position | null, codec: CursorCodec): Page {
  const reached = end ?? (stop === "end" ? END : lastPosition(keys, start));
  const isIncomplete = end !== null && stop === "budget";
  const splitKey = isIncomplete || keys.length > 1 ? keys[Math.ceil(keys.length / 2) - 1] : undefined;
  return {
    page,
    isDone: reached.type === "end",
    continueCursor: codec.encode(reached),
    splitCursor: splitKey === undefined ? null : codec.encode({ type: "after", key: splitKey }),
    pageStatus: isIncomplete ? "SplitRequired" : isLarge && keys.length > 1 ? "SplitRecommended" : null,
  };
}

const END: Position = { type: "end" };

function lastPosition(keys: readonly Key[], start: Position): Position {
  const key = keys.at(-1);
  return key === undefined ? start : { type: "after", key };
}
