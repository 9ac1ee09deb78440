/**
 * Makes a document of a row: decides what its values are, gives it the system fields that it lacks, and holds it against every
 * rule that a document of its table must keep. Throws {@link ImportError} with the place in the file.
 */
import type { Schema } from "../../database/schema.js";
import { indexKeys } from "../../database/index-keys.js";
import type { Key } from "../../storage/store.js";
import type { DocumentValue, Table } from "../../database/table.js";
import { DatabaseError } from "../../database/errors.js";
import { decodeId } from "../../values/id.js";
import { DOCUMENT_LIMITS, checkDocumentSize } from "../../values/limits.js";
import { formatSchemaError, type TableResolver } from "../../values/validator.js";
import { ValueError, decodeValue, encodeValueSized, type JsonValue, type Value } from "../../values/value.js";
import { ImportError, importErrorAt } from "./import-error.js";
import type { Row } from "./rows.js";
import { membersOf, valueOfShape, type Shape } from "./shape.js";

export interface ImportedDocument {
  readonly id: string;
  /** Whether the id was in the file. */
  readonly hasOwnId: boolean;
  /** As it is stored. */
  readonly text: string;
  /** In the order of `table.indexes`. */
  readonly keys: readonly Key[];
}

export interface DocumentReaderOptions {
  /** As it will be: its number is that of new ids, and ids in the file must be of it. */
  readonly table: Table;
  /** Name of the file within an archive; null where it is the file itself. */
  readonly fileName: string | null;
  /** Null where documents are not held against one. */
  readonly schema: Schema | null;
  /** Names of tables as they will be. */
  readonly tables: TableResolver;
  /** Of exported documents; null: values are what JSON says. */
  readonly shape: Shape | null;
  /** Of a document that has none. */
  readonly nextId: () => string;
  readonly nextCreationTime: () => number;
}

export class DocumentReader {
  readonly #shapes: readonly Shape[] | null;

  constructor(private readonly options: DocumentReaderOptions) {
    this.#shapes = options.shape === null ? null : membersOf([options.shape]);
  }

  read(row: Row): ImportedDocument {
    try {
      return this.#read(row.json);
    } catch (error) {
      if (!(error instanceof ImportError || error instanceof ValueError || error instanceof DatabaseError)) throw error;
      throw importErrorAt(this.placeOf(row), error.message);
    }
  }

  placeOf({ where }: Row): string {
    return this.options.fileName === null ? where : `${this.options.fileName}, ${where}`;
  }

  #read(json: JsonValue): ImportedDocument {
    const { table, schema, tables } = this.options;
    if (typeof json !== "object" || json === null || Array.isArray(json)) throw new ImportError(`a document must be a JSON object, and this is ${json === null ? "null" : Array.isArray(json) ? "an array" : `a ${typeof json}`}.`);
    const fields = this.#valueOf(json);
    const { _id, _creationTime, ...rest } = fields;
    const id = _id === undefined ? this.options.nextId() : this.#checkedId(_id);
    const value: DocumentValue = { ...rest, _id: id, _creationTime: this.#checkedTime(_creationTime) };
    const { text, size } = encodeValueSized(value, DOCUMENT_LIMITS);
    checkDocumentSize(size);
    const failure = schema?.failure(table.name, value, tables) ?? null;
    if (failure !== null) throw new ImportError(formatSchemaError(table.name, failure));
    return { id, hasOwnId: _id !== undefined, text, keys: indexKeys(table, id, value) };
  }

  #valueOf(json: { [field: string]: JsonValue }): { readonly [field: string]: Value | undefined } {
    const value = this.#shapes === null ? decodeValue(json) : valueOfShape(json, this.#shapes);
    if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof ArrayBuffer) throw new ImportError("a document must be an object of fields.");
    return value;
  }

  #checkedId(id: Value): string {
    const { table } = this.options;
    const decoded = typeof id === "string" ? decodeId(id) : null;
    if (decoded === null) throw new ImportError(`the field "_id" must be an id in the format of the database, not ${JSON.stringify(id).slice(0, 64)}. Leave it out, and the document gets a new one; keep values of your own under another name.`);
    if (decoded.tableNumber !== table.number) {
      const owner = this.options.tables.tableNumberToName(decoded.tableNumber);
      throw new ImportError(`the _id ${id as string} is not one of table "${table.name}"${owner === null ? "" : ` but of "${owner}"`}: all ids in a file must be of one table, and of this one where it has documents already. Leave "_id" out, and the documents get new ids, or import with --replace.`);
    }
    return id as string;
  }

  #checkedTime(time: Value | undefined): number {
    if (time === undefined) return this.options.nextCreationTime();
    if (typeof time === "number" && Number.isFinite(time)) return time;
    throw new ImportError('the field "_creationTime" must be a number of milliseconds since 1970. Leave it out, and the document gets the time of the import.');
  }
}

/** The number of the table that a row's id is of; null where it has none, or a wrong one. */
export function tableNumberOfRow({ json }: Row): number | null {
  const id = typeof json === "object" && json !== null && !Array.isArray(json) ? json["_id"] : undefined;
  return typeof id === "string" ? (decodeId(id)?.tableNumber ?? null) : null;
}
