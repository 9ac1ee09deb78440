/** What happens by the clock alone. */
import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();

crons.interval("forget old deliveries", { minutes: 5 }, internal.inbox.forgetDeliveries);

export default crons;
