import { expect, test } from "vitest";
import { decodeId } from "../../values/id.js";
import { OrderedIds } from "./ordered-ids.js";

test("ids of one table, all different, each after the last", () => {
  const ids = new OrderedIds(10_001);
  const made = Array.from({ length: 2_000 }, () => ids.next());
  expect(new Set(made).size).toBe(2_000);
  expect(made.every((id) => decodeId(id)?.tableNumber === 10_001)).toBe(true);
  // At most one comes after the last place there is.
  expect(made.filter((id, i) => i > 0 && id < made[i - 1]!).length).toBeLessThanOrEqual(1);
});

test("of two imports they lie in different places", () => {
  expect(new OrderedIds(10_001).next().slice(0, 12)).not.toBe(new OrderedIds(10_001).next().slice(0, 12));
});
