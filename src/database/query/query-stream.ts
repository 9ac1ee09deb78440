/**
 * The results of one query, one at a time. Nothing is read ahead: a caller that stops after the first result has read,
 * and depends on, only what precedes it.
 */
import type { DocumentScan } from "../document-scan.js";
import type { Presenter } from "../stored-document.js";
import type { DocumentValue } from "../table.js";
import type { Transaction } from "../transaction.js";
import { WHOLE } from "./interval.js";
import { Pipeline } from "./pipeline.js";
import { planQuery } from "./query-plan.js";
import type { SerializedQuery } from "./serialized-query.js";

export class QueryStream {
  readonly #pipeline: Pipeline;
  readonly #scan: DocumentScan | null;

  /**
   * `present` makes a new value of a document, in the realm of the code that will see it. Filters look at that same
   * value, so each is made once. Throws `invalidQuery` where the query does not fit the table.
   */
  constructor(
    transaction: Transaction,
    namespace: string,
    query: SerializedQuery,
    private readonly present: Presenter,
  ) {
    this.#pipeline = new Pipeline(query.operators);
    this.#scan = planQuery(transaction, namespace, query.source)?.open(WHOLE) ?? null;
  }

  /** Null at the end and ever after. */
  next(): DocumentValue | null {
    while (!this.#pipeline.isFull) {
      const found = this.#scan?.next() ?? null;
      if (found === null) return null;
      const document = this.present(found.document);
      if (this.#pipeline.accepts(document)) return document;
    }
    this.close();
    return null;
  }

  /** Idempotent. The transaction closes what is left open when it finishes. */
  close(): void {
    this.#scan?.close();
  }
}
