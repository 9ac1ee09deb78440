/** The `q` of `.filter((q) => q.eq(q.field("x"), 1))`: builds the expression tree that database/query/filter.ts compiles. */
import type { JsonValue } from "../values/value.js";
import { queryLiteral } from "./query-literal.js";

class Expression {
  constructor(readonly json: JsonValue) {}
}

export function filterExpression(value: unknown): JsonValue {
  return value instanceof Expression ? value.json : { $literal: queryLiteral(value) };
}

function binary(operator: string): (left: unknown, right: unknown) => Expression {
  return (left, right) => new Expression({ [operator]: [filterExpression(left), filterExpression(right)] });
}

function variadic(operator: string): (...operands: unknown[]) => Expression {
  return (...operands) => new Expression({ [operator]: operands.map(filterExpression) });
}

function unary(operator: string): (operand: unknown) => Expression {
  return (operand) => new Expression({ [operator]: filterExpression(operand) });
}

export const FILTER_BUILDER = Object.freeze({
  eq: binary("$eq"),
  neq: binary("$neq"),
  lt: binary("$lt"),
  lte: binary("$lte"),
  gt: binary("$gt"),
  gte: binary("$gte"),
  add: binary("$add"),
  sub: binary("$sub"),
  mul: binary("$mul"),
  div: binary("$div"),
  mod: binary("$mod"),
  neg: unary("$neg"),
  and: variadic("$and"),
  or: variadic("$or"),
  not: unary("$not"),
  field: (path: string): Expression => new Expression({ $field: path }),
});
