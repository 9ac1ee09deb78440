/** A push between start_push and finish_push: everything that was sent, evaluated and found in order. */
import type { Database } from "../../database/database.js";
import type { SchemaJson } from "../../database/schema.js";
import type { SchemasByNamespace } from "../../database/schema-change/schema-changes.js";
import type { Transaction } from "../../database/transaction.js";
import { APP_COMPONENT_PATH, modulePrefix } from "../../functions/component-path.js";
import type { NodeCodeStore } from "../actions/node/node-code-store.js";
import { evaluateAuthConfig, type AuthProvider } from "./auth-config.js";
import { readComponentModules, readDeployment, readModules, writeComponentModules, writeDeployment, writeModules, type StoredModule } from "./code-store.js";
import { checkAppVariables, checkBoundVariables, checkMounts, checkPrefixes } from "./component-checks.js";
import { mountComponents, type ComponentTree, type Mount } from "./component-tree.js";
import { checkCrons, cronSpecs } from "./cron-specs.js";
import { syncCronJobs, type CronSpec } from "../scheduler/cron-table.js";
import { evaluateDefinitions, inDefinition, type AppDefinition, type ComponentDefinition } from "./definitions.js";
import { builtInVariables, fullEnvironment, readEnvironment, type EnvironmentVariables, type Instance } from "./environment.js";
import { checkNodeVersion, nodeSources, prepareNodeCode } from "./node-code.js";
import { analyze, codeByPath, resolveModules } from "./pushed-modules.js";
import type { ModuleConfig, StartPushRequest } from "./push-request.js";
import { evaluateSchema } from "./schema-module.js";
import { NO_LIMITS } from "./system-documents.js";

/** One component's code, however often it is mounted. */
export interface EvaluatedComponent {
  readonly definition: ComponentDefinition;
  readonly schema: SchemaJson | null;
  readonly modules: readonly StoredModule[];
  readonly udfServerVersion: string;
}

export interface EvaluatedPush {
  readonly request: StartPushRequest;
  /** What the developer had set when the code was evaluated. */
  readonly environmentVariables: EnvironmentVariables;
  readonly definition: AppDefinition;
  readonly schema: SchemaJson | null;
  readonly authProviders: readonly AuthProvider[];
  readonly modules: readonly StoredModule[];
  /** By definition path. */
  readonly components: ReadonlyMap<string, EvaluatedComponent>;
  readonly tree: ComponentTree;
  readonly crons: readonly CronSpec[];
  /** Names the set of external packages; null without any. */
  readonly packagesId: string | null;
}

export interface PushContext {
  readonly database: Database;
  readonly instance: Instance;
  readonly nodeCode: NodeCodeStore;
}

/** Changes nothing that runs. Throws {@link DeployError} for the first thing that is wrong. */
export async function evaluatePush({ database, instance, nodeCode }: PushContext, request: StartPushRequest): Promise<EvaluatedPush> {
  checkNodeVersion(request.nodeVersion);
  const transaction = database.begin("query", NO_LIMITS);
  const environmentVariables = readEnvironment(transaction);
  const stored = readModules(transaction);
  const storedComponents = readComponentModules(transaction);
  const visible = fullEnvironment(environmentVariables, instance);
  const { definitions, tree, schemas } = await evaluateDeclarations(request, visible, instance);
  const resolved = await resolveModules(request.appDefinition, stored);
  const authProviders = evaluateAuthConfig(codeByPath(resolved), visible);
  const resolvedComponents = await resolveComponents(request, storedComponents);
  const sources = nodeSources([...resolved, ...mountedModules(tree.mounts, resolvedComponents)], request.nodeDependencies);
  const nodeFolder = await prepareNodeCode(nodeCode, sources);
  const modules = await analyze(resolved, nodeFolder, visible);
  const components = new Map<string, EvaluatedComponent>();
  for (const { definitionPath, udfServerVersion } of request.componentDefinitions) {
    const mount = firstMount(tree, definitionPath);
    const analyzed = await inDefinition(definitionPath, async () => await analyzeWhere(mount, resolvedComponents.get(definitionPath)!, nodeFolder, builtInVariables(instance)));
    components.set(definitionPath, { definition: definitions.components.get(definitionPath)!, schema: schemas.get(definitionPath) ?? null, modules: analyzed, udfServerVersion });
  }
  return {
    request,
    environmentVariables,
    definition: definitions.app,
    schema: schemas.get(APP_COMPONENT_PATH) ?? null,
    authProviders,
    modules,
    components,
    tree,
    crons: allCrons(modules, tree.mounts, components),
    packagesId: nodeCode.packagesId(sources.packages),
  };
}

