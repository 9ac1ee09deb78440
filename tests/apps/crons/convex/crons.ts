import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();
crons.interval("every second", { seconds: 1 }, internal.work.tick, { name: "mutation" });
crons.interval("every second, an action", { seconds: 1 }, internal.work.tickAction, { name: "action" });
crons.interval("failing", { seconds: 1 }, internal.work.fails, { name: "failing" });
crons.interval("slow", { seconds: 1 }, internal.work.slow, { name: "slow" });
crons.interval("once an hour", { hours: 1 }, internal.work.tick, { name: "hour", note: { list: [1, "two"] } });
crons.hourly("hourly", { minuteUTC: 7 }, internal.work.tick, { name: "hourly" });
crons.daily("daily", { hourUTC: 17 }, internal.work.tick, { name: "daily" });
crons.weekly("weekly", { dayOfWeek: "tuesday", hourUTC: 17, minuteUTC: 30 }, internal.work.tick, { name: "weekly" });
crons.monthly("monthly", { day: 1, hourUTC: 16, minuteUTC: 0 }, internal.work.tick, { name: "monthly" });
crons.cron("by expression", "0 3 * * 1-5", internal.work.tick, { name: "expression" });
export default crons;
