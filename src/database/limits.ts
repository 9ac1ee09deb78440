/**
 * What one transaction may read, write and schedule. Defaults are the public limits of Convex (docs.convex.dev, "Limits"); every
 * one is a setting of the server. Bytes are those of the documents' JSON text.
 */
import { DatabaseError } from "./errors.js";

export interface TransactionLimits {
  readonly bytesReadMax: number;
  readonly documentsReadMax: number;
  /** Index ranges read: calls of `db.get` and of `db.query`. */
  readonly rangesReadMax: number;
  readonly bytesWrittenMax: number;
  readonly documentsWrittenMax: number;
  readonly scheduledFunctionsMax: number;
  /** Of all functions that are scheduled, together. */
  readonly scheduledArgumentBytesMax: number;
  /** Files whose bytes are read, and stored, within the transaction. */
  readonly filesReadMax: number;
  readonly fileBytesReadMax: number;
  readonly filesWrittenMax: number;
  readonly fileBytesWrittenMax: number;
}

export const DEFAULT_TRANSACTION_LIMITS: TransactionLimits = {
  bytesReadMax: 16 * 1024 * 1024,
  documentsReadMax: 32_000,
  rangesReadMax: 4_096,
  bytesWrittenMax: 16 * 1024 * 1024,
  documentsWrittenMax: 16_000,
  scheduledFunctionsMax: 1_000,
  scheduledArgumentBytesMax: 16 * 1024 * 1024,
  filesReadMax: 1_000,
  fileBytesReadMax: 16 * 1024 * 1024,
  filesWrittenMax: 1_000,
  fileBytesWrittenMax: 16 * 1024 * 1024,
};

/** For the server's own documents, which come whole or not at all. */
export const NO_TRANSACTION_LIMITS: TransactionLimits = {
  bytesReadMax: Infinity,
  documentsReadMax: Infinity,
  rangesReadMax: Infinity,
  bytesWrittenMax: Infinity,
  documentsWrittenMax: Infinity,
  scheduledFunctionsMax: Infinity,
  scheduledArgumentBytesMax: Infinity,
  filesReadMax: Infinity,
  fileBytesReadMax: Infinity,
  filesWrittenMax: Infinity,
  fileBytesWrittenMax: Infinity,
};

/** What a transaction has written and scheduled by itself, which counts no more when it is dropped. */
export class WriteTotals {
  documentsWritten = 0;
  bytesWritten = 0;
  scheduledFunctions = 0;
  scheduledArgumentBytes = 0;

  /** `sign` is -1 to take back. */
  add(totals: WriteTotals, sign: 1 | -1 = 1): void {
    this.documentsWritten += sign * totals.documentsWritten;
    this.bytesWritten += sign * totals.bytesWritten;
    this.scheduledFunctions += sign * totals.scheduledFunctions;
    this.scheduledArgumentBytes += sign * totals.scheduledArgumentBytes;
  }
}

/** Running totals of a transaction, its sub-transactions included; each step past a limit throws. */
export class TransactionUsage extends WriteTotals {
  bytesRead = 0;
  documentsRead = 0;
  rangesRead = 0;
  filesRead = 0;
  fileBytesRead = 0;
  filesWritten = 0;
  fileBytesWritten = 0;

  /** What a sub-transaction uses counts for `parent` too: both limits hold. */
  constructor(
    readonly limits: TransactionLimits,
    private readonly parent: TransactionUsage | null = null,
  ) {
    super();
  }

  /** Whether what is used here counts there too. */
  isCountedIn(other: TransactionUsage): boolean {
    return this === other || (this.parent?.isCountedIn(other) ?? false);
  }

  readDocument(bytes: number): void {
    this.parent?.readDocument(bytes);
    this.bytesRead += bytes;
    this.documentsRead++;
    if (this.documentsRead > this.limits.documentsReadMax) {
      throw new DatabaseError(
        "limit",
        `Too many documents read in a single function execution (limit: ${this.limits.documentsReadMax}). ${READ_MEND}`,
      );
    }
    if (this.bytesRead > this.limits.bytesReadMax) {
      throw new DatabaseError(
        "limit",
        `Too many bytes read in a single function execution (limit: ${this.limits.bytesReadMax} bytes). ${READ_MEND}`,
      );
    }
  }

