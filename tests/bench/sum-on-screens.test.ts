import fc from "fast-check";
import { expect, test } from "vitest";
import { SumOnScreens } from "../../bench/mixed/sum-on-screens.js";

test("a value is told once, in order, when the last screen has shown it or a greater one", () => {
  const steps = fc.array(fc.record({ screen: fc.nat(2), by: fc.nat(3) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (moves) => {
      const shown = [0, 0, 0];
      const told: number[] = [];
      const sum = new SumOnScreens(shown.length, (value) => told.push(value));
      for (const { screen, by } of moves) {
        shown[screen]! += by;
        sum.show(screen, shown[screen]!);
        expect(told).toEqual(Array.from({ length: Math.min(...shown) }, (_, index) => index + 1));
      }
    }),
  );
});
