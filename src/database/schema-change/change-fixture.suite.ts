/** A database in memory with a schema, for the tests of this folder and of the deploys. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { MemoryStore } from "../../storage/memory.js";
import type { ValidatorJson } from "../../values/validator.js";
import { Database } from "../database.js";
import { Documents } from "../documents.js";
import type { SchemaJson, TableDefinitionJson } from "../schema.js";
import { CREATION_INDEX, type IndexRecord } from "../table.js";
import { BackgroundIndexing } from "./background-indexing.js";
import { SchemaChange } from "./schema-change.js";
import { parseDocument } from "./table-walk.js";
import { presentHere } from "../stored-document.js";

export const STRING: ValidatorJson = { type: "string" };

/** `fields` are all required. */
export function tableJson(tableName: string, fields: Readonly<Record<string, ValidatorJson>>, more: Partial<TableDefinitionJson> = {}): TableDefinitionJson {
  const value = Object.fromEntries(Object.entries(fields).map(([name, fieldType]) => [name, { fieldType, optional: false }]));
  return { tableName, indexes: [], documentType: { type: "object", value }, ...more };
}

export function index(indexDescriptor: string, ...fields: string[]): { indexDescriptor: string; fields: string[] } {
  return { indexDescriptor, fields };
}

export function schemaJson(...tables: TableDefinitionJson[]): SchemaJson {
  return { tables, schemaValidation: true };
}

export class ChangeFixture implements AsyncDisposable {
  readonly database: Database;
  readonly indexing: BackgroundIndexing;

  constructor(readonly store = new MemoryStore()) {
    this.database = new Database({ store, nowMs: () => 1_700_000_000_000 });
    this.indexing = new BackgroundIndexing({ database: this.database, onProgress: () => undefined });
  }

  /** Everything durable, and everything open again as after a restart. */
  async restart(): Promise<ChangeFixture> {
    await this.indexing.close();
    await this.database.idle();
    return new ChangeFixture(this.store);
  }

  insert(tableName: string, ...documents: Record<string, unknown>[]): string[] {
    const transaction = this.database.begin("mutation");
    const writer = new Documents({ transaction, namespace: "", present: presentHere });
    const ids = documents.map((document) => writer.insert(tableName, document));
    this.database.commit(transaction);
    return ids;
  }

  patch(id: string, fields: Record<string, unknown>): void {
    const transaction = this.database.begin("mutation");
    new Documents({ transaction, namespace: "", present: presentHere }).patch(id, fields);
    this.database.commit(transaction);
  }

  delete(id: string): void {
    const transaction = this.database.begin("mutation");
    new Documents({ transaction, namespace: "", present: presentHere }).delete(id);
    this.database.commit(transaction);
  }

  begin(next: SchemaJson | null): SchemaChange {
    const change = SchemaChange.begin({ database: this.database, namespace: "", next });
    this.indexing.wake();
    return change;
  }

  /** Waits until the change is ready, finishes it, and waits for what follows. */
  async push(next: SchemaJson | null): Promise<SchemaChange> {
    const change = this.begin(next);
    await Promise.all([change.check.run(), this.indexing.idle()]);
    change.finish(this.database.begin("mutation"));
    this.indexing.wake();
    await this.indexing.idle();
    return change;
  }

  indexes(tableName: string): IndexRecord[] {
    return [...this.database.catalog.table("", tableName)!.record.indexes];
  }

  /** Values of `field` in the order of the index's stored entries; fails where an entry names no document. */
  indexed(tableName: string, indexId: number, field: string): unknown[] {
    const table = this.database.catalog.table("", tableName)!;
    const { prefix } = table.indexes.find(({ record }) => record.id === indexId)!;
    return [...this.database.reader.entries({ start: prefix, end: `${prefix}\xff` })].map(([, id]) => parseDocument(this.database.reader.get(table.documentKey(id))!)[field]);
  }

  /** Ids of all indexes that have stored entries. */
  storedIndexIds(): number[] {
    const ids = new Set<number>();
    for (const [key] of this.database.reader.entries({ start: "i", end: "j" })) ids.add(Buffer.from(key.slice(1, 5), "latin1").readUInt32BE());
    return [...ids];
  }

  creationIndexId(tableName: string): number {
    return this.database.catalog.table("", tableName)!.indexes.find(({ record }) => record.name === CREATION_INDEX)!.record.id;
  }

  async turns(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await nextTurn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.indexing.close();
    await this.database.idle();
  }
}
