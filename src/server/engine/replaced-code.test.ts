import { setTimeout as delay } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { garbageCollector, ReplacedCode } from "./replaced-code.js";

describe("D-89 memory of replaced code", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("is collected once, some time after several deploys, and not after one", () => {
    const collect = vi.fn();
    const replaced = new ReplacedCode(collect);
    replaced.add();
    vi.advanceTimersByTime(10_000);
    expect(collect).not.toHaveBeenCalled();
    replaced.add();
    replaced.add();
    expect(collect).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10_000);
    expect(collect).toHaveBeenCalledTimes(1);
    replaced.add();
    vi.advanceTimersByTime(10_000);
    expect(collect).toHaveBeenCalledTimes(1);
  });

  test("is not collected any more when the engine has closed", () => {
    const collect = vi.fn();
    const replaced = new ReplacedCode(collect);
    for (let i = 0; i < 10; i++) replaced.add();
    replaced.close();
    vi.advanceTimersByTime(10_000);
    expect(collect).not.toHaveBeenCalled();
  });
});

test("D-89 the collector collects, and contexts made later do not have it", async () => {
  const collect = garbageCollector();
  const garbage = new WeakRef(runInNewContext("({})") as object);
  await delay(0); // a WeakRef holds its target until the turn in which it was made is over
  collect();
  expect(garbage.deref()).toBeUndefined();
  expect(runInNewContext("typeof gc")).toBe("undefined");
});
