import { expect, it } from "vitest";
import { wallClock } from "./wall-clock.js";

it("SV-60 has fractions of milliseconds, and follows the system's clock when that jumps, the same in every thread", () => {
  let systemMs = 1_000_000;
  let steadyMs = 1_000_000.5;
  const clocks = { systemMs: () => systemMs, steadyMs: () => steadyMs };
  const nowMs = wallClock(clocks);
  const otherThread = wallClock(clocks);
  expect([nowMs(), otherThread()]).toEqual([1_000_000.5, 1_000_000.5]);
  steadyMs += 1.25;
  systemMs += 1;
  expect(nowMs()).toBe(1_000_001.75);
  // The machine slept for an hour and a bit: the steady clock stood still.
  systemMs += 3_600_300;
  expect(nowMs()).toBe(4_600_001.75);
  steadyMs += 50;
  systemMs += 50;
  expect(otherThread()).toBe(nowMs());
  // The clock was set back.
  systemMs -= 60_000;
  expect(nowMs()).toBe(4_540_051.75);
  expect(otherThread()).toBe(nowMs());
  // A little is not followed: time would seem to jump.
  systemMs += 200;
  expect(nowMs()).toBe(4_540_051.75);
});
