/** The operators of a query, in their order: filters let a document through or not, limits count those that reach them. */
import { DatabaseError } from "../errors.js";
import type { DocumentValue } from "../table.js";
import { compileFilter, type Predicate } from "./filter.js";
import type { QueryOperator } from "./serialized-query.js";

type Stage = { readonly type: "filter"; readonly predicate: Predicate } | { readonly type: "limit"; remaining: number };

export class Pipeline {
  readonly #stages: readonly Stage[];
  #isFull: boolean;

  /** Throws `invalidQuery` for filters and limits that are none. */
  constructor(operators: readonly QueryOperator[]) {
    this.#stages = operators.map(stageOf);
    this.#isFull = this.#stages.some((stage) => stage.type === "limit" && stage.remaining === 0);
  }

  /** Whether a limit has been reached, so that nothing more needs to be read. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Whether the document is a result. Must not be called once {@link isFull}. */
  accepts(document: DocumentValue): boolean {
    for (const stage of this.#stages) {
      if (stage.type === "filter") {
        if (!stage.predicate(document)) return false;
      } else if (--stage.remaining === 0) this.#isFull = true;
    }
    return true;
  }
}

function stageOf(operator: QueryOperator): Stage {
  if ("filter" in operator) return { type: "filter", predicate: compileFilter(operator.filter) };
  const { limit } = operator;
  if (!Number.isInteger(limit) || limit < 0) throw new DatabaseError("invalidQuery", `The limit of a query must be a non-negative integer, not ${String(limit)}.`);
  return { type: "limit", remaining: limit };
}
