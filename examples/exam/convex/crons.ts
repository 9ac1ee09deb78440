/** What happens by the clock alone. Everything that has a moment of its own (a missed heartbeat) is scheduled for that moment instead. */
import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();

crons.interval("expire stale sessions", { minutes: 1 }, internal.cleaning.expireStaleSessions);
crons.cron("clean old presence, typing and score requests", "*/5 * * * *", internal.cleaning.removeLeftovers);

export default crons;
