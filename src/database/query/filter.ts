/**
 * Filter expressions, as `.filter((q) => q.eq(q.field("a"), 1))` builds them, compiled once per query to closures that
 * look at a parsed document. `docs/spec/queries.md` has the semantics.
 */
import { isPlaceholder } from "../../values/commit-timestamp.js";
import { compareValues } from "../../values/compare.js";
import { isInt64 } from "../../values/special-values.js";
import type { JsonValue, Value } from "../../values/value.js";
import { DatabaseError } from "../errors.js";
import { fieldAt, type DocumentValue } from "../table.js";
import { decodeOperand } from "./serialized-query.js";

export type Predicate = (document: DocumentValue) => boolean;

type Evaluate = (document: DocumentValue) => Value | undefined;
type Compile = (operands: JsonValue, depth: number) => Evaluate;

/** Compiling and evaluating recurse; `q.or(a, b, c)` is one level however many operands it has. */
const DEPTH_MAX = 1000;

/** Throws `invalidQuery` for an expression that is none; so does the predicate where a document's values do not fit. */
export function compileFilter(expression: JsonValue): Predicate {
  const evaluate = compile(expression, 0);
  return (document) => truth(evaluate(document), "filter");
}

function compile(expression: JsonValue, depth: number): Evaluate {
  if (depth > DEPTH_MAX) throw new DatabaseError("invalidQuery", `Filter is nested more than ${DEPTH_MAX} levels deep. Pass all conditions to one q.and(…) or q.or(…).`);
  const [operator, operands] = operatorOf(expression);
  const compiler = OPERATORS.get(operator);
  if (compiler === undefined) throw malformed(`${operator} is no operator`);
  return compiler(operands, depth + 1);
}

function operatorOf(expression: JsonValue): [string, JsonValue] {
  if (typeof expression === "object" && expression !== null && !Array.isArray(expression)) {
    const entries = Object.entries(expression);
    if (entries.length === 1) return entries[0]!;
  }
  throw malformed("an expression must be an object with one operator");
}

const OPERATORS: ReadonlyMap<string, Compile> = new Map<string, Compile>([
  ["$literal", compileLiteral],
  ["$field", compileField],
  ["$eq", equality(true)],
  ["$neq", equality(false)],
  ["$lt", comparison((order) => order < 0)],
  ["$lte", comparison((order) => order <= 0)],
  ["$gt", comparison((order) => order > 0)],
  ["$gte", comparison((order) => order >= 0)],
  ["$add", arithmetic("add", (a, b) => a + b, (a, b) => a + b)],
  ["$sub", arithmetic("sub", (a, b) => a - b, (a, b) => a - b)],
  ["$mul", arithmetic("mul", (a, b) => a * b, (a, b) => a * b)],
  ["$div", arithmetic("div", (a, b) => a / b, (a, b) => a / nonZero("div", b))],
  ["$mod", arithmetic("mod", (a, b) => a % b, (a, b) => a % nonZero("mod", b))],
  ["$neg", compileNegation],
  ["$and", conjunction("and", false)],
  ["$or", conjunction("or", true)],
  ["$not", compileNot],
]);

function compileLiteral(json: JsonValue): Evaluate {
  const value = decodeOperand(json);
  return () => value;
}

function compileField(json: JsonValue): Evaluate {
  if (typeof json !== "string") throw malformed("$field needs a field path");
  const [name, ...rest] = json.split(".");
  if (rest.length === 0) return (document) => (Object.hasOwn(document, name!) ? document[name!] : undefined);
  const path = [name!, ...rest];
  return (document) => fieldAt(document, path);
}

function pair(operands: JsonValue): readonly [JsonValue, JsonValue] {
  if (!Array.isArray(operands) || operands.length !== 2) throw malformed("a comparison or calculation needs two operands");
  return operands as [JsonValue, JsonValue];
}

function equality(expected: boolean): Compile {
  return (operands, depth) => {
    const [leftJson, rightJson] = pair(operands);
    const left = compile(leftJson, depth);
    const right = compile(rightJson, depth);
    if (isSimpleLiteral(rightJson)) {
      const value = rightJson.$literal;
      return (document) => Object.is(left(document), value) === expected;
    }
    return (document) => (compareValues(left(document), right(document)) === 0) === expected;
  };
}

