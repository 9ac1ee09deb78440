/**
 * Calls every public function of a deployed app with arguments that are wrong in every way that its validator knows, and with
 * what is no arguments at all. Each call must be answered, and refused where the function says what it takes; none may write.
 */
import { ADMIN_KEY, type TestServer } from "../harness.js";
import { valueFor, type IdOf, type ValidatorJson } from "./arguments.js";

type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };

interface FunctionSpec {
  readonly identifier: string;
  readonly functionType: "Query" | "Mutation" | "Action";
  readonly visibility: { readonly kind: "public" | "internal" };
  readonly args: ValidatorJson;
}

interface Answer {
  readonly httpStatus: number;
  readonly text: string;
}

export interface WrongCall {
  readonly name: string;
  readonly args: Json;
  readonly answer: Answer;
}

/** Of all kinds, as they travel. */
const VALUES: readonly Json[] = [null, true, 1.5, "nonsense", [], [null], {}, { $integer: "AQAAAAAAAAA=" }, { $bytes: "AAEC" }];
const NO_ARGUMENTS: readonly Json[] = [null, 7, "text", true, ["text"]];

export interface WrongCalls {
  /** Each was to be refused with an `ArgumentValidationError`. */
  readonly invalid: readonly WrongCall[];
  /** What is no object of named arguments. */
  readonly malformed: readonly WrongCall[];
}

/** `idOf` gives documents of all tables that functions want ids of: but for one field the arguments are right. */
export async function callWrongly(server: TestServer, idOf: IdOf): Promise<WrongCalls> {
  const functions = (await specification(server)).filter(({ visibility }) => visibility?.kind === "public");
  const callAll = (argsOf: (spec: FunctionSpec) => readonly Json[]): Promise<WrongCall[]> =>
    Promise.all(functions.flatMap((spec) => argsOf(spec).map(async (args) => ({ name: spec.identifier, args, answer: await call(server, spec, args) }))));
  return { invalid: await callAll(({ args }) => wrongFor(args, idOf)), malformed: await callAll(() => NO_ARGUMENTS) };
}

async function specification(server: TestServer): Promise<FunctionSpec[]> {
  const response = await fetch(`${server.url}/api/query`, {
    method: "POST",
    headers: { Authorization: `Convex ${ADMIN_KEY}` },
    body: JSON.stringify({ path: "_system/cli/modules:apiSpec", args: {}, format: "convex_encoded_json" }),
  });
  const { value } = (await response.json()) as { value: FunctionSpec[] };
  return value;
}

async function call(server: TestServer, { identifier, functionType }: FunctionSpec, args: Json): Promise<Answer> {
  const response = await fetch(`${server.url}/api/${functionType.toLowerCase()}`, {
    method: "POST",
    body: JSON.stringify({ path: identifier.replace(".js:", ":"), format: "convex_encoded_json", args }),
  });
  return { httpStatus: response.status, text: await response.text() };
}

/** One field too many, one too few, and each field with a value of another kind. None where any arguments are right. */
function wrongFor(validator: ValidatorJson, idOf: IdOf): Json[] {
  if (validator.type !== "object") return [];
  const fields = Object.entries(validator.value);
  const right = Object.fromEntries(fields.map(([name, { fieldType }]) => [name, valueFor(fieldType, idOf) as Json]));
  const without = (name: string): Json => Object.fromEntries(Object.entries(right).filter(([field]) => field !== name));
  return [
    { ...right, surplus: 1 },
    ...fields.filter(([, { optional }]) => !optional).map(([name]) => without(name)),
    ...fields.flatMap(([name, { fieldType }]) => VALUES.filter((value) => !fits(value, fieldType)).map((value) => ({ ...right, [name]: value }))),
  ];
}

const KINDS: Readonly<Record<string, (value: Json) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  float64: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: (value) => Array.isArray(value) && value.length === 0,
  any: () => true,
};

function fits(value: Json, validator: ValidatorJson): boolean {
  return KINDS[validator.type]?.(value) ?? false;
}
