import { expect, test } from "vitest";
import { ReadSet } from "./read-set.js";
import { RecentCommits } from "./recent-commits.js";

function reads(key: string): ReadSet {
  const readSet = new ReadSet();
  readSet.addPoint(key);
  return readSet;
}

test("a later commit of a key that was read is found, an earlier one and one of other keys are not", () => {
  const recent = new RecentCommits(10);
  recent.add({ ts: 11, keys: ["a"] });
  recent.add({ ts: 12, keys: ["b"] });
  expect([recent.mayOverlap(reads("a"), 10), recent.mayOverlap(reads("a"), 11), recent.mayOverlap(reads("b"), 11), recent.mayOverlap(reads("c"), 10)]).toEqual([true, false, true, false]);
});

test("whoever is older than what is known conflicts", () => {
  const recent = new RecentCommits(10);
  expect([recent.mayOverlap(reads("a"), 9), recent.mayOverlap(reads("a"), 10)]).toEqual([true, false]);
});

test("commits are forgotten by their number", () => {
  const recent = new RecentCommits(0);
  for (let ts = 1; ts <= 4_097; ts++) recent.add({ ts, keys: ["a"] });
  expect([recent.mayOverlap(reads("b"), 0), recent.mayOverlap(reads("b"), 1)]).toEqual([true, false]);
});

test("and by their keys, also where one alone has too many", () => {
  const recent = new RecentCommits(0);
  const keys = Array.from({ length: 120_000 }, (_, n) => `k${n}`);
  recent.add({ ts: 1, keys });
  recent.add({ ts: 2, keys });
  expect([recent.mayOverlap(reads("b"), 0), recent.mayOverlap(reads("b"), 1), recent.mayOverlap(reads("k5"), 1)]).toEqual([true, false, true]);
  recent.add({ ts: 3, keys: [...keys, ...keys] });
  expect([recent.mayOverlap(reads("b"), 2), recent.mayOverlap(reads("b"), 3)]).toEqual([true, false]);
});
