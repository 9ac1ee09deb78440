/**
 * The work of an import, on a thread of its own. It reads the file twice: first to check every row, before anybody is asked to
 * confirm and before anything is changed; then to write. Both times row by row, so that memory does not grow with the file.
 */
import { CREATION_TIME_STEP_MS } from "../../database/database.js";
import { definitionsOf } from "../../database/schema-change/index-diff.js";
import { countDocuments } from "../../database/schema-change/table-size.js";
import { Table, type IndexRecord } from "../../database/table.js";
import type { SnapshotSource, WriteOp } from "../../storage/store.js";
import { newId } from "../../values/id.js";
import type { TableResolver } from "../../values/validator.js";
import { DocumentReader, type DocumentReaderOptions, type ImportedDocument } from "./document-reader.js";
import { existingBytes, fileDocument, readFileRow } from "./file-rows.js";
import { GatheredEntries } from "./gathered-entries.js";
import { IdSet } from "./id-set.js";
import { declaredTable, importEffect, type ImportEffect } from "./import-effect.js";
import { importErrorAt } from "./import-error.js";
import { ImportSource, type SourceTable } from "./import-source.js";
import { describeImport } from "./import-summary.js";
import { OrderedIds } from "./ordered-ids.js";
import type { Row } from "./rows.js";
import { SnapshotView } from "./snapshot-view.js";
import { NEW_NUMBER } from "./table-numbers.js";
import type { ImportJob, ImportRequest, StagedTables, Written } from "./transfer-messages.js";
import type { UploadFolder } from "./upload-folder.js";
import type { WorkerLink } from "./worker-link.js";

export interface ImportRunOptions {
  readonly link: WorkerLink;
  readonly store: SnapshotSource;
  readonly uploads: UploadFolder;
  readonly unpackedBytesMax: number;
  readonly fileBytesMax: number;
  readonly nowMs: () => number;
}

/** Ids that are remembered (in 32 MB) to find one twice in a file before anything is written; of more, it is found when they are written. */
const REMEMBERED_IDS_MAX = 1_000_000;
/** A table whose number is not known yet: no id in a file can be of it. */
const UNKNOWN_NUMBER = 2 ** 31;
const BATCH_DOCUMENTS = 500;
const BATCH_CHARS = 512 * 1024;
/** In one transaction, and so in one turn of the engine. */
const APPEND_DOCUMENTS = 200;
const PROGRESS_MS = 1_000;
const COUNTED_MAX = 100_000;

export class ImportRun {
  constructor(
    private readonly options: ImportRunOptions,
    private readonly job: ImportJob,
  ) {}

  /** Throws {@link ImportError} for what is wrong with the file or with importing it here. */
  async run(): Promise<void> {
    const { store, uploads, unpackedBytesMax } = this.options;
    const view = new SnapshotView(store);
    try {
      const source = await ImportSource.open(this.job, await uploads.open(this.job.upload), view.components, unpackedBytesMax);
      try {
        if (this.job.phase === "prepare") await this.#prepare(source, view);
        else await this.#perform(source, view);
      } finally {
        source.close();
      }
    } finally {
      view.release();
    }
  }

  async #prepare({ tables }: ImportSource, view: SnapshotView): Promise<void> {
    const { mode, componentPath, importId } = this.job;
    const effect = importEffect(view, mode, componentPath, tables);
    const added: number[] = [];
    for (const [i, table] of tables.entries()) added.push(await this.#checkRows(table, effect, view, UNKNOWN_NUMBER + i));
    const counted = (found: Table): number => countDocuments(view.reader, found, COUNTED_MAX);
    const { message, isDestructive } = describeImport(tables.map(({ namespace, name }, i) => ({ namespace, name, added: added[i]! })), effect, counted, COUNTED_MAX);
    await this.#ask({ type: "ready", importId, message, isDestructive, rows: added.reduce((sum, count) => sum + count, 0) });
  }

