import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { withDeadline } from "./deadline.js";
import { garbageCollector } from "./garbage-collector.js";

/** Waits as what is outside of the program does: nothing holds the signal but itself. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }));
}

test("AU-73 a deadline outlives collections of garbage", async () => {
  const collect = garbageCollector();
  const waiting = withDeadline(100, new AbortController().signal, untilAborted);
  await delay(10);
  collect("all");
  await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
});

test("AU-73 what stops the wait before is its reason, also where it has stopped already", async () => {
  const stop = new AbortController();
  const waiting = withDeadline(60_000, stop.signal, untilAborted);
  stop.abort(new Error("closing"));
  await expect(waiting).rejects.toThrow("closing");
  await expect(withDeadline(60_000, stop.signal, (signal) => Promise.reject(signal.reason as Error))).rejects.toThrow("closing");
});

test("AU-73 what ends in time is what it is", async () => {
  await expect(withDeadline(60_000, null, () => Promise.resolve(7))).resolves.toBe(7);
});
