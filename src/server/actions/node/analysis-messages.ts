/** What the process that looks at modules of Node is given, and what it answers: a report for each module, in order. */
import type { AnalyzedFunction } from "../../../functions/sandbox/analyze.js";

export interface AnalysisTask {
  readonly folder: string;
  /** Modules that may define functions. */
  readonly entries: readonly string[];
  /** All modules, shared parts included: handlers are looked for in them. */
  readonly paths: readonly string[];
  readonly environmentVariables: Readonly<Record<string, string>>;
}

export interface AnalyzedNodeModule {
  readonly path: string;
  readonly functions: readonly AnalyzedFunction[];
}

/** An error comes last: "Uncaught Error: boom\n    at …". It is that of the first module without a report. */
export type AnalysisReport = AnalyzedNodeModule | { readonly error: string };