/** A literal that is equal to nothing but itself in the sense of `Object.is`: the common case of a filter. */
function isSimpleLiteral(expression: JsonValue): expression is { $literal: string | boolean | number | null } {
  if (typeof expression !== "object" || expression === null || !("$literal" in expression)) return false;
  const literal = expression["$literal"];
  return literal === null || typeof literal !== "object";
}

function comparison(holds: (order: number) => boolean): Compile {
  return (operands, depth) => {
    const [left, right] = pair(operands).map((operand) => compile(operand, depth)) as [Evaluate, Evaluate];
    return (document) => holds(compareValues(left(document), right(document)));
  };
}

function arithmetic(name: string, float: (a: number, b: number) => number, integer: (a: bigint, b: bigint) => bigint): Compile {
  return (operands, depth) => {
    const [left, right] = pair(operands).map((operand) => compile(operand, depth)) as [Evaluate, Evaluate];
    return (document) => {
      const a = left(document);
      const b = right(document);
      if (typeof a === "number" && typeof b === "number") return float(a, b);
      if (typeof a === "bigint" && typeof b === "bigint") return int64(name, integer(a, b));
      throw notNumbers(name, [a, b]);
    };
  };
}

function compileNegation(operand: JsonValue, depth: number): Evaluate {
  const evaluate = compile(operand, depth);
  return (document) => {
    const value = evaluate(document);
    if (typeof value === "number") return -value;
    if (typeof value === "bigint") return int64("neg", -value);
    throw notNumbers("neg", [value]);
  };
}

/** `and` and `or`: stops at the first operand that decides. */
function conjunction(name: string, deciding: boolean): Compile {
  return (operands, depth) => {
    if (!Array.isArray(operands)) throw malformed(`$${name} needs a list of operands`);
    const evaluates = operands.map((operand) => compile(operand, depth));
    return (document) => {
      for (const evaluate of evaluates) if (truth(evaluate(document), name) === deciding) return deciding;
      return !deciding;
    };
  };
}

function compileNot(operand: JsonValue, depth: number): Evaluate {
  const evaluate = compile(operand, depth);
  return (document) => !truth(evaluate(document), "not");
}

/** A field that a document does not have counts as false: filters on optional booleans are common. */
function truth(value: Value | undefined, where: string): boolean {
  if (typeof value === "boolean") return value;
  if (value === undefined) return false;
  const context = where === "filter" ? "The result of a filter" : `An operand of q.${where}(…) in a filter`;
  throw new DatabaseError("invalidQuery", `${context} is ${kindOf(value)} instead of a boolean. Compare it: q.eq(…), q.neq(…), q.gt(…).`);
}

function int64(name: string, value: bigint): bigint {
  if (isInt64(value)) return value;
  throw new DatabaseError("invalidQuery", `q.${name}(…) in a filter gives ${value}, which does not fit in 64 bits. Compare the operands in another way, or use numbers.`);
}

function nonZero(name: string, divisor: bigint): bigint {
  if (divisor !== 0n) return divisor;
  throw new DatabaseError("invalidQuery", `q.${name}(…) in a filter divides by the bigint 0. Leave such documents out with q.and(q.neq(…, 0n), …).`);
}

function notNumbers(name: string, operands: readonly (Value | undefined)[]): DatabaseError {
  return new DatabaseError(
    "invalidQuery",
    `q.${name}(…) in a filter was given ${operands.map(kindOf).join(" and ")}: operands must be all numbers or all bigints. ` +
      "Leave documents without the field out with q.and(q.neq(q.field(…), undefined), …), and write literals in the field's own type.",
  );
}

function kindOf(value: Value | undefined): string {
  if (value === undefined) return "a missing field";
  if (value === null) return "null";
  if (typeof value === "object" && isPlaceholder(value)) return "a commit timestamp that is not known yet";
  if (typeof value === "object") return Array.isArray(value) ? "an array" : "an object";
  return `a ${typeof value}`;
}

function malformed(cause: string): DatabaseError {
  return new DatabaseError("invalidQuery", `Malformed filter: ${cause}. Build filters with the \`q\` that .filter((q) => …) passes.`);
}
