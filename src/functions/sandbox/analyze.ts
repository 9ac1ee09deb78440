/**
 * What an app's modules define: functions with their validators, HTTP routes, cron jobs. Found by loading each module and
 * looking at what it exports, as the builders of `convex/server` leave marks on all that they make.
 */
import { describeError } from "./errors.js";
import type { ModuleExports } from "./module-loader.js";
import type { Sandbox, SandboxFunction } from "./sandbox.js";

export type UdfType = "Query" | "Mutation" | "Action" | "HttpAction";

export interface FunctionPosition {
  /** "../convex/messages.ts" */
  readonly path: string;
  /** From 1. */
  readonly start_line: number;
  /** From 1. */
  readonly start_column: number;
}

export interface AnalyzedFunction {
  readonly name: string;
  readonly udfType: UdfType;
  readonly visibility: "public" | "internal";
  /** Validator as JSON text. */
  readonly args: string;
  /** Validator as JSON text; "null" where anything may be returned. */
  readonly returns: string;
  readonly pos: FunctionPosition | null;
}

export interface AnalyzedRoute {
  /** "/path", or "/prefix/*" for a prefix. */
  readonly path: string;
  readonly method: string;
}

export interface AnalyzedCron {
  /** Path of the function: "messages:clean". */
  readonly name: string;
  /** Arguments in the JSON form of values. */
  readonly args: readonly unknown[];
  readonly schedule: Readonly<Record<string, unknown>>;
}

export interface ModuleAnalysis {
  readonly path: string;
  readonly functions: readonly AnalyzedFunction[];
  /** Null where the module is no router. */
  readonly routes: readonly AnalyzedRoute[] | null;
  /** By identifier; null where the module defines no cron jobs. */
  readonly crons: Readonly<Record<string, AnalyzedCron>> | null;
}

/** A module that can't be loaded or exports something wrong; the message names the module, and the export if it is one. */
export class ModuleAnalysisError extends Error {
  override readonly name = "ModuleAnalysisError";
}

/** How long the exports of one module may take to describe themselves. */
const EXPORTS_MS_MAX = 5_000;

/** Throws {@link ModuleAnalysisError} for the first module that has something wrong. */
export function analyzeModules(sandbox: Sandbox, paths: Iterable<string>): ModuleAnalysis[] {
  return Array.from(paths, (path) => analyzeModule(sandbox, path));
}

function analyzeModule(sandbox: Sandbox, path: string): ModuleAnalysis {
  try {
    const exports = sandbox.load(path);
    let analysis: ModuleAnalysis | null = null;
    const result = sandbox.drive(() => (analysis = analyzeExports(sandbox, path, exports)), EXPORTS_MS_MAX);
    if (result === "timedOut" || analysis === null) throw new ModuleAnalysisError("Its validators take too long to export.");
    return analysis;
  } catch (error) {
    const cause = error instanceof ModuleAnalysisError ? error.message : describeError(error, sandbox).message;
    throw new ModuleAnalysisError(`Failed to analyze ${path}: ${cause}`);
  }
}

function analyzeExports(sandbox: Sandbox, path: string, exports: ModuleExports): ModuleAnalysis {
  const functions: AnalyzedFunction[] = [];
  for (const [name, exported] of Object.entries(exports)) {
    const analyzed = analyzeFunction(sandbox, name, exported);
    if (analyzed !== null) functions.push(analyzed);
  }
  return { path, functions, routes: routesOf(path, exports["default"]), crons: cronsOf(path, exports["default"]) };
}

/** The marks that the builders of `convex/server` leave. */
interface Marks {
  readonly isQuery?: unknown;
  readonly isMutation?: unknown;
  readonly isAction?: unknown;
  readonly isHttp?: unknown;
  readonly isInternal?: unknown;
  readonly isRouter?: unknown;
  readonly isCrons?: unknown;
  readonly _handler?: unknown;
  readonly exportArgs?: () => string;
  readonly exportReturns?: () => string;
  readonly getRoutes?: () => Iterable<readonly [string, string, Marks]>;
  readonly export?: () => string;
}

/** Null for an export that is no function of the API: helpers and constants may be exported too. */
function analyzeFunction(sandbox: Sandbox, name: string, exported: unknown): AnalyzedFunction | null {
  if (typeof exported !== "function") return null;
  const marks = exported as Marks;
  const udfType = udfTypeOf(marks);
  if (udfType === null) return null;
  if (typeof marks._handler !== "function") {
    throw new ModuleAnalysisError(`The export "${name}" has no handler that can be called. Update the "convex" package to a current version.`);
  }
  const position = sandbox.positionOf(marks._handler as SandboxFunction);
  return {
    name,
    udfType,
    visibility: marks.isInternal === true ? "internal" : "public",
    args: exportValidator(sandbox, name, marks.exportArgs) ?? '{"type":"any"}',
    returns: exportValidator(sandbox, name, marks.exportReturns) ?? "null",
    pos: position === null ? null : { path: position.path, start_line: position.line, start_column: position.column },
  };
}

function udfTypeOf({ isQuery, isMutation, isAction, isHttp }: Marks): UdfType | null {
  if (isQuery === true) return "Query";
  if (isMutation === true) return "Mutation";
  if (isAction === true) return "Action";
  return isHttp === true ? "HttpAction" : null;
}

/** Null from packages so old that functions don't tell. */
function exportValidator(sandbox: Sandbox, name: string, exporter: (() => string) | undefined): string | null {
  if (exporter === undefined) return null;
  try {
    return String(exporter());
  } catch (error) {
    throw new ModuleAnalysisError(`The validators of the export "${name}" are invalid: ${describeError(error, sandbox).message}`);
  }
}

function routesOf(path: string, exported: unknown): AnalyzedRoute[] | null {
  if (path !== "http.js") return null;
  const router = marksOf(exported);
  if (router?.isRouter !== true || router.getRoutes === undefined) {
    throw new ModuleAnalysisError("Its default export is not a router. Make one with `const http = httpRouter()` and `export default http`.");
  }
  return Array.from(router.getRoutes(), ([routePath, method, handler]) => {
    if (handler.isHttp !== true) throw new ModuleAnalysisError(`The handler of ${method} ${routePath} is not an HTTP action. Wrap it in httpAction(…).`);
    return { path: routePath, method };
  });
}

function cronsOf(path: string, exported: unknown): Record<string, AnalyzedCron> | null {
  if (path !== "crons.js") return null;
  const crons = marksOf(exported);
  if (crons?.isCrons !== true || crons.export === undefined) {
    throw new ModuleAnalysisError("Its default export defines no cron jobs. Make them with `const crons = cronJobs()` and `export default crons`.");
  }
  return JSON.parse(crons.export()) as Record<string, AnalyzedCron>;
}

function marksOf(exported: unknown): Marks | null {
  return typeof exported === "object" && exported !== null ? exported : null;
}
