/**
 * The `q` of `withSearchIndex("search_body", (q) => q.search("body", "words").eq("channel", id))`: collects expressions,
 * judges nothing but their form.
 */
import type { JsonValue } from "../values/value.js";
import { queryLiteral } from "./query-literal.js";
import { requireArgument } from "./require-argument.js";

export class SearchFilterBuilder {
  #isUsed = false;

  constructor(private readonly expressions: readonly JsonValue[] = []) {}

  /** `options` is Rivulet's own addition; see rivulet/convex. */
  search(fieldName: string, query: string, options?: { readonly typoTolerance?: number }): SearchFilterBuilder {
    requireArgument(fieldName, 1, "search", "fieldName");
    requireArgument(query, 2, "search", "query");
    const tolerance: { [name: string]: JsonValue } = options?.typoTolerance === undefined ? {} : { typoTolerance: queryLiteral(options.typoTolerance) };
    return this.#with({ type: "Search", fieldPath: fieldName, value: queryLiteral(query), ...tolerance });
  }

  /** `undefined` stands for documents without the field, and must then be passed. */
  eq(...args: readonly [fieldName: string, value: unknown]): SearchFilterBuilder {
    const [fieldName, value] = args;
    requireArgument(fieldName, 1, "eq", "fieldName");
    if (args.length < 2) requireArgument(value, 2, "eq", "value");
    return this.#with({ type: "Eq", fieldPath: fieldName, value: queryLiteral(value) });
  }

  export(): readonly JsonValue[] {
    this.#use();
    return this.expressions;
  }

  #with(expression: JsonValue): SearchFilterBuilder {
    this.#use();
    return new SearchFilterBuilder([...this.expressions, expression]);
  }

  /** A builder stands for one list of expressions: using it twice means that a chained result was dropped. */
  #use(): void {
    if (this.#isUsed) throw new Error("SearchFilterBuilder has already been used! Chain your method calls like `q => q.search(...).eq(...)`.");
    this.#isUsed = true;
  }
}
