/**
 * The code of the app and of its components in the database. "_modules" has what is known of each module of the app, small
 * enough to be read by queries; "_module_code" has its source as it was pushed, and what it was compiled to; "_deployment" has
 * the rest of the last push. Modules of components are in "_component_modules" and "_component_module_code", once for each
 * definition, however often it is mounted.
 */
import type { Transaction } from "../../database/transaction.js";
import type { ModuleCode } from "../../functions/sandbox/module-code.js";
import type { ModuleAnalysis } from "../../functions/sandbox/analyze.js";
import type { AuthProvider } from "./auth-config.js";
import type { Mount } from "./component-tree.js";
import type { AppDefinition, ComponentDefinition } from "./definitions.js";
import type { ModuleEnvironment } from "./push-request.js";
import { readSystemTable, writeSystemTable } from "./system-documents.js";

export interface StoredModule {
  readonly path: string;
  readonly environment: ModuleEnvironment;
  /** Hexadecimal, of source and source map as they were pushed. */
  readonly sha256: string;
  readonly source: string;
  readonly sourceMap: string | null;
  /** Null for modules of Node. */
  readonly code: ModuleCode | null;
  /** Null for parts that modules share ("_deps/…"). */
  readonly analysis: ModuleAnalysis | null;
}

export type ModuleSummary = Pick<StoredModule, "path" | "environment" | "sha256" | "analysis">;

export interface DeploymentRecord {
  readonly functions: string;
  readonly udfServerVersion: string;
  readonly nodeVersion: string | null;
  readonly nodeDependencies: readonly { readonly name: string; readonly version: string }[];
  readonly authProviders: readonly AuthProvider[];
  readonly definition: AppDefinition;
  /** Absent in records from before there were components. */
  readonly components?: readonly ComponentRecord[];
  /** Where components were mounted by the last push. */
  readonly mounts?: readonly Omit<Mount, "environmentVariables">[];
  /** Paths of all components that were ever mounted: their data is still there. */
  readonly knownMounts?: readonly string[];
  readonly message: string | null;
  /** Milliseconds since 1970. */
  readonly pushedAt: number;
}

/** What the app mounts, directly or not. */
export interface ComponentRecord {
  readonly definition: ComponentDefinition;
  readonly udfServerVersion: string;
}

const APP_TABLES = { modules: "_modules", code: "_module_code" };
const COMPONENT_TABLES = { modules: "_component_modules", code: "_component_module_code" };
const DEPLOYMENT = "_deployment";

type ModuleDocument = { readonly path: string; readonly environment: ModuleEnvironment; readonly sha256: string; readonly analysis: string };
type CodeDocument = { readonly path: string; readonly source: string; readonly sourceMap: string | null; readonly code: string | null; readonly codeMap: string | null };

export function readModuleSummaries(transaction: Transaction, tables = APP_TABLES): ModuleSummary[] {
  return readSystemTable<ModuleDocument>(transaction, tables.modules).map(({ path, environment, sha256, analysis }) => ({ path, environment, sha256, analysis: JSON.parse(analysis) as ModuleAnalysis | null }));
}

export function readModules(transaction: Transaction, tables = APP_TABLES): StoredModule[] {
  const codeByPath = new Map(readSystemTable<CodeDocument>(transaction, tables.code).map((document) => [document.path, document]));
  return readModuleSummaries(transaction, tables).map((summary) => {
    const { source, sourceMap, code, codeMap } = codeByPath.get(summary.path)!;
    return { ...summary, source, sourceMap, code: code === null ? null : { path: summary.path, code, sourceMap: codeMap } };
  });
}

export function writeModules(transaction: Transaction, modules: readonly StoredModule[], tables = APP_TABLES): void {
  writeSystemTable(
    transaction,
    tables.modules,
    "path",
    modules.map(({ path, environment, sha256, analysis }): ModuleDocument => ({ path, environment, sha256, analysis: JSON.stringify(analysis) })),
  );
  writeSystemTable(
    transaction,
    tables.code,
    "path",
    modules.map(({ path, source, sourceMap, code }): CodeDocument => ({ path, source, sourceMap, code: code?.code ?? null, codeMap: code?.sourceMap ?? null })),
  );
}

/** By definition path. */
export function readComponentModules(transaction: Transaction): Map<string, StoredModule[]> {
  const groups = groupByDefinition(readModules(transaction, COMPONENT_TABLES));
  return new Map(Array.from(groups, ([definitionPath, modules]) => [definitionPath, modules.map((module) => ({ ...module, code: module.code === null ? null : { ...module.code, path: module.path } }))]));
}

/** See {@link readModuleSummaries}; by definition path. */
export function readComponentSummaries(transaction: Transaction): Map<string, ModuleSummary[]> {
  return groupByDefinition(readModuleSummaries(transaction, COMPONENT_TABLES));
}

export function writeComponentModules(transaction: Transaction, modules: ReadonlyMap<string, readonly StoredModule[]>): void {
  const stored = [...modules].flatMap(([definitionPath, ofDefinition]) => ofDefinition.map((module) => ({ ...module, path: definitionPath + SEPARATOR + module.path })));
  writeModules(transaction, stored, COMPONENT_TABLES);
}

/** Between a definition's path and that of a module, neither of which has one. */
const SEPARATOR = "\n";

function groupByDefinition<M extends ModuleSummary>(stored: readonly M[]): Map<string, M[]> {
  const groups = new Map<string, M[]>();
  for (const module of stored) {
    const [definitionPath, path] = module.path.split(SEPARATOR) as [string, string];
    const group = groups.get(definitionPath);
    if (group === undefined) groups.set(definitionPath, [{ ...module, path }]);
    else group.push({ ...module, path });
  }
  return groups;
}

/** Null before the first push. */
export function readDeployment(transaction: Transaction): DeploymentRecord | null {
  const [document] = readSystemTable<{ readonly json: string }>(transaction, DEPLOYMENT);
  return document === undefined ? null : (JSON.parse(document.json) as DeploymentRecord);
}

export function writeDeployment(transaction: Transaction, record: DeploymentRecord): void {
  writeSystemTable(transaction, DEPLOYMENT, "name", [{ name: "current", json: JSON.stringify(record) }]);
}