  /** How many there are. */
  async #checkRows(source: SourceTable, effect: ImportEffect, view: SnapshotView, unknownNumber: number): Promise<number> {
    const { link, fileBytesMax } = this.options;
    const { namespace, name } = source;
    const number = effect.numbers.get(namespace)!.get(name)!;
    const table = this.#tableToCheck(source, number === NEW_NUMBER ? unknownNumber : number, view);
    const reader = this.#readerOf(source, table, effect, view, { nextId: () => newId(table.number), nextCreationTime: () => this.options.nowMs() });
    const existing = this.job.mode === "append" ? view.catalog.table(namespace, name) : undefined;
    const ids = new IdSet(REMEMBERED_IDS_MAX);
    let rows = 0;
    for await (const batch of source.rows()) {
      link.checkpoint();
      view.renewReader();
      for (const row of batch) {
        rows++;
        if (source.files !== null) {
          const file = readFileRow(row, source.fileName!, table.number, source.files, fileBytesMax);
          existingBytes(file, reader.placeOf(row), view, namespace, effect.replaced.some((replaced) => replaced.record.namespace === namespace && replaced.name === name));
          if (ids.add(file.id)) throw duplicateId(file.id, reader.placeOf(row));
          continue;
        }
        const { id, hasOwnId } = reader.read(row);
        if (!hasOwnId) continue;
        if (ids.add(id) || (existing !== undefined && view.reader.get(existing.documentKey(id)) !== undefined)) throw duplicateId(id, reader.placeOf(row));
      }
    }
    return rows;
  }

  #tableToCheck({ namespace, name }: SourceTable, number: number, { schemas }: SnapshotView): Table {
    const declared = declaredTable(schemas, namespace, name);
    const indexes = declared === null ? [] : definitionsOf(declared).map((definition): IndexRecord => ({ ...definition, id: 0, state: "ready", enabled: false }));
    return new Table({ namespace, name, number, creationIndexId: 0, indexes });
  }

  #readerOf(source: SourceTable, table: Table, effect: ImportEffect, view: SnapshotView, given: Pick<DocumentReaderOptions, "nextId" | "nextCreationTime">): DocumentReader {
    const schema = view.schemas.get(source.namespace);
    const enforced = schema !== undefined && schema.json.schemaValidation ? schema : null;
    return new DocumentReader({ table, fileName: source.fileName, schema: enforced, tables: namesAfter(effect, source.namespace, view), shape: source.shape, ...given });
  }

  async #perform({ tables }: ImportSource, view: SnapshotView): Promise<void> {
    const { mode, componentPath, importId } = this.job;
    const effect = importEffect(view, mode, componentPath, tables);
    const schemas = [...new Set(tables.map(({ namespace }) => namespace))].map((namespace) => [namespace, schemaText(view, namespace)] as const);
    const staged = await this.#ask<StagedTables>({ type: "stage", importId, targets: tables.map(({ namespace, name, number }) => ({ namespace, name, number })), schemas });
    let creationTime = staged.creationTime + this.job.rowsDone * CREATION_TIME_STEP_MS;
    const nextCreationTime = (): number => (creationTime += CREATION_TIME_STEP_MS);
    const progress = new Progress(this.job, (request) => this.#ask(request));
    let rows = 0;
    for (const [i, source] of tables.entries()) {
      const table = new Table(staged.tables[i]!);
      const ids = new OrderedIds(table.number);
      const reader = this.#readerOf(source, table, effect, view, { nextId: () => ids.next(), nextCreationTime });
      const rowsBefore = rows;
      const write = this.#writerOf(source, table, reader, effect, view, nextCreationTime);
      for await (const batch of source.rows()) {
        view.renewReader();
        for (const row of batch) if (++rows > this.job.rowsDone) await write.add(row, rows);
        await progress.tell(source, rows - rowsBefore, rows);
      }
      await write.flush(rows);
      await progress.tableDone(source, rows - rowsBefore);
    }
    await progress.almostDone();
    await this.#ask({ type: "finish", importId, rows });
  }

  #writerOf(source: SourceTable, table: Table, reader: DocumentReader, effect: ImportEffect, view: SnapshotView, nextCreationTime: () => number): BatchWriter {
    const { importId, mode } = this.job;
    const { files, namespace, name } = source;
    const isReplacing = effect.replaced.some((replaced) => replaced.record.namespace === namespace && replaced.name === name);
    const read = files === null ? async (row: Row) => await Promise.resolve(reader.read(row)) : (row: Row) => this.#storeFile(row, source, files, table, reader.placeOf(row), isReplacing, view, nextCreationTime);
    const entries = new GatheredEntries(async (ops) => void (await this.#ask({ type: "write", importId, ops, documents: [] })));
    const send = async (documents: readonly Placed[], rowsDone: number): Promise<void> => {
      if (documents.length === 0) return;
      const { duplicate } =
        mode === "append"
          ? await this.#ask<Written>({ type: "append", importId, namespace, name, documents: documents.map(({ document: { id, text } }) => [id, text] as const), rowsDone })
          : await this.#write(table, documents, entries);
      if (duplicate !== null) throw duplicateId(documents[duplicate]!.document.id, documents[duplicate]!.where);
    };
    const placeOf = (row: Row): string => reader.placeOf(row);
    return new BatchWriter({ read, placeOf, send, end: () => entries.flush(), documentsMax: mode === "append" ? APPEND_DOCUMENTS : BATCH_DOCUMENTS });
  }

  async #write(table: Table, documents: readonly Placed[], entries: GatheredEntries): Promise<Written> {
    const ops = documents.map(({ document: { id, text } }): WriteOp => [table.documentKey(id), text]);
    const written = await this.#ask<Written>({ type: "write", importId: this.job.importId, ops, documents: ops.map(([key]) => key) });
    for (const { document } of documents) await entries.add(document.keys, document.id);
    return written;
  }

  async #storeFile(row: Row, source: SourceTable, files: NonNullable<SourceTable["files"]>, table: Table, where: string, isReplacing: boolean, view: SnapshotView, nextCreationTime: () => number): Promise<ImportedDocument> {
    const { link, fileBytesMax } = this.options;
    const file = readFileRow(row, source.fileName!, table.number, files, fileBytesMax);
    const stored = existingBytes(file, where, view, source.namespace, isReplacing) ?? (await link.store({ upload: this.job.upload, entryName: file.entry.fileName, key: file.key }));
    const { text, value } = fileDocument(file, where, table, stored, nextCreationTime);
    return { id: file.id, hasOwnId: true, text, keys: table.indexes.map((index) => index.keyOf(value, file.id)) };
  }

  async #ask<Answer = object>(request: ImportRequest): Promise<Answer> {
    return await this.options.link.call<Answer>({ kind: "import", request });
  }
}