  readRange(): void {
    this.parent?.readRange();
    this.rangesRead++;
    if (this.rangesRead > this.limits.rangesReadMax) {
      throw new DatabaseError(
        "limit",
        `Too many reads in a single function execution (limit: ${this.limits.rangesReadMax}). ${READ_MEND}`,
      );
    }
  }

  /** One document, here and for the parents; throws where it is too much. */
  writeDocument(bytes: number): void {
    for (let usage: TransactionUsage | null = this; usage !== null; usage = usage.parent) {
      usage.documentsWritten++;
      usage.bytesWritten += bytes;
    }
    this.#checkWritten();
  }

  /** One function, before it is scheduled. */
  schedule(argumentBytes: number): void {
    for (let usage: TransactionUsage | null = this; usage !== null; usage = usage.parent) {
      usage.scheduledFunctions++;
      usage.scheduledArgumentBytes += argumentBytes;
    }
    this.#checkWritten();
  }

  /** What a dropped sub-transaction had counted. */
  takeBack(totals: WriteTotals): void {
    for (let usage: TransactionUsage | null = this; usage !== null; usage = usage.parent) usage.add(totals, -1);
  }

  #checkWritten(): void {
    if (this.parent !== null) this.parent.#checkWritten();
    const { documentsWrittenMax, bytesWrittenMax, scheduledFunctionsMax, scheduledArgumentBytesMax } = this.limits;
    if (this.documentsWritten > documentsWrittenMax) {
      throw new DatabaseError("limit", `Too many documents written in a single function execution (limit: ${documentsWrittenMax}). ${WRITE_MEND}`);
    }
    if (this.bytesWritten > bytesWrittenMax) {
      throw new DatabaseError("limit", `Too many bytes written in a single function execution (limit: ${bytesWrittenMax} bytes). ${WRITE_MEND}`);
    }
    if (this.scheduledFunctions > scheduledFunctionsMax) {
      throw new DatabaseError("limit", `Too many functions scheduled by this mutation (limit: ${scheduledFunctionsMax}). Schedule one that schedules the others, or do more in each.`);
    }
    if (this.scheduledArgumentBytes > scheduledArgumentBytesMax) {
      throw new DatabaseError(
        "limit",
        `Too large total size of the arguments of functions scheduled by this mutation (actual: ${this.scheduledArgumentBytes} bytes, limit: ${scheduledArgumentBytesMax} bytes). Store the data in a table, and pass ids.`,
      );
    }
  }

  /** To be called before the bytes are read. */
  readFile(bytes: number): void {
    this.parent?.readFile(bytes);
    this.filesRead++;
    this.fileBytesRead += bytes;
    if (this.filesRead > this.limits.filesReadMax) throw fileLimit("files read", this.limits.filesReadMax, "");
    if (this.fileBytesRead > this.limits.fileBytesReadMax) throw fileLimit("bytes of files read", this.limits.fileBytesReadMax, " bytes");
  }

  /** To be called before the bytes are stored. They count also where a sub-transaction is dropped: they have been written. */
  writeFile(bytes: number): void {
    this.parent?.writeFile(bytes);
    this.filesWritten++;
    this.fileBytesWritten += bytes;
    if (this.filesWritten > this.limits.filesWrittenMax) throw fileLimit("files stored", this.limits.filesWrittenMax, "");
    if (this.fileBytesWritten > this.limits.fileBytesWrittenMax) throw fileLimit("bytes of files stored", this.limits.fileBytesWrittenMax, " bytes");
  }
}

function fileLimit(what: string, max: number, unit: string): DatabaseError {
  return new DatabaseError("limit", `Too many ${what} in a single function execution (limit: ${max}${unit}). Do it in an action, which has no such limit.`);
}

const READ_MEND = "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";
const WRITE_MEND = "Split the work into several mutations.";
