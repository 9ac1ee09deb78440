/** The answer to start_push, in the shapes that the CLI checks and generates code from. */
import { APP_COMPONENT_PATH, childPath } from "../../functions/component-path.js";
import type { ModuleAnalysis } from "../../functions/sandbox/analyze.js";
import type { SchemaJson } from "../../database/schema.js";
import type { IndexDiff } from "../../database/schema-change/index-diff.js";
import type { Definition } from "./definitions.js";
import type { EvaluatedPush } from "./push.js";
import type { ModuleSummary } from "./code-store.js";
import { APP_COMPONENT } from "./push-request.js";

/** By component path. */
export type IndexDiffs = ReadonlyMap<string, IndexDiff>;

export function startPushResponse(push: EvaluatedPush, pushId: string, indexDiffs: IndexDiffs): object {
  const { definition, schema, modules, request } = push;
  const components = Array.from(push.components.values(), (component) => {
    const exports = exportsOf(component.modules);
    return [component.definition.path, definitionAnalysis({ ...component, definition: { ...component.definition, exports } })];
  });
  return {
    environmentVariables: push.environmentVariables,
    externalDepsId: push.packagesId,
    componentDefinitionPackages: {},
    appAuth: push.authProviders,
    analysis: {
      [APP_COMPONENT]: definitionAnalysis({ definition, schema, modules, udfServerVersion: request.appDefinition.udfServerVersion }),
      ...Object.fromEntries(components),
    },
    app: checkedComponent(push, APP_COMPONENT_PATH, definition, modules),
    schemaChange: schemaChangeResponse(pushId, indexDiffs),
  };
}

/** `schemaIds` comes back with the requests that follow, and tells which push they belong to. */
export function schemaChangeResponse(pushId: string, indexDiffs: IndexDiffs): object {
  const paths = [...indexDiffs.keys()];
  return {
    // A component is known by its path: there are no other ids.
    allocatedComponentIds: Object.fromEntries(paths.filter((path) => path !== APP_COMPONENT).map((path) => [path, path])),
    schemaIds: Object.fromEntries(paths.map((path) => [path, pushId])),
    indexDiffs: Object.fromEntries(Array.from(indexDiffs, ([path, diff]) => [path, indexDiffResponse(diff)])),
  };
}

export function indexDiffResponse({ added, removed, enabled, disabled }: IndexDiff): object {
  return { added_indexes: added, removed_indexes: removed, enabled_indexes: enabled, disabled_indexes: disabled };
}

interface AnalyzedDefinition {
  readonly definition: Omit<Definition, "exports"> & { readonly exports: object };
  readonly schema: SchemaJson | null;
  readonly modules: readonly ModuleSummary[];
  readonly udfServerVersion: string;
}

function definitionAnalysis({ definition, schema, modules, udfServerVersion }: AnalyzedDefinition): object {
  return {
    definition,
    schema,
    functions: Object.fromEntries(analysesOf(modules).map((analysis) => [analysis.path, analyzedModule(analysis)])),
    // Nothing is replayed from them here: modules are loaded when they are needed.
    udfConfig: { serverVersion: udfServerVersion, importPhaseRngSeed: null, importPhaseUnixTimestamp: null },
  };
}

function analyzedModule({ functions, routes, crons }: ModuleAnalysis): object {
  return {
    functions: functions.flatMap(({ name, udfType, visibility, args, returns, pos }) => (udfType === "HttpAction" ? [] : [{ name, pos, udfType, visibility: { kind: visibility }, args, returns }])),
    httpRoutes: routes === null ? null : routes.map(({ method, path }) => ({ route: { method, path }, pos: null })),
    cronSpecs: crons === null ? null : Object.entries(crons).map(([identifier, { name, args, schedule }]) => [identifier, { udfPath: name, udfArgs: args, cronSchedule: schedule }]),
    sourceMapped: null,
  };
}

type ExportTree = { readonly type: "leaf"; readonly leaf: string } | { readonly type: "branch"; readonly branch: (readonly [string, ExportTree])[] };

/** What a parent may call: the public functions, by the folders and names of their modules. */
function exportsOf(modules: readonly ModuleSummary[]): ExportTree {
  const root: ExportTree = { type: "branch", branch: [] };
  for (const { path, name } of publicFunctions(modules)) {
    const branch = path.split("/").reduce((within, folder) => branchOf(within, folder), root.branch);
    branch.push([name, { type: "leaf", leaf: `_reference/function/${path}:${name}` }]);
  }
  return root;
}

function branchOf(branch: (readonly [string, ExportTree])[], name: string): (readonly [string, ExportTree])[] {
  const known = branch.find(([known, tree]) => known === name && tree.type === "branch")?.[1];
  if (known?.type === "branch") return known.branch;
  const made: (readonly [string, ExportTree])[] = [];
  branch.push([name, { type: "branch", branch: made }]);
  return made;
}

function publicFunctions(modules: readonly ModuleSummary[]): { readonly path: string; readonly name: string }[] {
  return analysesOf(modules).flatMap(({ path, functions }) =>
    functions.filter(({ visibility, udfType }) => visibility === "public" && udfType !== "HttpAction").map(({ name }) => ({ path: path.slice(0, -".js".length), name })),
  );
}

function checkedComponent(push: EvaluatedPush, componentPath: string, definition: Definition, modules: readonly ModuleSummary[]): object {
  const routes = analysesOf(modules).find(({ path }) => path === "http.js")?.routes ?? null;
  const children = definition.childComponents.map(({ name, path }) => {
    const component = push.components.get(path)!;
    return [name, checkedComponent(push, childPath(componentPath, name), component.definition, component.modules)];
  });
  return {
    definitionPath: definition.path,
    componentPath,
    args: {},
    childComponents: Object.fromEntries(children),
    httpRoutes: { httpModuleRoutes: routes, mounts: Object.keys(definition.httpMounts) },
    exports: componentPath === APP_COMPONENT_PATH ? {} : checkedExports(exportsOf(modules), componentPath),
  };
}

function checkedExports(tree: ExportTree, component: string): object {
  if (tree.type === "leaf") return { type: "leaf", resource: { type: "function", path: { component, udfPath: tree.leaf.slice("_reference/function/".length) } } };
  const children = Object.fromEntries(tree.branch.map(([name, child]) => [name, child.type === "leaf" ? checkedExports(child, component) : { type: "branch", children: checkedExports(child, component) }]));
  return children;
}

export function analysesOf(modules: readonly ModuleSummary[]): ModuleAnalysis[] {
  return modules.flatMap(({ analysis }) => analysis ?? []);
}
