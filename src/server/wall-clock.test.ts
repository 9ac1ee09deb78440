import { expect, it } from "vitest";
import { wallClock } from "./wall-clock.js";

it("SV-60 has fractions of milliseconds, and follows the system's clock when that jumps", () => {
  let systemMs = 1_000_000;
  let steadyMs = 5;
  const nowMs = wallClock({ systemMs: () => systemMs, steadyMs: () => steadyMs });
  steadyMs += 0.25;
  expect(nowMs()).toBe(1_000_000.25);
  steadyMs += 1;
  systemMs += 1;
  expect(nowMs()).toBe(1_000_001.25);
  // The machine slept for an hour: the steady clock stood still.
  systemMs += 3_600_000;
  expect(nowMs()).toBe(4_600_001);
  steadyMs += 0.5;
  expect(nowMs()).toBe(4_600_001.5);
  // The clock was set back.
  systemMs -= 60_000;
  expect(nowMs()).toBe(4_540_001);
});
