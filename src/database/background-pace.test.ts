import { expect, test } from "vitest";
import { BackgroundPace } from "./background-pace.js";

/** After groups as large as they may be, on a disk that takes `usPerEntry` for each. */
function settled(usPerEntry: number): number {
  const pace = new BackgroundPace();
  for (let i = 0; i < 50; i++) pace.measured(pace.entriesMax, (pace.entriesMax * usPerEntry) / 1_000);
  return pace.entriesMax;
}

test("groups are as large as the disk takes some milliseconds for, within bounds", () => {
  expect(settled(6)).toBe(2_000);
  expect(settled(0.1)).toBe(4_000);
  expect(settled(1_000)).toBe(250);
});

test("one slow group halves the next at most, and small ones say nothing", () => {
  const pace = new BackgroundPace();
  for (let i = 0; i < 50; i++) pace.measured(pace.entriesMax, (pace.entriesMax * 6) / 1_000);
  pace.measured(2_000, 5_000);
  expect(pace.entriesMax).toBe(1_000);
  for (let i = 0; i < 10; i++) pace.measured(3, 40);
  expect(pace.entriesMax).toBe(1_000);
});
