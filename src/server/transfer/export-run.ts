/**
 * The work of an export, on a thread of its own: one snapshot of the store, written as a zip archive while the engine goes on.
 *
 *     README.md
 *     _tables/documents.jsonl               {"name": "messages", "id": 10001}, one line for each table
 *     <table>/documents.jsonl               documents in the order of their ids
 *     <table>/generated_schema.jsonl        their shape; see shape.ts
 *     _storage/documents.jsonl, _storage/<id>.<extension>     with files only
 *     _components/<name>/…                  the same again, for each component that is mounted
 */
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ZipFile } from "yazl";
import { prefixRange } from "../../database/keys.js";
import type { Table } from "../../database/table.js";
import type { SnapshotSource } from "../../storage/store.js";
import { syncFolder } from "../../storage/sync-folder.js";
import { decodeId } from "../../values/id.js";
import { parseValue } from "../../values/value.js";
import type { FileStore } from "../files/file-store.js";
import { extensionOf } from "./file-extension.js";
import { FILES_TABLE } from "./import-archive.js";
import { ShapeBuilder } from "./shape-builder.js";
import { SnapshotView } from "./snapshot-view.js";
import type { ExportJob } from "./transfer-messages.js";
import type { WorkerLink } from "./worker-link.js";

export interface ExportRunOptions {
  readonly link: WorkerLink;
  readonly store: SnapshotSource;
  readonly openFiles: () => Promise<FileStore>;
  /** Of the archive. */
  readonly path: string;
  readonly ageMsMax: number;
}

const CHUNK_CHARS = 64 * 1024;
const README = `This is an export of the data of a Rivulet deployment. Each folder is a table: documents.jsonl has its documents, one on
each line, and generated_schema.jsonl says what kinds of values they hold. Import it with: npx convex import <file>.zip
`;

export class ExportRun {
  readonly #zip = new ZipFile();
  readonly #mtime = new Date();
  #files: FileStore | null = null;

  constructor(
    private readonly options: ExportRunOptions,
    private readonly job: ExportJob,
  ) {}

  async run(): Promise<void> {
    const { link, path, store } = this.options;
    const view = new SnapshotView(store);
    const partial = `${path}.new`;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      if (this.job.includeStorage) this.#files = await this.options.openFiles();
      this.#zip.addBuffer(Buffer.from(README + leftOut(view)), "README.md", { mtime: this.#mtime });
      for (const component of view.components) this.#addComponent(view, component);
      const failure = new AbortController();
      this.#zip.on("error", (error) => failure.abort(error));
      this.#zip.end();
      await pipeline(this.#zip.outputStream, createWriteStream(partial, { mode: 0o600, flush: true }), { signal: failure.signal }).catch((error: unknown) => {
        throw failure.signal.aborted ? failure.signal.reason : error;
      });
      await rename(partial, path);
      await syncFolder(dirname(path));
      await link.call({ kind: "export", request: { type: "done", exportId: this.job.exportId, startTs: view.ts, size: (await stat(path)).size, ageMsMax: this.options.ageMsMax } });
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    } finally {
      view.release();
    }
  }

  #addComponent(view: SnapshotView, component: string): void {
    const folder = component === "" ? "" : component.split("/").map((name) => `_components/${name}/`).join("");
    const tables = [...view.catalog.tables()].filter(({ record }) => record.namespace === component).sort((a, b) => a.number - b.number);
    const named = tables.filter(({ name }) => !name.startsWith("_"));
    const numbers = named.map(({ name, number }) => `${JSON.stringify({ name, id: number })}\n`).join("");
    this.#zip.addBuffer(Buffer.from(numbers), `${folder}_tables/documents.jsonl`, { mtime: this.#mtime });
    for (const table of named) this.#addTable(view, table, folder);
    const files = tables.find(({ name }) => name === FILES_TABLE);
    if (files === undefined || this.#files === null) return;
    this.#addTable(view, files, folder);
    this.#addFiles(view, files, folder, this.#files);
  }

  /** The shape is known when all documents have been read: so they are read once before they are written. */
  #addTable(view: SnapshotView, table: Table, folder: string): void {
    const shape = new ShapeBuilder();
    let isEmpty = true;
    this.#add(`${folder}${table.name}/documents.jsonl`, async () => {
      let count = 0;
      for (const [, text] of documentsOf(view, table)) {
        isEmpty = false;
        shape.add(parseValue(text));
        if (++count % 1_000 === 0) await this.#turn();
      }
      return Readable.from(this.#lines(view, table, shape), { objectMode: false });
    });
    this.#add(`${folder}${table.name}/generated_schema.jsonl`, async () => await Promise.resolve(Readable.from([isEmpty ? "" : `${JSON.stringify(shape.print(table.number))}\n`], { objectMode: false })));
  }

  async *#lines(view: SnapshotView, table: Table, shape: ShapeBuilder): AsyncGenerator<Buffer> {
    let lines = "";
    for (const [, text] of documentsOf(view, table)) {
      // Text without special values is in the export format already.
      lines += text.includes('"$') ? `${shape.write(parseValue(text))}\n` : `${text}\n`;
      if (lines.length < CHUNK_CHARS) continue;
      yield Buffer.from(lines);
      lines = "";
      await this.#turn();
    }
    if (lines !== "") yield Buffer.from(lines);
  }

  #addFiles(view: SnapshotView, table: Table, folder: string, files: FileStore): void {
    for (const [, text] of documentsOf(view, table)) {
      const { _id, size, contentType = null } = parseValue(text) as { _id: string; size: number; contentType?: string };
      this.#add(`${folder}${FILES_TABLE}/${_id}${extensionOf(contentType)}`, async () => {
        if (size === 0) return Readable.from([], { objectMode: false });
        const key = Buffer.from(decodeId(_id)!.internal).toString("hex");
        const bytes = await files.read(key, { start: 0, end: size - 1 }, size);
        if (bytes === null) throw new Error(`the bytes of the file ${_id} are gone, and the database still speaks of it. Restore them from a backup, or delete the file`);
        return bytes;
      }, contentType?.startsWith("text/") ?? false);
    }
  }

  #add(name: string, openStream: () => Promise<Readable>, compress = true): void {
    this.#zip.addReadStreamLazy(name, { mtime: this.#mtime, compress }, (opened) => {
      openStream().then(
        (stream) => {
          stream.once("error", (error) => this.#zip.emit("error", error));
          opened(null, stream);
        },
        (error: unknown) => this.#zip.emit("error", error),
      );
    });
  }

  async #turn(): Promise<void> {
    await nextTurn();
    this.options.link.checkpoint();
  }
}

/** What nobody mounts could not be imported again: an import wants its component mounted. */
function leftOut({ unmounted }: SnapshotView): string {
  if (unmounted.length === 0) return "";
  return `\nNot in it, because they are no longer mounted, is the data of these components: ${unmounted.join(", ")}. Mount them and export again,\nor make a backup (rivulet backup), which has everything.\n`;
}

function documentsOf({ reader }: SnapshotView, { documentPrefix }: Table): Iterable<readonly [string, string]> {
  return reader.entries(prefixRange(documentPrefix));
}
