import { cronJobs } from "convex/server";
import { internal } from "./_generated/api.js";

const crons = cronJobs();
crons.interval("every second", { seconds: 1 }, internal.jobs.tick, { name: "cron" });
export default crons;
