import { setTimeout as delay } from "node:timers/promises";
import { getHeapSpaceStatistics } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { garbageCollector } from "./garbage-collector.js";

const OBJECTS = 20_000;
/** Of an object without fields. */
const BYTES_MIN = 16;

test("D-89 the collector collects, and contexts made later do not have it", async () => {
  const collect = garbageCollector();
  const garbage = new WeakRef(runInNewContext("({})") as object);
  await delay(0); // a WeakRef holds its target until the turn in which it was made is over
  collect("all");
  expect(garbage.deref()).toBeUndefined();
  expect(runInNewContext("typeof gc")).toBe("undefined");
});

test("D-89 the young is collected without the old", async () => {
  const collect = garbageCollector();
  const old = new WeakRef({});
  collect("young");
  collect("young");
  await delay(0);
  const usedBefore = youngBytes();
  allocate();
  collect("young");
  expect(youngBytes()).toBeLessThan(usedBefore + OBJECTS * BYTES_MIN);
  expect(old.deref()).toBeDefined();
});

function allocate(): number {
  return Array.from({ length: OBJECTS }, () => ({})).length;
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")!.space_used_size;
}
