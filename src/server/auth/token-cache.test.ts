import { expect, it } from "vitest";
import { TokenCache } from "./token-cache.js";

const verified = (subject: string, expiresAtMs = Infinity) => ({ identity: { subject }, expiresAtMs });

it("AU-34 forgets those that were used least when there are too many", () => {
  const cache = new TokenCache(() => 0, 30);
  for (const name of ["a", "b", "c"]) cache.set(name.repeat(10), verified(name));
  expect(cache.get("a".repeat(10))).toEqual(verified("a"));
  cache.set("d".repeat(10), verified("d"));
  expect(["a", "b", "c", "d"].map((name) => cache.get(name.repeat(10)) !== null)).toEqual([true, false, true, true]);
  cache.set("e".repeat(100), verified("e"));
  expect(cache.size).toBe(0);
  cache.set("f".repeat(30), verified("f"));
  cache.set("f".repeat(30), verified("g"));
  expect(cache.get("f".repeat(30))).toEqual(verified("g"));
});

it("AU-33 forgets a token that ended, and every token after ten minutes", () => {
  let nowMs = 0;
  const cache = new TokenCache(() => nowMs, 1000);
  cache.set("short", verified("a", 1_000));
  cache.set("long", verified("b"));
  nowMs = 1_000;
  expect(cache.get("short")).toBeNull();
  expect(cache.get("long")).toEqual(verified("b"));
  nowMs = 10 * 60_000;
  expect(cache.get("long")).toBeNull();
  expect(cache.size).toBe(0);
});
