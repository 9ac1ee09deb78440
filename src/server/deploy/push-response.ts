/** The answer to start_push, in the shapes that the CLI checks and generates code from. */
import type { ModuleAnalysis } from "../../functions/sandbox/analyze.js";
import type { SchemaJson } from "../../database/schema.js";
import type { IndexDiff } from "../../database/schema-change/index-diff.js";
import type { AppDefinition } from "./app-definition.js";
import type { AuthProvider } from "./auth-config.js";
import type { ModuleSummary } from "./code-store.js";
import type { EnvironmentVariables } from "./environment.js";
import { APP_COMPONENT } from "./push-request.js";

export interface PushContents {
  readonly pushId: string;
  /** What the developer has set. */
  readonly environmentVariables: EnvironmentVariables;
  readonly authProviders: readonly AuthProvider[];
  readonly definition: AppDefinition;
  readonly schema: SchemaJson | null;
  readonly modules: readonly ModuleSummary[];
  readonly udfServerVersion: string;
  readonly indexDiff: IndexDiff;
  /** Null without external packages. */
  readonly packagesId: string | null;
}

export function startPushResponse(push: PushContents): object {
  return {
    environmentVariables: push.environmentVariables,
    externalDepsId: push.packagesId,
    componentDefinitionPackages: {},
    appAuth: push.authProviders,
    analysis: { [APP_COMPONENT]: definitionAnalysis(push) },
    app: mountedApp(push.modules),
    schemaChange: schemaChangeResponse(push.pushId, push.indexDiff),
  };
}

/** `schemaIds` comes back with the requests that follow, and tells which push they belong to. */
export function schemaChangeResponse(pushId: string, indexDiff: IndexDiff): object {
  return { allocatedComponentIds: {}, schemaIds: { [APP_COMPONENT]: pushId }, indexDiffs: { [APP_COMPONENT]: indexDiffResponse(indexDiff) } };
}

export function indexDiffResponse({ added, removed, enabled, disabled }: IndexDiff): object {
  return { added_indexes: added, removed_indexes: removed, enabled_indexes: enabled, disabled_indexes: disabled };
}

function definitionAnalysis({ definition, schema, modules, udfServerVersion }: PushContents): object {
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

function mountedApp(modules: readonly ModuleSummary[]): object {
  const routes = analysesOf(modules).find(({ path }) => path === "http.js")?.routes ?? null;
  return {
    definitionPath: APP_COMPONENT,
    componentPath: APP_COMPONENT,
    args: {},
    childComponents: {},
    httpRoutes: { httpModuleRoutes: routes, mounts: [] },
    exports: {},
  };
}

export function analysesOf(modules: readonly ModuleSummary[]): ModuleAnalysis[] {
  return modules.flatMap(({ analysis }) => analysis ?? []);
}