interface Placed {
  readonly document: ImportedDocument;
  readonly where: string;
}

interface BatchWriterOptions {
  readonly read: (row: Row) => Promise<ImportedDocument>;
  readonly placeOf: (row: Row) => string;
  readonly send: (documents: readonly Placed[], rowsDone: number) => Promise<void>;
  /** After the last batch. */
  readonly end: () => Promise<void>;
  readonly documentsMax: number;
}

/** Gathers documents; while one batch is being written the next is read. */
class BatchWriter {
  #documents: Placed[] = [];
  #ids = new Set<string>();
  #chars = 0;
  #sending: Promise<void> = Promise.resolve();

  constructor(private readonly options: BatchWriterOptions) {}

  /** `rowsDone` counts this row and all before it. */
  async add(row: Row, rowsDone: number): Promise<void> {
    const { read, placeOf, documentsMax } = this.options;
    const document = await read(row);
    if (this.#ids.has(document.id)) throw duplicateId(document.id, placeOf(row));
    this.#ids.add(document.id);
    this.#documents.push({ document, where: placeOf(row) });
    this.#chars += document.text.length;
    if (this.#documents.length >= documentsMax || this.#chars >= BATCH_CHARS) await this.#next(rowsDone);
  }

  async flush(rowsDone: number): Promise<void> {
    await this.#next(rowsDone);
    await this.#sending;
    await this.options.end();
  }

  async #next(rowsDone: number): Promise<void> {
    const documents = this.#documents;
    this.#documents = [];
    this.#ids = new Set();
    this.#chars = 0;
    await this.#sending;
    this.#sending = this.options.send(documents, rowsDone);
    // Its failure is met when it is awaited; until then it must not count as unhandled.
    this.#sending.catch(() => undefined);
  }
}

class Progress {
  #toldMs = performance.now();

  constructor(
    private readonly job: ImportJob,
    private readonly ask: (request: ImportRequest) => Promise<object>,
  ) {}

  async tell(source: SourceTable, rows: number, total: number): Promise<void> {
    if (performance.now() - this.#toldMs < PROGRESS_MS) return;
    this.#toldMs = performance.now();
    await this.ask({ type: "progress", importId: this.job.importId, message: `Importing "${displayName(source)}": ${rows} documents (${total} of ${this.job.rows} in all)`, checkpoint: null });
  }

  async tableDone(source: SourceTable, rows: number): Promise<void> {
    await this.ask({ type: "progress", importId: this.job.importId, message: "Importing", checkpoint: `Read ${rows} ${source.files === null ? "documents" : "files"} of "${displayName(source)}"` });
  }

  async almostDone(): Promise<void> {
    await this.ask({ type: "progress", importId: this.job.importId, message: "Filling indexes and swapping in the tables", checkpoint: null });
  }
}

function displayName({ namespace, name }: SourceTable): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** Names behind the numbers in ids, as they will be when the import is done. */
function namesAfter({ numbers, deleted }: ImportEffect, namespace: string, { catalog }: SnapshotView): TableResolver {
  const changed = numbers.get(namespace)!;
  const imported = new Map(Array.from(changed, ([name, number]) => [number, name]));
  return {
    tableNumberToName: (number) => {
      const name = imported.get(number);
      if (name !== undefined) return name;
      const table = catalog.tableByNumber(namespace, number);
      return table === undefined || changed.has(table.name) || deleted.includes(table) ? null : table.name;
    },
  };
}

function schemaText({ schemas }: SnapshotView, namespace: string): string | null {
  const json = schemas.get(namespace)?.json;
  return json === undefined ? null : JSON.stringify(json);
}

function duplicateId(id: string, where: string): Error {
  return importErrorAt(where, `a document with the _id ${id} is there already, in the table or further up in the file. Remove one, or leave "_id" out.`);
}
