/** The deployment's environment variables: stored in "_environment_variables", and joined by what the server itself tells. */
import type { Transaction } from "../../database/transaction.js";
import { DeployError } from "./deploy-error.js";
import type { EnvironmentChange } from "./push-request.js";
import { readSystemTable, writeSystemTable } from "./system-documents.js";

export type EnvironmentVariables = Readonly<Record<string, string>>;

export interface Instance {
  /** "http://127.0.0.1:3210" */
  readonly cloudOrigin: string;
  readonly siteOrigin: string;
}

const TABLE = "_environment_variables";

/** Public limits of Convex (docs.convex.dev, "Environment variables"). Sizes in bytes. */
const VARIABLES_MAX = 512;
const NAME_LENGTH_MAX = 256;
const VALUE_SIZE_MAX = 8 * 1024;
const TOTAL_SIZE_MAX = 512 * 1024;
const LONE_SURROGATE = /\p{Surrogate}/u;
const NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;

export function readEnvironment(transaction: Transaction): EnvironmentVariables {
  return Object.fromEntries(readSystemTable<{ readonly name: string; readonly value: string }>(transaction, TABLE).map(({ name, value }) => [name, value]));
}

export function writeEnvironment(transaction: Transaction, variables: EnvironmentVariables): void {
  writeSystemTable(transaction, TABLE, "name", Object.entries(variables).map(([name, value]) => ({ name, value })));
}

/** What code sees. */
export function fullEnvironment(variables: EnvironmentVariables, instance: Instance): EnvironmentVariables {
  return { ...variables, ...builtInVariables(instance) };
}

/** What the server tells all code, that of components too. */
export function builtInVariables({ cloudOrigin, siteOrigin }: Instance): EnvironmentVariables {
  return { CONVEX_CLOUD_URL: cloudOrigin, CONVEX_SITE_URL: siteOrigin };
}

/** A change without a value removes. Throws {@link DeployError}. */
export function changeEnvironment(variables: EnvironmentVariables, changes: readonly EnvironmentChange[], instance: Instance): EnvironmentVariables {
  const next = new Map(Object.entries(variables));
  for (const { name, value } of changes) {
    checkName(name, instance);
    if (value === undefined || value === null) next.delete(name);
    else next.set(name, checkValue(name, value));
  }
  const size = [...next].reduce((total, [name, value]) => total + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (next.size > VARIABLES_MAX) throw refuse(`There would be ${next.size} environment variables, and at most ${VARIABLES_MAX} are allowed. Remove some first.`);
  if (size > TOTAL_SIZE_MAX) throw refuse(`All environment variables together would take ${size} bytes, and at most ${TOTAL_SIZE_MAX} are allowed. Keep large values in a table.`);
  return Object.fromEntries(next);
}

function checkName(name: string, instance: Instance): void {
  if (Object.hasOwn(builtInVariables(instance), name)) throw refuse(`Environment variable "${name}" is set by the server itself. Choose another name.`);
  if (NAME.test(name) && name.length <= NAME_LENGTH_MAX) return;
  throw refuse(`Environment variable name "${name.slice(0, NAME_LENGTH_MAX)}" is not allowed: names start with a letter and have up to ${NAME_LENGTH_MAX} letters, digits and underscores. Choose another name.`);
}

function checkValue(name: string, value: string): string {
  const size = Buffer.byteLength(value);
  if (size > VALUE_SIZE_MAX) throw refuse(`The value of environment variable "${name}" has ${size} bytes, and at most ${VALUE_SIZE_MAX} are allowed. Keep large values in a table.`);
  if (LONE_SURROGATE.test(value)) throw refuse(`The value of environment variable "${name}" is not well-formed text. Encode binary data, in base64 for example.`);
  return value;
}

function refuse(message: string): DeployError {
  return new DeployError("InvalidEnvironmentVariables", message);
}
