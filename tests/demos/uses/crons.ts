/** The example of the component `@convex-dev/crons`: cron jobs that functions register. */
import { expect } from "vitest";
import { until } from "../../harness.js";
import { AdminCaller } from "./admin-caller.js";
import type { Use } from "./use.js";

export const crons: Use = {
  app: "crons",
  flags: ["--test-clock", "yes"],
  shows: "cron jobs registered, found, listed and deleted by functions; one that runs when its time has come, and deletes itself; the component is a folder of the repository",
  async run(server, folder) {
    const admin = new AdminCaller(server);
    await admin.call("example:registerDailyCron");
    await admin.call("example:registerDailyCron");
    await admin.call("example:doSomeStuff");
    await admin.call("example:selfDeletingCron");
    const registered = async () => {
      const { output } = await server.convex(folder, ["data", "crons", "--component", "crons", "--format", "jsonLines"]);
      const documents = output.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as { name: string });
      return documents.map(({ name }) => name).sort();
    };
    expect(await registered()).toEqual(["daily", "self-deleting-cron"]);
    await server.advanceClock(11_000);
    await until(async () => (await registered()).length === 1, "the cron job to delete itself");
    expect(await registered()).toEqual(["daily"]);
  },
};
