/** The `q` of `withIndex("by_x", (q) => q.eq("x", 1).gt("y", 2))`: collects expressions, judges nothing. */
import type { SerializedRangeExpression } from "../database/query/serialized-query.js";
import { queryLiteral } from "./query-literal.js";

type Comparison = SerializedRangeExpression["type"];

export class IndexRangeBuilder {
  #isUsed = false;

  constructor(private readonly expressions: readonly SerializedRangeExpression[] = []) {}

  eq(fieldPath: string, value: unknown): IndexRangeBuilder {
    return this.#with("Eq", fieldPath, value);
  }

  gt(fieldPath: string, value: unknown): IndexRangeBuilder {
    return this.#with("Gt", fieldPath, value);
  }

  gte(fieldPath: string, value: unknown): IndexRangeBuilder {
    return this.#with("Gte", fieldPath, value);
  }

  lt(fieldPath: string, value: unknown): IndexRangeBuilder {
    return this.#with("Lt", fieldPath, value);
  }

  lte(fieldPath: string, value: unknown): IndexRangeBuilder {
    return this.#with("Lte", fieldPath, value);
  }

  export(): readonly SerializedRangeExpression[] {
    this.#use();
    return this.expressions;
  }

  #with(type: Comparison, fieldPath: string, value: unknown): IndexRangeBuilder {
    this.#use();
    return new IndexRangeBuilder([...this.expressions, { type, fieldPath, value: queryLiteral(value) }]);
  }

  /** A builder stands for one range: using it twice means that a chained result was dropped. */
  #use(): void {
    if (this.#isUsed) {
      throw new Error("IndexRangeBuilder has already been used! Chain your method calls like `q => q.eq(...).eq(...)`. See https://docs.convex.dev/using/indexes");
    }
    this.#isUsed = true;
  }
}
