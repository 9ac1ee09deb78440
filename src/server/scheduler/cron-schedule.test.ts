/** CR-1 to CR-3, CR-5: when jobs run. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CronScheduleError, checkSchedule, firstRunMs, nextRunMs, type CronSchedule } from "./cron-schedule.js";

const at = (text: string): number => Date.parse(`${text}Z`);
const next = (schedule: CronSchedule, after: string, name = "job"): string => new Date(nextRunMs(schedule, name, at(after), at(after))).toISOString().slice(0, 16);

describe("CR-2 times of the calendar", () => {
  test.each<[CronSchedule, string, string]>([
    [{ type: "hourly", minuteUTC: 30 }, "2026-02-27T10:29:59", "2026-02-27T10:30"],
    [{ type: "hourly", minuteUTC: 30 }, "2026-02-27T10:30:00", "2026-02-27T11:30"],
    [{ type: "daily", hourUTC: 17, minuteUTC: 5 }, "2026-02-28T17:05:01", "2026-03-01T17:05"],
    [{ type: "weekly", dayOfWeek: "monday", hourUTC: 0, minuteUTC: 0 }, "2026-03-01T23:59:59", "2026-03-02T00:00"],
    [{ type: "weekly", dayOfWeek: "sunday", hourUTC: 3, minuteUTC: 0 }, "2026-03-02T00:00:00", "2026-03-08T03:00"],
    [{ type: "monthly", day: 31, hourUTC: 12, minuteUTC: 0 }, "2026-01-31T12:00:00", "2026-03-31T12:00"],
    [{ type: "monthly", day: 29, hourUTC: 0, minuteUTC: 0 }, "2026-01-30T00:00:00", "2026-03-29T00:00"],
    [{ type: "monthly", day: 29, hourUTC: 0, minuteUTC: 0 }, "2028-01-30T00:00:00", "2028-02-29T00:00"],
    [{ type: "cron", cron: "15 7 * * *" }, "2026-02-28T08:00:00", "2026-03-01T07:15"],
    [{ type: "cron", cron: "*/5 * * * *" }, "2026-02-28T08:01:00", "2026-02-28T08:05"],
    [{ type: "cron", cron: "0 0 * * 0" }, "2026-03-01T00:00:00", "2026-03-08T00:00"],
    [{ type: "cron", cron: "0 0 13 * 5" }, "2026-03-01T00:00:00", "2026-03-06T00:00"],
    [{ type: "cron", cron: "0 12 1-7 */2 MON-FRI" }, "2026-02-28T08:01:00", "2026-03-01T12:00"],
  ])("%j after %s", (schedule, after, expected) => expect(next(schedule, after)).toBe(expected));

  test("a minute that is left open is one of the job's own, and stays", () => {
    const minutes = ["a", "b", "clean up", "send digests"].map((name) => next({ type: "hourly" }, "2026-01-01T00:00:00", name).slice(14));
    expect(minutes).toEqual(["a", "b", "clean up", "send digests"].map((name) => next({ type: "daily", hourUTC: 5 }, "2026-01-01T00:00:00", name).slice(14)));
    expect(new Set(minutes).size).toBeGreaterThan(1);
  });

  test("a new one waits for its time", () => {
    expect(firstRunMs({ type: "hourly", minuteUTC: 30 }, "job", at("2026-02-27T10:00:00"))).toBe(at("2026-02-27T10:30:00"));
  });
});

describe("CR-1 intervals", () => {
  test("begin when they are pushed", () => expect(firstRunMs({ type: "interval", hours: 2 }, "job", 1234)).toBe(1234));

  test.each<[CronSchedule, number]>([
    [{ type: "interval", seconds: 10 }, 10_000],
    [{ type: "interval", minutes: 5 }, 300_000],
    [{ type: "interval", hours: 2 }, 7_200_000],
  ])("%j", (schedule, everyMs) => expect(nextRunMs(schedule, "job", 5_000, 5_001)).toBe(5_000 + everyMs));

  test("the next is the first after now that follows from the last", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 10 ** 12 }), fc.integer({ min: 0, max: 10 ** 9 }), (seconds, lastMs, lateMs) => {
        const nowMs = lastMs + lateMs;
        const nextMs = nextRunMs({ type: "interval", seconds }, "job", lastMs, nowMs);
        expect((nextMs - lastMs) % (seconds * 1000)).toBe(0);
        expect(nextMs).toBeGreaterThan(nowMs);
        expect(nextMs - nowMs).toBeLessThanOrEqual(seconds * 1000);
      }),
    );
  });
});

describe("CR-5 what can't be followed", () => {
  test.each<[CronSchedule, string]>([
    [{ type: "cron", cron: "every day" }, "it needs 5 fields"],
    [{ type: "cron", cron: "* * * * * *" }, "it needs 5 fields"],
    [{ type: "cron", cron: "61 * * * *" }, "is no cron expression"],
    [{ type: "cron", cron: "a b c d e" }, "is no cron expression"],
    [{ type: "cron", cron: "0 0 31 2 *" }, "never comes"],
    [{ type: "interval", seconds: 0 }, "positive whole number"],
    [{ type: "interval" }, "positive whole number"],
  ])("%j", (schedule, message) => {
    expect(() => checkSchedule(schedule, "job")).toThrow(CronScheduleError);
    expect(() => checkSchedule(schedule, "job")).toThrow(message);
  });

  test("all others can", () => {
    for (const cron of ["* * * * *", "0,30 9-17 * * 1-5", "0 0 1 jan *"]) checkSchedule({ type: "cron", cron }, "job");
    checkSchedule({ type: "monthly", day: 31, hourUTC: 0 }, "job");
  });
});
