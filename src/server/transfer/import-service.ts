/**
 * Imports, engine side: their documents in "_imports", and what they do to the database. One works at a time; what it has begun
 * lives here, and is begun again after a restart.
 *
 *     uploaded ──prepared──▶ waiting_for_confirmation ──confirmed──▶ in_progress ──▶ completed
 *        └──────────────────────────┴────── refused, cancelled ───────────┴───────▶ failed
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Database } from "../../database/database.js";
import { DatabaseError } from "../../database/errors.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import { TableWalk } from "../../database/schema-change/table-walk.js";
import { TableNames } from "../../database/table-names.js";
import type { DocumentValue, Table } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import { decodeId, encodeId } from "../../values/id.js";
import { parseValue } from "../../values/value.js";
import { recordAudit } from "../audit/deployment-audit.js";
import type { FileKey } from "../files/file-messages.js";
import { FILES_TABLE } from "./import-archive.js";
import { ImportError } from "./import-error.js";
import { inTransaction, JobTable, type JobDocument } from "./job-table.js";
import { dropStaged, openTables, StagedImport } from "./staged-import.js";
import { NOT_WANTED, TransferRefusal, type ImportJob, type ImportOrder, type ImportRequest, type ImportState, type StagedTables, type UnfinishedImports, type Written } from "./transfer-messages.js";

export interface ImportServiceOptions {
  readonly database: Database;
  readonly nowMs: () => number;
  /** Stops a push that is under way: what it has begun would be swapped out. */
  readonly interruptPush: () => void;
  /** Has indexes filled and leftovers swept. */
  readonly wakeIndexing: () => void;
  /** Resolves at the next progress of indexing, or after a while. */
  readonly nextProgress: () => Promise<void>;
  readonly whenDurable: (ts: number) => Promise<void>;
  /** Files whose documents are gone durably. */
  readonly onFilesDeleted: (keys: readonly FileKey[]) => void;
}

interface ImportFields extends ImportOrder {
  readonly upload: string;
  readonly state: ImportState;
  /** How often a thread has taken it up in its present state. */
  readonly attempts: number;
  readonly rows: number;
  readonly rowsDone: number;
}

type ImportDocument = JobDocument<ImportFields>;
type RequestOf<Type extends ImportRequest["type"]> = Extract<ImportRequest, { readonly type: Type }>;

export const IMPORTS = new JobTable<ImportFields>("_imports");
/** An import that ends the process each time must not do so for ever. */
const ATTEMPTS_MAX = 3;
const CONFIRM_MS_MAX = 24 * 3_600_000;
const KEPT_MAX = 100;
const CHECKPOINTS_MAX = 1_000;
/** Entries of staged tables that are added in one turn of the engine: less than a millisecond. */
const SLICE_ENTRIES_MAX = 500;

export class ImportService {
  readonly #options: ImportServiceOptions;
  readonly #database: Database;
  readonly #staged = new Map<string, StagedImport>();

  constructor(options: ImportServiceOptions) {
    this.#options = options;
    this.#database = options.database;
  }

