/** What becomes of an import whose writes the disk refuses. Numbers of docs/spec/data-transfer.md. */
import { expect, test } from "vitest";
import { Database } from "../../database/database.js";
import { MemoryStore } from "../../storage/memory.js";
import { SYSTEM_ACTOR } from "../audit/deployment-audit.js";
import { ImportService } from "./import-service.js";
import type { ImportRequest, StagedTables } from "./transfer-messages.js";

test("IM-46 an import whose staged writes the disk refused fails, and nothing of it shows", async () => {
  const store = new MemoryStore();
  const database = new Database({ store, nowMs: Date.now });
  const idle = (): Promise<void> => database.idle();
  const service = new ImportService({ database, nowMs: Date.now, interruptPush: () => undefined, wakeIndexing: () => undefined, nextProgress: idle, whenDurable: idle, onFilesDeleted: () => undefined });
  const ask = async <T = object>(request: ImportRequest): Promise<T> => (await service.handle(request)) as T;
  const { importId } = await ask<{ importId: string }>({ type: "create", upload: "u", format: "jsonLines", mode: "replace", tableName: "messages", componentPath: "" });
  await ask({ type: "begin", importId });
  await ask({ type: "ready", importId, message: "", isDestructive: false, rows: 2 });
  await ask({ type: "confirm", importId, actor: SYSTEM_ACTOR });
  await ask({ type: "begin", importId });
  const { tables } = await ask<StagedTables>({ type: "stage", importId, targets: [{ namespace: "", name: "messages", number: null }], schemas: [["", null]] });
  const write = (key: string): Promise<object> => ask({ type: "write", importId, ops: [[key, "{}"]], documents: [key] });
  expect(tables).toHaveLength(1);
  await write("d1");
  await database.idle();
  store.failNextWrite();
  await write("d2");
  await database.idle();
  await expect(write("d3")).rejects.toThrow("The disk refused writes while the import was running");
  await expect(ask({ type: "finish", importId, rows: 2 })).rejects.toThrow("Nothing was imported");
  expect(database.catalog.table("", "messages")).toBeUndefined();
});
