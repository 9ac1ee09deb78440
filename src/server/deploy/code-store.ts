/**
 * The app's code in the database. "_modules" has what is known of each module, small enough to be read by queries;
 * "_module_code" has its source as it was pushed, and what it was compiled to; "_deployment" has the rest of the last push.
 */
import type { Transaction } from "../../database/transaction.js";
import type { ModuleCode } from "../../functions/sandbox/module-code.js";
import type { ModuleAnalysis } from "../../functions/sandbox/analyze.js";
import type { AuthProvider } from "./auth-config.js";
import type { AppDefinition } from "./app-definition.js";
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
  readonly message: string | null;
  /** Milliseconds since 1970. */
  readonly pushedAt: number;
}

const MODULES = "_modules";
const MODULE_CODE = "_module_code";
const DEPLOYMENT = "_deployment";

type ModuleDocument = { readonly path: string; readonly environment: ModuleEnvironment; readonly sha256: string; readonly analysis: string };
type CodeDocument = { readonly path: string; readonly source: string; readonly sourceMap: string | null; readonly code: string | null; readonly codeMap: string | null };

export function readModuleSummaries(transaction: Transaction): ModuleSummary[] {
  return readSystemTable<ModuleDocument>(transaction, MODULES).map((document) => ({ ...document, analysis: JSON.parse(document.analysis) as ModuleAnalysis | null }));
}

export function readModules(transaction: Transaction): StoredModule[] {
  const codeByPath = new Map(readSystemTable<CodeDocument>(transaction, MODULE_CODE).map((document) => [document.path, document]));
  return readModuleSummaries(transaction).map((summary) => {
    const { source, sourceMap, code, codeMap } = codeByPath.get(summary.path)!;
    return { ...summary, source, sourceMap, code: code === null ? null : { path: summary.path, code, sourceMap: codeMap } };
  });
}

export function writeModules(transaction: Transaction, modules: readonly StoredModule[]): void {
  writeSystemTable(
    transaction,
    MODULES,
    "path",
    modules.map(({ path, environment, sha256, analysis }): ModuleDocument => ({ path, environment, sha256, analysis: JSON.stringify(analysis) })),
  );
  writeSystemTable(
    transaction,
    MODULE_CODE,
    "path",
    modules.map(({ path, source, sourceMap, code }): CodeDocument => ({ path, source, sourceMap, code: code?.code ?? null, codeMap: code?.sourceMap ?? null })),
  );
}

/** Null before the first push. */
export function readDeployment(transaction: Transaction): DeploymentRecord | null {
  const [document] = readSystemTable<{ readonly json: string }>(transaction, DEPLOYMENT);
  return document === undefined ? null : (JSON.parse(document.json) as DeploymentRecord);
}

export function writeDeployment(transaction: Transaction, record: DeploymentRecord): void {
  writeSystemTable(transaction, DEPLOYMENT, "name", [{ name: "current", json: JSON.stringify(record) }]);
}
