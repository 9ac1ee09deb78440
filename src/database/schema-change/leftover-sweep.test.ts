/** Sweeping beside a slow disk. Numbers of docs/spec/deploy.md. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { MemoryStore } from "../../storage/memory.js";
import type { WriteOp } from "../../storage/store.js";
import { Database } from "../database.js";
import { DOCUMENT_RANGE, SPACE_PREFIX_LENGTH } from "../keys.js";
import { hasLeftovers, sweepLeftovers } from "./leftover-sweep.js";

const LEFTOVERS = 30_000;
const TURNS_OF_A_WRITE = 20;

/** Takes its time: meanwhile whoever does not wait for it gets far ahead. */
class SlowStore extends MemoryStore {
  longest = 0;

  override async write(ops: readonly WriteOp[]): Promise<void> {
    this.longest = Math.max(this.longest, ops.length);
    for (let i = 0; i < TURNS_OF_A_WRITE; i++) await nextTurn();
    await super.write(ops);
  }
}

test("D-36 what is swept does not run ahead of the disk, so others' commits wait for little", async () => {
  const store = new SlowStore();
  const prefix = DOCUMENT_RANGE.start.padEnd(SPACE_PREFIX_LENGTH, "\x01");
  await store.write(Array.from({ length: LEFTOVERS }, (_, i): WriteOp => [prefix + String(i).padStart(6, "0"), "{}"]));
  const database = new Database({ store, nowMs: () => 1_700_000_000_000 });
  store.longest = 0;
  await sweepLeftovers(database, () => false);
  await database.idle();
  expect(hasLeftovers(database)).toBe(false);
  expect(store.longest).toBeLessThanOrEqual(5_000);
  await database.close();
});
