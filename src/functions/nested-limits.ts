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
}

/** Null where none is given. Names of what this version does not have (files) are let through. */
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
  };
}
