import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();

crons.interval("wipe the chalk off", { minutes: 1 }, internal.notices.sweep);

export default crons;
