/** When a cron job of crons.ts runs: its schedule as `cronJobs()` of `convex/server` exports it, in UTC. */
import { Cron } from "croner";

export type CronSchedule =
  | { readonly type: "interval"; readonly seconds?: number; readonly minutes?: number; readonly hours?: number }
  | { readonly type: "hourly"; readonly minuteUTC?: number }
  | { readonly type: "daily"; readonly hourUTC: number; readonly minuteUTC?: number }
  | { readonly type: "weekly"; readonly dayOfWeek: string; readonly hourUTC: number; readonly minuteUTC?: number }
  | { readonly type: "monthly"; readonly day: number; readonly hourUTC: number; readonly minuteUTC?: number }
  | { readonly type: "cron"; readonly cron: string };

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const FIELDS = ["minute", "hour", "day of month", "month", "day of week"];
const SECOND_MS = 1_000;

/** A schedule that can't be followed; the message says what is wrong with it. */
export class CronScheduleError extends Error {
  override readonly name = "CronScheduleError";
}

/** Throws {@link CronScheduleError}. */
export function checkSchedule(schedule: CronSchedule, name: string): void {
  if (schedule.type === "interval") {
    if (!(intervalMs(schedule) > 0)) throw new CronScheduleError("its interval must be a positive whole number of seconds, minutes or hours");
    return;
  }
  const pattern = patternOf(schedule, name);
  if (pattern.trim().split(/\s+/).length !== FIELDS.length) throw new CronScheduleError(`"${pattern}" is no cron expression: it needs ${FIELDS.length} fields (${FIELDS.join(", ")})`);
  let next: Date | null;
  try {
    next = expression(pattern).nextRun();
  } catch (error) {
    throw new CronScheduleError(`"${pattern}" is no cron expression: ${(error as Error).message.replace(/^CronPattern: /, "")}`);
  }
  if (next === null) throw new CronScheduleError(`"${pattern}" names a time that never comes`);
}

/** The first time that a new job runs: jobs that repeat after an interval begin when they are pushed. */
export function firstRunMs(schedule: CronSchedule, name: string, nowMs: number): number {
  return schedule.type === "interval" ? nowMs : nextRunMs(schedule, name, nowMs, nowMs);
}

/** Whether times have passed since the last one that were not run at. */
export function hasMissed(schedule: CronSchedule, name: string, lastMs: number, nowMs: number): boolean {
  return nextRunMs(schedule, name, lastMs, lastMs) <= nowMs;
}

/** The first time after `nowMs` that follows from the last one; those between are skipped. */
export function nextRunMs(schedule: CronSchedule, name: string, lastMs: number, nowMs: number): number {
  if (schedule.type !== "interval") return expression(patternOf(schedule, name)).nextRun(new Date(nowMs))!.getTime();
  const everyMs = intervalMs(schedule);
  return lastMs + Math.max(1, Math.ceil((nowMs - lastMs + 1) / everyMs)) * everyMs;
}

function intervalMs({ seconds, minutes, hours }: CronSchedule & { type: "interval" }): number {
  return (seconds ?? (minutes ?? (hours ?? NaN) * 60) * 60) * SECOND_MS;
}

function expression(pattern: string): Cron {
  return new Cron(pattern, { timezone: "UTC", mode: "5-part" });
}

function patternOf(schedule: Exclude<CronSchedule, { type: "interval" }>, name: string): string {
  if (schedule.type === "cron") return schedule.cron;
  const minute = schedule.minuteUTC ?? minuteOf(name);
  switch (schedule.type) {
    case "hourly":
      return `${minute} * * * *`;
    case "daily":
      return `${minute} ${schedule.hourUTC} * * *`;
    case "weekly":
      return `${minute} ${schedule.hourUTC} * * ${DAYS.indexOf(schedule.dayOfWeek)}`;
    case "monthly":
      return `${minute} ${schedule.hourUTC} ${schedule.day} * *`;
    default:
      schedule satisfies never;
      throw new CronScheduleError("its kind of schedule is not known here");
  }
}

/** Where the app leaves the minute open: spread over the hour, and always the same for one job. */
function minuteOf(name: string): number {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + char.codePointAt(0)!) % 60;
  return hash;
}
