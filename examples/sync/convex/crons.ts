/** The clock of the engine. */
import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";
import { timing } from "./model/timing";

const crons = cronJobs();

crons.interval("refresh what is due", { seconds: timing().scanSeconds }, internal.scan.run);

export default crons;
