/** Runs the contract on every implementation. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openLmdbStore } from "./lmdb.js";
import { MemoryStore } from "./memory.js";
import { storeContractSuite } from "./store.suite.js";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

storeContractSuite("memory", async () => new MemoryStore());

storeContractSuite("lmdb", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rivulet-store-"));
  folders.push(folder);
  return openLmdbStore({ path: join(folder, "data.mdb") });
});
