/**
 * Reading and writing documents as values: what `ctx.db.get`, `insert`, `patch`, `replace` and `delete` mean, for one
 * namespace, on top of a {@link Transaction}. Values come from and go to user code's realm, whose parser is passed in.
 */
import { newId, tableNumberOfId, tableNumberOfValidId } from "../values/id.js";
import { DOCUMENT_LIMITS, checkDocumentSize } from "../values/limits.js";
import { encodeFieldsSized, encodePatch, IN_TRANSACTION, parseValue } from "../values/value.js";
import type { TableResolver } from "../values/validator.js";
import { DatabaseError } from "./errors.js";
import { TableNames } from "./table-names.js";
import { holdsObjects, StoredDocument, type Presenter } from "./stored-document.js";
import type { DocumentValue, Table } from "./table.js";
import type { Transaction } from "./transaction.js";

export interface DocumentsOptions {
  readonly transaction: Transaction;
  readonly namespace: string;
  readonly present: Presenter;
}

export class Documents {
  readonly #transaction: Transaction;
  readonly #namespace: string;
  readonly #present: Presenter;
  readonly #tables: TableResolver;

  constructor(options: DocumentsOptions) {
    this.#transaction = options.transaction;
    this.#namespace = options.namespace;
    this.#present = options.present;
    this.#tables = new TableNames(options.transaction, options.namespace);
  }

  /** `tableName` is given by the newer forms of the API, and then the id must belong to it. */
  get(id: string, operation: string, tableName?: string): DocumentValue | null {
    const table = this.#tableOf(id, operation, tableName);
    if (table === null) return null;
    const document = this.#transaction.read(table, id);
    return document === undefined ? null : this.#present(document);
  }

  insert(tableName: string, fields: unknown): string {
    const table = this.#transaction.ensureTable(this.#namespace, tableName);
    const id = newId(table.number);
    this.#write(table, id, null, withSystemFields(id, this.#transaction.nextCreationTime(), plainFields(fields, "insert")));
    return id;
  }

  patch(id: string, fields: unknown, tableName?: string): void {
    const { table, document } = this.#existing(id, "patch", tableName);
    const current = this.#current(document);
    const { set, unset } = encodePatch(fields);
    const next: Record<string, unknown> = { ...current, ...this.#withoutSystemFields(set, current) };
    for (const field of unset) {
      if (field === "_id" || field === "_creationTime") throw systemFieldError(field);
      delete next[field];
    }
    this.#write(table, id, document, next);
  }

  replace(id: string, fields: unknown, tableName?: string): void {
    const { table, document } = this.#existing(id, "replace", tableName);
    const { _id, _creationTime } = document.value;
    const rest = this.#withoutSystemFields(plainFields(fields, "replace"), document.value);
    this.#write(table, id, document, withSystemFields(_id, _creationTime, rest));
  }

  delete(id: string, tableName?: string): void {
    const { table, document } = this.#existing(id, "delete", tableName);
    this.#transaction.write(table, id, document, null);
  }

  /** Null where the id names no table of this namespace. */
  tableNameOf(id: string): string | null {
    const number = tableNumberOfId(id);
    return number === null ? null : this.#tables.tableNumberToName(number);
  }

  /** The id itself where it is one of `tableName`, null where it is not. */
  normalizeId(tableName: string, id: string): string | null {
    const number = tableNumberOfValidId(id);
    return number !== null && this.#tables.tableNumberToName(number) === tableName ? id : null;
  }

  #existing(id: string, operation: string, tableName: string | undefined): { table: Table; document: StoredDocument } {
    const table = this.#tableOf(id, operation, tableName);
    if (table?.name.startsWith("_") === true) throw new DatabaseError("invalidId", "System tables (prefixed with `_`) are read-only.");
    const document = table === null ? undefined : this.#transaction.read(table, id);
    if (table === null || document === undefined) throw new DatabaseError("notFound", `${capitalize(operation)} on nonexistent document ID ${id}`);
    return { table, document };
  }

  /** As user code sees it: the value that indexes go by has a number for each commit timestamp that is not known yet. */
  #current(document: StoredDocument): DocumentValue {
    return document.isUnresolved ? this.#present(document) : document.value;
  }

  /** Null where the id is well formed but names no table (any more). */
  #tableOf(id: string, operation: string, tableName: string | undefined): Table | null {
    const number = tableNumberOfId(id);
    const table = number === null ? undefined : this.#transaction.tableByNumber(this.#namespace, number);
    if (table === undefined) {
      if (tableNumberOfValidId(id) === null) throw invalidIdError(id, operation);
      return null;
    }
    if (tableName !== undefined && table.name !== tableName) {
      throw new DatabaseError("invalidId", `Invalid argument \`id\` for \`db.${operation}\`: expected to be an Id for table '${tableName}', got '${id}' which is an Id for table '${table.name}'.`);
    }
    if (id.length !== idLength(table.number) && tableNumberOfValidId(id) === null) throw invalidIdError(id, operation);
    return table;
  }

  #withoutSystemFields(fields: Record<string, unknown>, current: DocumentValue): Record<string, unknown> {
    for (const name of ["_id", "_creationTime"] as const) {
      if (name in fields && fields[name] !== undefined && fields[name] !== current[name]) throw systemFieldError(name);
    }
    return fields;
  }

  #write(table: Table, id: string, before: StoredDocument | null, value: Record<string, unknown>): void {
    const { text, size, isFlat } = encodeFieldsSized(value, DOCUMENT_LIMITS);
    checkDocumentSize(size);
    // What is stored decides, not an object whose getters may answer otherwise the next time.
    const stored = !isFlat && holdsObjects(value) ? (parseValue(text, IN_TRANSACTION) as DocumentValue) : (value as DocumentValue);
    this.#transaction.schemas.enforce(this.#namespace, table.name, stored, this.#tables);
    this.#transaction.write(table, id, before, new StoredDocument(table, id, text, stored, isFlat));
  }
}

function plainFields(fields: unknown, operation: string): Record<string, unknown> {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw new DatabaseError("invalidValue", `Invalid argument \`value\` for \`db.${operation}\`: expected an object, got ${fields === null ? "null" : Array.isArray(fields) ? "an array" : typeof fields}.`);
  }
  return fields as Record<string, unknown>;
}

/** They stand first, where the order of names has them too as a rule: then nothing is to be sorted. */
function withSystemFields(_id: unknown, _creationTime: unknown, fields: Record<string, unknown>): Record<string, unknown> {
  const document: Record<string, unknown> = { _creationTime, _id, ...fields };
  document["_id"] = _id;
  document["_creationTime"] = _creationTime;
  return document;
}

function systemFieldError(field: string): DatabaseError {
  return new DatabaseError("invalidValue", `The system field \`${field}\` of a document can't be changed. Leave it out, or pass the value that it has.`);
}

function invalidIdError(id: string, operation: string): DatabaseError {
  return new DatabaseError("invalidId", `Invalid argument \`id\` for \`db.${operation}\`: Unable to decode ID: Invalid ID '${id.slice(0, 64)}'. Pass an id that the database gave you.`);
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Ids of one table have one length; a table's first id tells it. */
function idLength(tableNumber: number): number {
  let length = idLengths.get(tableNumber);
  if (length === undefined) {
    length = newId(tableNumber).length;
    idLengths.set(tableNumber, length);
  }
  return length;
}

const idLengths = new Map<number, number>();
