/**
 * Invariant: whenever the process is killed, what was acknowledged is there, nothing is there by half, and a mutation
 * that its client sent again after the restart has happened once. `npm run check:crash -- --rounds 200` looks longer.
 */
import { describe, expect, test } from "vitest";
import { checkCrashes } from "../bench/crash/check.js";
import { judge } from "../bench/crash/verdict.js";

const SEED = 7;

describe("kill -9 in the middle of writes", () => {
  test("20 rounds lose, tear and duplicate nothing", { timeout: 300_000 }, async () => {
    const { rounds, acknowledged, lost, torn, duplicated, inFlightAtKill, resent, findings } = await checkCrashes({ rounds: 20, seed: SEED });
    expect({ rounds, lost, torn, duplicated, findings }).toEqual({ rounds: 20, lost: 0, torn: 0, duplicated: 0, findings: [] });
    // Otherwise nothing was put to the test.
    expect(acknowledged).toBeGreaterThan(20 * 50);
    expect(inFlightAtKill).toBeGreaterThan(20);
    expect(resent).toBeGreaterThan(20);
  });
});

describe("the verdict", () => {
  const nothing = { lost: [], torn: [], duplicated: [] };

  test("is clean for what is there once, acknowledged or not", () => {
    expect(judge(["a"], { left: "a b", right: "b a", counted: 2 })).toEqual(nothing);
  });

  test("finds an acknowledged write that is not there", () => {
    expect(judge(["a", "b"], { left: "a", right: "a", counted: 1 })).toEqual({ ...nothing, lost: ["b"] });
  });

  test("finds one half without the other", () => {
    expect(judge([], { left: "a b", right: "a", counted: 2 })).toEqual({ ...nothing, torn: ["b"] });
  });

  test("finds a counter that is not the number of pairs", () => {
    expect(judge([], { left: "a", right: "a", counted: 2 })).toEqual({ ...nothing, torn: ["the counter says 2, there are 1 pairs"] });
  });

  test("finds a mutation that happened twice", () => {
    expect(judge(["a"], { left: "a a", right: "a a", counted: 2 })).toEqual({ ...nothing, duplicated: ["a"] });
  });
});
