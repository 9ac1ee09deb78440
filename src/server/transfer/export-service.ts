/** Exports, engine side: their documents in "_exports". The work is done by a thread that reads a snapshot of the store. */
import type { Database } from "../../database/database.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import { recordAudit } from "../audit/deployment-audit.js";
import { inTransaction, JobTable, type JobDocument } from "./job-table.js";
import { NOT_WANTED, TransferRefusal, type ExportJob, type ExportRequest, type ExportState, type UnfinishedExports } from "./transfer-messages.js";

export interface ExportServiceOptions {
  readonly database: Database;
  readonly nowMs: () => number;
}

interface ExportFields {
  readonly includeStorage: boolean;
  readonly attempts: number;
  readonly state: ExportState;
}

type ExportDocument = JobDocument<ExportFields>;

export const EXPORTS = new JobTable<ExportFields>("_exports");
const ATTEMPTS_MAX = 3;
/** Archives that are kept at a time; documents of others stay a while longer, for those who look back. */
const ARCHIVES_MAX = 5;
const KEPT_MAX = 100;

export class ExportService {
  readonly #options: ExportServiceOptions;
  readonly #database: Database;

  constructor(options: ExportServiceOptions) {
    this.#options = options;
    this.#database = options.database;
  }

  /** Throws {@link TransferRefusal}. */
  async handle(request: ExportRequest): Promise<object> {
    switch (request.type) {
      case "create":
        return this.#create(request);
      case "unfinished":
        return this.#unfinished();
      case "begin":
        return this.#begin(request.exportId);
      case "done":
        return this.#done(request);
      case "fail":
        return this.#change(request.exportId, () => ({ state: "failed", error_message: request.message }));
      case "find":
        return this.#find(request.startTs);
    }
  }

  #create({ includeStorage, actor }: Extract<ExportRequest, { type: "create" }>): object {
    return inTransaction(this.#database, (transaction) => {
      if (EXPORTS.list(transaction).some(({ state }) => isOpen(state))) {
        throw new TransferRefusal("ExportInProgress", "An export is requested or in progress already. One runs at a time: wait until it is done.");
      }
      recordAudit(transaction, { action: "request_export", actor, metadata: { include_storage: includeStorage } });
      return { exportId: EXPORTS.insert(transaction, { includeStorage, attempts: 0, state: { state: "requested" } }) };
    });
  }

  #unfinished(): UnfinishedExports {
    return inTransaction(this.#database, (transaction) => {
      const all = EXPORTS.list(transaction);
      for (const document of all.slice(KEPT_MAX)) EXPORTS.update(transaction, document, null);
      const kept = all.filter(({ state }) => this.#isAvailable(state)).slice(0, ARCHIVES_MAX);
      return { exports: all.filter(({ state }) => isOpen(state)).map(({ _id }) => _id), kept: kept.map(({ _id }) => _id) };
    });
  }

  #begin(exportId: string): ExportJob {
    const { attempts, includeStorage } = inTransaction(this.#database, (transaction) => {
      const document = this.#open(EXPORTS.get(transaction, exportId));
      const isLast = document.attempts >= ATTEMPTS_MAX;
      const state: ExportState = isLast ? { state: "failed", error_message: `The server stopped ${document.attempts} times while it worked on this export.` } : { state: "in_progress" };
      EXPORTS.update(transaction, document, { attempts: document.attempts + 1, state });
      return document;
    });
    if (attempts >= ATTEMPTS_MAX) throw new TransferRefusal(NOT_WANTED, "The export is over.");
    return { exportId, includeStorage };
  }

  #done({ exportId, startTs, size, ageMsMax }: Extract<ExportRequest, { readonly type: "done" }>): object {
    const nowTs = BigInt(Math.floor(this.#options.nowMs())) * 1_000_000n;
    const expirationTs = nowTs + BigInt(ageMsMax) * 1_000_000n;
    return this.#change(exportId, () => ({ state: "completed", start_ts: BigInt(startTs) * 1000n, complete_ts: nowTs, expiration_ts: expirationTs, zip_object_key: exportId, size }));
  }

  #find(startTs: string): object {
    const found = EXPORTS.list(this.#database.begin("query", NO_TRANSACTION_LIMITS)).find(({ state }) => state.state === "completed" && state.start_ts.toString() === startTs);
    if (found === undefined) throw new TransferRefusal("UnknownExport", `There is no export with timestamp ${startTs.slice(0, 32)}. Export again.`);
    if (!this.#unfinished().kept.includes(found._id)) throw new TransferRefusal("ExportExpired", "The export has expired, and its archive is deleted. Export again.");
    return { exportId: found._id };
  }

  #isAvailable(state: ExportState): boolean {
    return state.state === "completed" && Number(state.expiration_ts / 1_000_000n) > this.#options.nowMs();
  }

  #change(exportId: string, change: () => ExportState): object {
    return inTransaction(this.#database, (transaction) => {
      EXPORTS.update(transaction, this.#open(EXPORTS.get(transaction, exportId)), { state: change() });
      return {};
    });
  }

  #open(document: ExportDocument | null): ExportDocument {
    if (document === null || !isOpen(document.state)) throw new TransferRefusal(NOT_WANTED, "The export is over.");
    return document;
  }
}

function isOpen({ state }: ExportState): boolean {
  return state === "requested" || state === "in_progress";
}
