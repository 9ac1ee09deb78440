/** What is deployed, and with what settings. */
import { DatabaseError } from "../../database/errors.js";
import type { Transaction } from "../../database/transaction.js";
import { APP_COMPONENT_PATH } from "../../functions/component-path.js";
import { parseValue, type Value } from "../../values/value.js";
import type { AnalyzedFunction, ModuleAnalysis } from "../../functions/sandbox/analyze.js";
import { readComponentSummaries, readDeployment, readModuleSummaries, type ModuleSummary } from "../deploy/code-store.js";
import { readEnvironment, type Instance } from "../deploy/environment.js";
import { readInstance } from "../deploy/instance.js";
import { lazySchema } from "../lazy-schema.js";
import { definitionPathOf, requireKnownComponent } from "./known-component.js";
import { noArguments, systemQuery } from "./system-query.js";

export const environmentVariables = systemQuery(noArguments, (transaction) =>
  Object.entries(readEnvironment(transaction))
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1)),
);

export const environmentVariable = systemQuery(lazySchema((z) => z.looseObject({ name: z.string() })), (transaction, { name }) => {
  const variables = readEnvironment(transaction);
  return Object.hasOwn(variables, name) ? { name, value: variables[name]! } : null;
});

export const cloudUrl = systemQuery(noArguments, (transaction) => instance(transaction).cloudOrigin);
export const siteUrl = systemQuery(noArguments, (transaction) => instance(transaction).siteOrigin);

/** Every function and HTTP route of the app or of a component: what `function-spec` prints. */
export const apiSpec = systemQuery(noArguments, (transaction, _args, componentPath) =>
  moduleSummaries(transaction, componentPath)
    .flatMap(({ analysis }) => analysis ?? [])
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap((analysis) => [...analysis.functions.filter(({ udfType }) => udfType !== "HttpAction").map((analyzed) => functionSpec(analysis, analyzed)), ...routeSpecs(analysis)]),
);

/** The schema in force, as JSON text, beside one that a push is about to bring. */
export const schemas = systemQuery(noArguments, (transaction, _args, componentPath) => {
  requireKnownComponent(transaction, componentPath);
  readDeployment(transaction); // the schema itself is in no read set: a push that changes it writes this too
  const active = transaction.schemas.get(componentPath);
  return { active: active === undefined ? null : JSON.stringify(active.json), inProgress: null };
});

/** Every component that is mounted, or was and still has its data. A component's path is its id. */
export const components = systemQuery(noArguments, (transaction) => {
  const { mounts = [], knownMounts = [] } = readDeployment(transaction) ?? {};
  const mounted = new Set(mounts.map(({ path }) => path));
  return knownMounts.map((path) => ({ id: path, name: path.slice(path.lastIndexOf("/") + 1), path, args: {}, state: mounted.has(path) ? "active" : "unmounted" }));
});

function moduleSummaries(transaction: Transaction, componentPath: string): readonly ModuleSummary[] {
  if (componentPath === APP_COMPONENT_PATH) return readModuleSummaries(transaction);
  return readComponentSummaries(transaction).get(definitionPathOf(transaction, componentPath)) ?? [];
}

function functionSpec({ path }: ModuleAnalysis, { name, udfType, visibility, args, returns }: AnalyzedFunction): Value {
  return { functionType: udfType, identifier: `${path}:${name}`, visibility: { kind: visibility }, args: validatorValue(args), returns: validatorValue(returns) };
}

function routeSpecs({ routes }: ModuleAnalysis): Value[] {
  return (routes ?? []).map(({ method, path }) => ({ functionType: "HttpAction", method, path }));
}

/** Literals of int64 are values themselves. */
function validatorValue(json: string): Value {
  return parseValue(json) ?? { type: "any" };
}

function instance(transaction: Transaction): Instance {
  const found = readInstance(transaction);
  if (found === null) throw new DatabaseError("notFound", "The server has not recorded its address yet. Restart it.");
  return found;
}