/** What the app and its components declare, without their functions. Throws {@link DeployError}. */
export async function evaluateDeclarations(request: StartPushRequest, visible: EnvironmentVariables, instance: Instance) {
  const builtIn = builtInVariables(instance);
  const definitions = await evaluateDefinitions(request, visible, builtIn);
  checkMounts(definitions);
  checkAppVariables(definitions.app, visible);
  checkBoundVariables(definitions, visible);
  const tree = mountComponents(definitions, visible, builtIn);
  checkPrefixes(tree);
  /** By definition path. */
  const schemas = new Map<string, SchemaJson>();
  const evaluate = async (definitionPath: string, schema: ModuleConfig | null | undefined, environmentVariables: EnvironmentVariables): Promise<void> => {
    if (schema === null || schema === undefined) return;
    schemas.set(definitionPath, await inDefinition(definitionPath, async () => await evaluateSchema(schema, environmentVariables)));
  };
  await evaluate(APP_COMPONENT_PATH, request.appDefinition.schema, visible);
  for (const { definitionPath, schema } of request.componentDefinitions) {
    await evaluate(definitionPath, schema, firstMount(tree, definitionPath)?.environmentVariables ?? builtIn);
  }
  return { definitions, tree, schemas };
}

/** Whose environment the code is evaluated in. Undefined for what nobody mounts. */
function firstMount({ mounts }: ComponentTree, definitionPath: string): Mount | undefined {
  return mounts.find((mount) => mount.definitionPath === definitionPath);
}

/** The schema of each place where something is mounted. */
export function schemasByNamespace(schemas: ReadonlyMap<string, SchemaJson | null>, { mounts }: ComponentTree): SchemasByNamespace {
  return new Map([[APP_COMPONENT_PATH, schemas.get(APP_COMPONENT_PATH) ?? null], ...mounts.map(({ path, definitionPath }) => [path, schemas.get(definitionPath) ?? null] as const)]);
}

async function resolveComponents({ componentDefinitions }: StartPushRequest, stored: ReadonlyMap<string, readonly StoredModule[]>): Promise<Map<string, StoredModule[]>> {
  const resolved = new Map<string, StoredModule[]>();
  for (const { definitionPath, functions } of componentDefinitions) {
    const known = stored.get(definitionPath) ?? [];
    resolved.set(definitionPath, await inDefinition(definitionPath, async () => await resolveModules({ changedModules: functions, unchangedModuleHashes: [] }, known)));
  }
  return resolved;
}

/** In the first of the places where they are mounted. What nobody mounts never runs, but types are generated for it too. */
async function analyzeWhere(mount: Mount | undefined, modules: readonly StoredModule[], nodeFolder: string | null, builtIn: EnvironmentVariables): Promise<StoredModule[]> {
  if (mount === undefined) return await analyze(modules, null, builtIn);
  return await analyze(modules, nodeFolder, mount.environmentVariables, modulePrefix(mount.path));
}

/** Modules of components where they are mounted. */
export function mountedModules(mounts: readonly Pick<Mount, "path" | "definitionPath">[], modules: ReadonlyMap<string, readonly StoredModule[]>): StoredModule[] {
  return mounts.flatMap(({ path, definitionPath }) => (modules.get(definitionPath) ?? []).map((module) => ({ ...module, path: modulePrefix(path) + module.path })));
}

function modulesByDefinition(components: ReadonlyMap<string, EvaluatedComponent>): Map<string, readonly StoredModule[]> {
  return new Map(Array.from(components, ([path, { modules }]) => [path, modules]));
}

function allCrons(modules: readonly StoredModule[], mounts: readonly Mount[], components: ReadonlyMap<string, EvaluatedComponent>): CronSpec[] {
  const specs = [...cronSpecs(modules, APP_COMPONENT_PATH), ...mounts.flatMap(({ path, definitionPath }) => cronSpecs(components.get(definitionPath)!.modules, path))];
  checkCrons(specs);
  return specs;
}

/** Into a transaction that is committed with the change of the schemas. */
export function storePush(transaction: Transaction, { request, definition, authProviders, modules, components, tree, crons }: EvaluatedPush, message: string | null, nowMs: number): void {
  const known = readDeployment(transaction)?.knownMounts ?? [];
  writeModules(transaction, modules);
  writeComponentModules(transaction, modulesByDefinition(components));
  syncCronJobs(transaction, crons, nowMs);
  writeDeployment(transaction, {
    functions: request.functions,
    udfServerVersion: request.appDefinition.udfServerVersion,
    nodeVersion: request.nodeVersion ?? null,
    nodeDependencies: request.nodeDependencies.map(({ name, version }) => ({ name, version })),
    authProviders,
    definition,
    components: Array.from(components.values(), ({ definition: component, udfServerVersion }) => ({ definition: component, udfServerVersion })),
    mounts: tree.mounts.map(({ path, definitionPath }) => ({ path, definitionPath })),
    knownMounts: [...new Set([...known, ...tree.mounts.map(({ path }) => path)])],
    message,
    pushedAt: nowMs,
  });
}
