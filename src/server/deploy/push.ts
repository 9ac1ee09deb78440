/** A push between start_push and finish_push: everything that was sent, evaluated and found in order. */
import type { Database } from "../../database/database.js";
import type { SchemaJson } from "../../database/schema.js";
import type { Transaction } from "../../database/transaction.js";
import type { NodeCodeStore } from "../actions/node/node-code-store.js";
import { evaluateAppDefinition, refuseComponents, type AppDefinition } from "./app-definition.js";
import { evaluateAuthConfig, type AuthProvider } from "./auth-config.js";
import { readModules, writeDeployment, writeModules, type StoredModule } from "./code-store.js";
import { cronSpecs } from "./cron-specs.js";
import { syncCronJobs, type CronSpec } from "../scheduler/cron-table.js";
import { fullEnvironment, readEnvironment, type EnvironmentVariables, type Instance } from "./environment.js";
import { checkNodeVersion, nodeSources, prepareNodeCode } from "./node-code.js";
import { analyze, codeByPath, resolveModules } from "./pushed-modules.js";
import type { StartPushRequest } from "./push-request.js";
import { evaluateSchema } from "./schema-module.js";
import { NO_LIMITS } from "./system-documents.js";

export interface EvaluatedPush {
  readonly request: StartPushRequest;
  /** What the developer had set when the code was evaluated. */
  readonly environmentVariables: EnvironmentVariables;
  readonly definition: AppDefinition;
  readonly schema: SchemaJson | null;
  readonly authProviders: readonly AuthProvider[];
  readonly modules: readonly StoredModule[];
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
  refuseComponents(request.componentDefinitions.map(({ definitionPath }) => definitionPath));
  const transaction = database.begin("query", NO_LIMITS);
  const environmentVariables = readEnvironment(transaction);
  const stored = readModules(transaction);
  const visible = fullEnvironment(environmentVariables, instance);
  const definition = await evaluateAppDefinition(request.appDefinition.definition ?? null, visible);
  const schema = await schemaOf(request, visible);
  const resolved = await resolveModules(request, stored);
  const authProviders = evaluateAuthConfig(codeByPath(resolved), visible);
  const sources = nodeSources(resolved, request.nodeDependencies);
  const nodeFolder = await prepareNodeCode(nodeCode, sources);
  const modules = await analyze(resolved, nodeFolder, visible);
  return { request, environmentVariables, definition, schema, authProviders, modules, crons: cronSpecs(modules), packagesId: nodeCode.packagesId(sources.packages) };
}

/** The pushed schema; null where the app has none. Throws {@link DeployError}. */
export async function schemaOf(request: StartPushRequest, visible: EnvironmentVariables): Promise<SchemaJson | null> {
  const { schema } = request.appDefinition;
  return schema === null || schema === undefined ? null : await evaluateSchema(schema, visible);
}

/** Into a transaction that is committed with the change of the schema. */
export function storePush(transaction: Transaction, { request, definition, authProviders, modules, crons }: EvaluatedPush, message: string | null, nowMs: number): void {
  writeModules(transaction, modules);
  syncCronJobs(transaction, crons, nowMs);
  writeDeployment(transaction, {
    functions: request.functions,
    udfServerVersion: request.appDefinition.udfServerVersion,
    nodeVersion: request.nodeVersion ?? null,
    nodeDependencies: request.nodeDependencies.map(({ name, version }) => ({ name, version })),
    authProviders,
    definition,
    message,
    pushedAt: nowMs,
  });
}