  /** When the engine starts: what an import had staged is of no use any more. */
  load(): void {
    dropStaged(this.#database, () => false);
  }

  /** Throws {@link TransferRefusal}. */
  async handle(request: ImportRequest): Promise<object> {
    switch (request.type) {
      case "create":
        return this.#create(request);
      case "confirm":
        return this.#confirm(request);
      case "cancel":
        return this.#cancel(request.importId);
      case "unfinished":
        return this.#unfinished();
      case "begin":
        return this.#begin(request.importId);
      case "ready":
        return this.#ready(request);
      case "fail":
        return this.#fail(request.importId, request.message);
      case "progress":
        return this.#progress(request);
      case "stage":
        return this.#stage(request);
      case "write":
        return await this.#write(request);
      case "append":
        return await this.#append(request);
      case "finish":
        return await this.#finish(request);
    }
  }

  #create({ upload, format, mode, tableName, componentPath }: RequestOf<"create">): object {
    const fields = { upload, format, mode, tableName, componentPath, state: { state: "uploaded" } as const, attempts: 0, rows: 0, rowsDone: 0 };
    return { importId: inTransaction(this.#database, (transaction) => IMPORTS.insert(transaction, fields)) };
  }

  #confirm({ importId, actor }: RequestOf<"confirm">): object {
    return this.#change(importId, ({ state, tableName, componentPath, mode, format }, transaction) => {
      if (state.state === "in_progress" || state.state === "completed") return {};
      if (state.state !== "waiting_for_confirmation") throw new TransferRefusal("ImportNotWaiting", state.state === "failed" ? `The import has failed: ${state.error_message}` : "The import is not ready to be confirmed: its file is still being read.");
      recordAudit(transaction, { action: "snapshot_import", actor, metadata: { import_id: importId, import_mode: mode, import_format: format, table_name: tableName, component: componentPath } });
      return { state: { state: "in_progress", progress_message: "Importing", checkpoint_messages: [] }, attempts: 0 };
    });
  }

  #cancel(importId: string): object {
    return this.#change(importId, ({ state }) => {
      if (state.state === "completed") throw new TransferRefusal("ImportCompleted", "The import is completed; it can't be cancelled any more.");
      return state.state === "failed" ? {} : failed("The import was canceled.");
    });
  }

  #unfinished(): UnfinishedImports {
    const all = inTransaction(this.#database, (transaction) => {
      for (const [i, document] of IMPORTS.list(transaction).entries()) {
        const { state } = document.state;
        const isOver = state === "completed" || state === "failed";
        if (isOver && i >= KEPT_MAX) IMPORTS.update(transaction, document, null);
        if (state === "waiting_for_confirmation" && this.#options.nowMs() - document._creationTime > CONFIRM_MS_MAX) IMPORTS.update(transaction, document, failed("Nobody has confirmed the import within a day."));
      }
      return IMPORTS.list(transaction);
    });
    const open = all.filter(({ state }) => state.state !== "completed" && state.state !== "failed");
    const work = open.filter(({ state }) => state.state !== "waiting_for_confirmation");
    const used = all.filter((document) => !open.includes(document)).map(({ upload }) => upload);
    return { imports: work.map(({ _id }) => _id).reverse(), uploads: open.map(({ upload }) => upload), used };
  }

  #begin(importId: string): ImportJob {
    const { format, mode, tableName, componentPath, upload, attempts, rows, rowsDone, state } = this.#find(importId);
    if (state.state !== "uploaded" && state.state !== "in_progress") throw notWanted();
    if (attempts >= ATTEMPTS_MAX) {
      this.#fail(importId, `The server stopped ${attempts} times while it worked on this import. Its log may say why; import less at a time.`);
      throw notWanted();
    }
    this.#dropStaged(importId);
    this.#change(importId, () => ({ attempts: attempts + 1 }));
    return { importId, format, mode, tableName, componentPath, upload, rows, rowsDone, phase: state.state === "uploaded" ? "prepare" : "perform" };
  }

  #ready({ importId, message, isDestructive, rows }: RequestOf<"ready">): object {
    return this.#change(importId, ({ state }) => {
      if (state.state !== "uploaded") throw notWanted();
      return { rows, attempts: 0, state: { state: "waiting_for_confirmation", message_to_confirm: message, require_manual_confirmation: isDestructive } };
    });
  }

  #fail(importId: string, message: string): object {
    return this.#change(importId, ({ state }) => (state.state === "completed" || state.state === "failed" ? {} : failed(message)));
  }

  #progress({ importId, message, checkpoint }: RequestOf<"progress">): object {
    return this.#change(importId, ({ state }) => {
      if (state.state !== "in_progress") throw notWanted();
      const lines = checkpoint === null || state.checkpoint_messages.length >= CHECKPOINTS_MAX ? state.checkpoint_messages : [...state.checkpoint_messages, checkpoint];
      return { state: { state: "in_progress", progress_message: message, checkpoint_messages: lines } };
    });
  }

  #stage({ importId, targets, schemas }: RequestOf<"stage">): StagedTables {
    const { mode, componentPath, rows } = this.#running(importId);
    return this.#importing(() => {
      const creationTime = this.#database.reserveCreationTimes(Math.max(rows, 1));
      if (mode === "append") return { tables: openTables(this.#database, componentPath, targets), creationTime };
      const staged = new StagedImport(this.#database, importId, { mode, componentPath }, targets, schemas);
      this.#staged.set(importId, staged);
      return { tables: staged.open(), creationTime };
    });
  }

  async #write({ importId, ops, documents }: RequestOf<"write">): Promise<Written> {
    const duplicate = documents.findIndex((key) => this.#database.reader.get(key) !== undefined);
    if (duplicate !== -1) return { duplicate };
    for (let done = 0; done < ops.length; done += SLICE_ENTRIES_MAX) {
      await this.#database.roomForUnseen();
      this.#stagedOf(importId);
      this.#database.applyUnseen(ops.slice(done, done + SLICE_ENTRIES_MAX));
    }
    return { duplicate: null };
  }

  async #append({ importId, namespace, name, documents, rowsDone }: RequestOf<"append">): Promise<Written> {
    const document = this.#running(importId);
    const duplicate = this.#importing(() => {
      const transaction = this.#database.begin("mutation", NO_TRANSACTION_LIMITS);
      const table = transaction.table(namespace, name);
      if (table === undefined) throw new ImportError(`The table "${name}" was deleted while the import was running.`);
      const existing = documents.findIndex(([id]) => transaction.get(table, id) !== undefined);
      if (existing !== -1) return existing;
      const names = new TableNames(transaction, namespace);
      for (const [id, text] of documents) {
        const value = parseValue(text) as DocumentValue;
        transaction.schemas.enforce(namespace, name, value, names);
        transaction.write(table, id, null, { text, value });
      }
      IMPORTS.update(transaction, document, { rowsDone });
      this.#database.commit(transaction);
      return null;
    });
    if (duplicate !== null) return { duplicate };
    await this.#options.whenDurable(this.#database.lastTs);
    return { duplicate: null };
  }

  async #finish({ importId, rows }: RequestOf<"finish">): Promise<object> {
    const completed = { state: { state: "completed", num_rows_written: BigInt(rows) } } as const;
    if (this.#running(importId).mode === "append") return this.#change(importId, () => completed);
    const staged = this.#stagedOf(importId);
    staged.fillIndexes();
    this.#options.wakeIndexing();
    while (!staged.isIndexed) {
      await this.#options.nextProgress();
      this.#stagedOf(importId);
    }
    this.#options.interruptPush();
    const gone = this.#importing(() =>
      inTransaction(this.#database, (transaction) => {
        const { replaced, cleared, deleted } = staged.finish(transaction);
        IMPORTS.update(transaction, IMPORTS.get(transaction, importId)!, completed);
        return [...replaced, ...cleared, ...deleted].filter(({ name }) => name === FILES_TABLE);
      }),
    );
    this.#staged.delete(importId);
    await this.#options.whenDurable(this.#database.lastTs);
    await this.#tellDeletedFiles(gone);
    this.#options.wakeIndexing();
    return {};
  }

  /** Before their documents are swept. What is not told, because the process ends, the sweeper of files finds. */
  async #tellDeletedFiles(tables: readonly Table[]): Promise<void> {
    for (const table of tables) {
      const walk = new TableWalk(this.#database, table);
      for (let slice = walk.next(); slice.length > 0; slice = walk.next()) {
        const gone = slice.map(({ id }) => decodeId(id)!.internal).filter((internalId) => !this.#hasFile(internalId));
        this.#options.onFilesDeleted(gone.map((internalId) => Buffer.from(internalId).toString("hex")));
        await nextTurn();
      }
    }
  }

  #hasFile(internalId: Uint8Array): boolean {
    const { catalog, reader } = this.#database;
    return [...catalog.tables()].some((table) => table.name === FILES_TABLE && reader.get(table.documentKey(encodeId(table.number, internalId))) !== undefined);
  }

  #dropStaged(importId: string): void {
    this.#staged.delete(importId);
    dropStaged(this.#database, (maker) => maker !== importId);
    this.#options.wakeIndexing();
  }

  #find(importId: string, transaction: Transaction = this.#database.begin("query", NO_TRANSACTION_LIMITS)): ImportDocument {
    const document = IMPORTS.get(transaction, importId);
    if (document === null) throw new TransferRefusal("UnknownImport", "There is no import with this id.");
    return document;
  }

  /** Throws where it is no longer wanted, or can't come to its end. */
  #stagedOf(importId: string): StagedImport {
    this.#running(importId);
    const staged = this.#staged.get(importId);
    if (staged === undefined) throw notWanted();
    if (staged.isUndone) throw new TransferRefusal("ImportFailed", "The disk refused writes while the import was running: is it full? Nothing was imported. Make room, and import again.");
    return staged;
  }

  #running(importId: string): ImportDocument {
    const document = this.#find(importId);
    if (document.state.state !== "in_progress") throw notWanted();
    return document;
  }

  #change(importId: string, change: (document: ImportDocument, transaction: Transaction) => Partial<ImportFields>): object {
    const changes = inTransaction(this.#database, (transaction) => {
      const document = this.#find(importId, transaction);
      const made = change(document, transaction);
      IMPORTS.update(transaction, document, made);
      return made;
    });
    if (changes.state?.state === "failed") this.#dropStaged(importId);
    return {};
  }

  /** What is wrong with the import is told as such. */
  #importing<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof ImportError || error instanceof DatabaseError) throw new TransferRefusal("ImportFailed", error.message);
      throw error;
    }
  }
}

function failed(message: string): Partial<ImportFields> {
  return { state: { state: "failed", error_message: message } };
}

function notWanted(): TransferRefusal {
  return new TransferRefusal(NOT_WANTED, "The import is over: it was cancelled, or has failed.");
}
