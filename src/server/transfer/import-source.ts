/** What is to be imported, whatever its format: tables with rows, in the places that they go to. */
import type { Entry } from "yauzl";
import type { JsonValue } from "../../values/value.js";
import { tableNumberOfRow } from "./document-reader.js";
import { FILES_TABLE, layoutOf, type ArchiveTable } from "./import-archive.js";
import { ImportError, importErrorAt } from "./import-error.js";
import { rowsOf, type Row, type Rows } from "./rows.js";
import { parseShape, type Shape } from "./shape.js";
import type { ImportJob } from "./transfer-messages.js";
import type { UploadedFile } from "./upload-folder.js";
import { ZipReader, zipError } from "./zip-reader.js";

export interface SourceTable {
  readonly namespace: string;
  readonly name: string;
  /** Its entry in an archive; null where it is a file of its own. */
  readonly fileName: string | null;
  /** Of its ids; null where nothing says. */
  readonly number: number | null;
  readonly shape: Shape | null;
  /** Bytes of files by id, of the table of files only. */
  readonly files: ReadonlyMap<string, Entry> | null;
  /** From the first on, each time. */
  readonly rows: () => Rows;
}

const TABLE_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const SHAPE_BYTES_MAX = 16 * 2 ** 20;

export class ImportSource {
  private constructor(
    readonly tables: readonly SourceTable[],
    private readonly zip: ZipReader | null,
  ) {}

  /** `components` are the paths of those that there are. Throws {@link ImportError}. */
  static async open(job: ImportJob, file: UploadedFile, components: readonly string[], unpackedBytesMax: number): Promise<ImportSource> {
    checkComponent(job.componentPath, components);
    const { format, tableName } = job;
    if (format !== "zip") {
      const rows = (): Rows => rowsOf(format, file.stream());
      return new ImportSource([{ namespace: job.componentPath, name: checkedName(tableName ?? ""), fileName: null, number: await firstNumber(rows), shape: null, files: null, rows }], null);
    }
    const zip = await ZipReader.open(file, unpackedBytesMax);
    try {
      return new ImportSource(await archiveTables(zip, job.componentPath, components), zip);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  close(): void {
    this.zip?.close();
  }
}

async function archiveTables(zip: ZipReader, root: string, components: readonly string[]): Promise<SourceTable[]> {
  const { tables, numbers, files } = layoutOf(zip);
  const declared = new Map<string, ReadonlyMap<string, number>>();
  for (const [component, entry] of numbers) declared.set(component, await readNumbers(zip, entry));
  const sources: SourceTable[] = [];
  for (const table of tables) {
    const { component, name, documents } = table;
    const namespace = [root, component].filter((path) => path !== "").join("/");
    checkComponent(namespace, components);
    if (name !== FILES_TABLE) checkedName(name);
    const rows = (): Rows => archiveRows(zip, documents);
    const number = declared.get(component)?.get(name) ?? (await firstNumber(rows));
    sources.push({ namespace, name, fileName: documents.fileName, number, shape: await readShape(zip, table), files: name === FILES_TABLE ? (files.get(component) ?? new Map<string, Entry>()) : null, rows });
  }
  return sources;
}

async function* archiveRows(zip: ZipReader, entry: Entry): Rows {
  let stream;
  try {
    stream = await zip.stream(entry);
    yield* rowsOf("jsonLines", stream);
  } catch (error) {
    if (error instanceof ImportError) throw importErrorAt(entry.fileName, error.message);
    throw zipError(error as Error);
  } finally {
    stream?.destroy();
  }
}

async function firstNumber(rows: () => Rows): Promise<number | null> {
  for await (const batch of rows()) for (const row of batch) return tableNumberOfRow(row);
  return null;
}

async function allRows(rows: Rows): Promise<Row[]> {
  const all: Row[] = [];
  for await (const batch of rows) all.push(...batch);
  return all;
}

async function readNumbers(zip: ZipReader, entry: Entry): Promise<ReadonlyMap<string, number>> {
  const numbers = new Map<string, number>();
  for (const { where, json } of await allRows(archiveRows(zip, bounded(entry)))) {
    const { name, id } = (json ?? {}) as { readonly [field: string]: JsonValue };
    if (typeof name !== "string" || typeof id !== "number" || !Number.isInteger(id)) throw importErrorAt(`${entry.fileName}, ${where}`, 'a line must say the name and number of a table: {"name": "messages", "id": 10001}.');
    numbers.set(name, id);
  }
  return numbers;
}

async function readShape(zip: ZipReader, { shape }: ArchiveTable): Promise<Shape | null> {
  if (shape === null) return null;
  const [row, ...more] = await allRows(archiveRows(zip, bounded(shape)));
  if (row === undefined) return null;
  const members = [row, ...more].map(({ where, json }) => {
    try {
      return parseShape(String(json));
    } catch (error) {
      throw importErrorAt(`${shape.fileName}, ${where}`, `the shape can't be understood: ${(error as Error).message}. Remove the file from the archive, and values are what JSON says: texts stay texts, also those that stand for an int64 or for bytes.`);
    }
  });
  return members.length === 1 ? members[0]! : { type: "union", members };
}

/** Read as a whole, so it must be small. */
function bounded(entry: Entry): Entry {
  if (entry.uncompressedSize > SHAPE_BYTES_MAX) throw new ImportError(`The entry ${JSON.stringify(entry.fileName)} of the zip archive is larger than ${SHAPE_BYTES_MAX / 2 ** 20} MiB. Make the archive again.`);
  return entry;
}

function checkedName(name: string): string {
  if (TABLE_NAME.test(name)) return name;
  throw new ImportError(`${JSON.stringify(name.slice(0, 64))} can't be the name of a table: names are letters, digits and underscores, start with a letter and have at most 64 characters.${name.startsWith("_") ? " System tables can't be imported." : ""}`);
}

function checkComponent(path: string, components: readonly string[]): void {
  if (components.includes(path)) return;
  const known = components.filter((component) => component !== "");
  throw new ImportError(`There is no component "${path.slice(0, 100)}" here. ${known.length === 0 ? "The app mounts none" : `The app mounts ${known.slice(0, 20).join(", ")}`}: deploy an app that mounts it first, or leave it out of the import.`);
}
