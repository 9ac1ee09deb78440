/** What happens by the clock alone; visitors who fall silent are looked for by `sweeping.ts`, only where there are any. */
import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();

crons.interval("purge deleted notes", { minutes: 30 }, internal.cleaning.purgeNotes, {});

export default crons;
