import { expect, test } from "vitest";
import { LOG_CHARS_MAX, LOG_LINES_MAX } from "../log-buffer.js";
import { LineQuota } from "./line-quota.js";

test("CL-87 as many lines leave an executor as are kept, and one by which it is known that there are more", () => {
  const quota = new LineQuota();
  const admitted = Array.from({ length: LOG_LINES_MAX + 10 }, (_, i) => quota.admit(`[LOG] ${i}`));
  expect(admitted.lastIndexOf(true)).toBe(LOG_LINES_MAX);
  expect(admitted.filter(Boolean)).toHaveLength(LOG_LINES_MAX + 1);
  expect(quota.withheld).toBe(9);
});

test("CL-87 long lines count by their length", () => {
  const quota = new LineQuota();
  const line = "x".repeat(LOG_CHARS_MAX / 4);
  expect(Array.from({ length: 7 }, () => quota.admit(line))).toEqual([true, true, true, true, true, false, false]);
  expect(quota.withheld).toBe(2);
});
