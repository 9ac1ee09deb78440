/** `transactionLimits` of `ctx.runQuery` and `ctx.runMutation`: lower limits for a nested call, by their public names. */
import type { TransactionLimits } from "../database/limits.js";

export interface NestedLimits {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  readonly databaseQueries?: number;
  readonly documentsRead?: number;
  readonly documentsWritten?: number;
  readonly functionsScheduled?: number;
  readonly scheduledFunctionArgsBytes?: number;
  readonly filesRead?: number;
  readonly fileReadBytes?: number;
  readonly filesWritten?: number;
  readonly fileWriteBytes?: number;
}

/** Null where none is given. */
export function transactionLimitsOf(nested: NestedLimits | undefined): Partial<TransactionLimits> | null {
  if (nested === undefined) return null;
  return {
    ...(nested.bytesRead === undefined ? {} : { bytesReadMax: nested.bytesRead }),
    ...(nested.bytesWritten === undefined ? {} : { bytesWrittenMax: nested.bytesWritten }),
    ...(nested.databaseQueries === undefined ? {} : { rangesReadMax: nested.databaseQueries }),
    ...(nested.documentsRead === undefined ? {} : { documentsReadMax: nested.documentsRead }),
    ...(nested.documentsWritten === undefined ? {} : { documentsWrittenMax: nested.documentsWritten }),
    ...(nested.functionsScheduled === undefined ? {} : { scheduledFunctionsMax: nested.functionsScheduled }),
    ...(nested.scheduledFunctionArgsBytes === undefined ? {} : { scheduledArgumentBytesMax: nested.scheduledFunctionArgsBytes }),
    ...(nested.filesRead === undefined ? {} : { filesReadMax: nested.filesRead }),
    ...(nested.fileReadBytes === undefined ? {} : { fileBytesReadMax: nested.fileReadBytes }),
    ...(nested.filesWritten === undefined ? {} : { filesWrittenMax: nested.filesWritten }),
    ...(nested.fileWriteBytes === undefined ? {} : { fileBytesWrittenMax: nested.fileWriteBytes }),
  };
}
