import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ReplacedCode } from "./replaced-code.js";

describe("D-89 memory of replaced code", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function countingCollector() {
    const collect = vi.fn<(what: "young" | "all") => void>();
    return { collect, times: (kind: "young" | "all") => collect.mock.calls.filter(([what]) => what === kind).length };
  }

  test("what a deploy worked with is collected at once", () => {
    const { collect, times } = countingCollector();
    const replaced = new ReplacedCode(collect);
    replaced.add();
    expect(collect.mock.calls).toEqual([["young"]]);
    vi.advanceTimersByTime(5_000);
    replaced.add();
    expect(times("young")).toBe(2);
  });

  test("everything is collected some time after several deploys in a row, once", () => {
    const { collect, times } = countingCollector();
    const replaced = new ReplacedCode(collect);
    replaced.add();
    replaced.add();
    vi.advanceTimersByTime(5_000);
    expect(times("all")).toBe(0);
    replaced.add();
    expect(times("all")).toBe(0);
    vi.advanceTimersByTime(5_000);
    expect(times("all")).toBe(1);
  });

  test("everything is collected when there was no deploy for a while, once", () => {
    const { collect, times } = countingCollector();
    const replaced = new ReplacedCode(collect);
    replaced.add();
    vi.advanceTimersByTime(9_000);
    replaced.add();
    vi.advanceTimersByTime(9_999);
    expect(times("all")).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(times("all")).toBe(1);
  });

  test("nothing is collected any more when the engine has closed", () => {
    const { collect } = countingCollector();
    const replaced = new ReplacedCode(collect);
    for (let i = 0; i < 10; i++) replaced.add();
    replaced.close();
    collect.mockClear();
    vi.advanceTimersByTime(60_000);
    expect(collect).not.toHaveBeenCalled();
  });
});
