/** `ctx.meta`: what a function can learn about itself and its transaction. */
import { FunctionError } from "./errors.js";
import type { RequestMetadata } from "./execution.js";
import { formatFunctionPath } from "./function-path.js";
import type { ReadScope } from "./read-scope.js";

interface Metric {
  readonly used: number;
  readonly remaining: number;
}

function metric(used: number, max: number): Metric {
  return { used, remaining: Math.max(0, max - used) };
}

export function transactionMetrics({ frame }: ReadScope): Readonly<Record<string, Metric>> {
  const { usage } = frame.transaction;
  const { limits } = usage;
  return {
    bytesRead: metric(usage.bytesRead, limits.bytesReadMax),
    bytesWritten: metric(usage.bytesWritten, limits.bytesWrittenMax),
    databaseQueries: metric(usage.rangesRead, limits.rangesReadMax),
    documentsRead: metric(usage.documentsRead, limits.documentsReadMax),
    documentsWritten: metric(usage.documentsWritten, limits.documentsWrittenMax),
    functionsScheduled: metric(usage.scheduledFunctions, limits.scheduledFunctionsMax),
    scheduledFunctionArgsBytes: metric(usage.scheduledArgumentBytes, limits.scheduledArgumentBytesMax),
    filesRead: metric(usage.filesRead, limits.filesReadMax),
    filesWritten: metric(usage.filesWritten, limits.filesWrittenMax),
    fileReadBytes: metric(usage.fileBytesRead, limits.fileBytesReadMax),
    fileWriteBytes: metric(usage.fileBytesWritten, limits.fileBytesWrittenMax),
  };
}

/** Not for queries: their results are shared by all who ask the same. */
export function requestMetadata({ execution, frame }: ReadScope): RequestMetadata {
  if (frame.function.kind === "query") throw new FunctionError("Request metadata is not available in queries, because one result serves many callers. Ask for it in a mutation or an action.");
  return execution.requestMetadata;
}

function calledFunction({ frame: { function: called, namespace } }: ReadScope): object {
  return { name: formatFunctionPath(called.path), componentPath: namespace, type: called.kind, visibility: called.isInternal ? "internal" : "public" };
}

/** `ctx.meta` of queries. */
export function queryMetadata(scope: ReadScope): object {
  return {
    getFunctionMetadata: () => scope.attempt(() => scope.object(calledFunction(scope))),
    getTransactionMetrics: () => scope.attempt(() => scope.copy(transactionMetrics(scope))),
    getDeploymentMetadata: () => scope.attempt(() => scope.object(scope.execution.surroundings.deploymentMetadata)),
    /** Nanoseconds, as every timestamp that leaves the server. */
    getSnapshotTs: () => BigInt(scope.frame.transaction.ts) * 1000n,
  };
}

/** `ctx.meta` of mutations: the same, and who asked. Written out, since it is made for every call. */
export function mutationMetadata(scope: ReadScope): object {
  return {
    getFunctionMetadata: () => scope.attempt(() => scope.object(calledFunction(scope))),
    getTransactionMetrics: () => scope.attempt(() => scope.copy(transactionMetrics(scope))),
    getRequestMetadata: () => scope.attempt(() => scope.object(requestMetadata(scope))),
    getDeploymentMetadata: () => scope.attempt(() => scope.object(scope.execution.surroundings.deploymentMetadata)),
    getSnapshotTs: () => BigInt(scope.frame.transaction.ts) * 1000n,
  };
}
