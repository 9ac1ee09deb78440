/** Cron jobs on a real server: runs, pushes, kills. CR-1, CR-4 to CR-10. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, copyApp, mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import type { RunDocument } from "./scheduler-api.js";

function runsOf(server: TestServer, name: string): Promise<RunDocument[]> {
  return server.http().query(queryNamed("work:runsOf"), { name }) as Promise<RunDocument[]>;
}

function ran(server: TestServer, name: string, times: number): Promise<RunDocument[]> {
  return until(async () => {
    const runs = await runsOf(server, name);
    return runs.length >= times ? runs : null;
  }, `${name} to run ${times} times`);
}

describe("runs", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
    await server.deploy("crons");
  });

  afterAll(() => server[Symbol.asyncDispose]());

  test("CR-1, CR-5, CR-10 an interval begins with the push and keeps its beat; mutations and actions, as nobody", async () => {
    const runs = await ran(server, "mutation", 3);
    const gapsMs = runs.slice(1).map(({ at }, i) => at - runs[i]!.at);
    for (const gapMs of gapsMs) expect(Math.abs(gapMs - 1000)).toBeLessThan(500);
    expect(runs.every(({ note }) => note === null)).toBe(true);
    await ran(server, "action", 2);
    expect((await ran(server, "hour", 1)).map(({ note }) => note)).toEqual([{ list: [1, "two"] }]);
    for (const name of ["hourly", "daily", "weekly", "monthly", "expression"]) expect((await runsOf(server, name)).length).toBeLessThanOrEqual(1);
  });

  test("CR-8 a job that fails is run again at its next time", async () => {
    const failures = await until(async () => {
      const log = await fetch(`${server.url}/api/stream_function_logs?cursor=0`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
      const { entries } = (await log.json()) as { entries: { identifier: string; caller: string; error: string | null }[] };
      const found = entries.filter(({ caller, error }) => caller === "Cron" && error?.includes("the cron job failed") === true);
      return found.length >= 2 ? found : null;
    }, "two failures");
    expect(failures.length).toBeGreaterThanOrEqual(2);
    expect(await runsOf(server, "failing")).toEqual([]);
  });

  test("CR-6 there are never two runs of one job at once", async () => {
    await ran(server, "slow", 1);
    const before = (await runsOf(server, "mutation")).length;
    await ran(server, "mutation", before + 3);
    expect(await runsOf(server, "slow")).toHaveLength(1);
    await server.http().mutation(mutationNamed("work:openGate"), { name: "slow" });
    await ran(server, "slow", 2);
    const [started, done] = [await runsOf(server, "slow"), await runsOf(server, "slow done")];
    expect(done[0]!.at).toBeLessThanOrEqual(started[1]!.at);
    const log = await fetch(`${server.url}/api/stream_function_logs?cursor=0`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    const { entries } = (await log.json()) as { entries: { identifier: string; caller: string; logLines: { level: string; messages: string[] }[] }[] };
    const skipped = entries.filter(({ logLines }) => logLines.some(({ messages }) => messages[0]!.includes('Cron job "slow"')));
    expect(skipped).toHaveLength(1);
    expect(skipped[0]).toMatchObject({ identifier: "work:slow", caller: "Cron", logLines: [{ level: "WARN" }] });
  });

  test("CR-9 past runs are kept with what they printed", async () => {
    const folder = await copyApp("crons");
    const { output, code } = await server.convex(folder, ["data", "_cron_job_logs", "--limit", "200"]);
    expect(code).toBe(0);
    expect(output).toContain("every second");
    expect(output).toContain("tick");
  });
});

test("CR-7 over kills: a mutation runs once for each time, an action that was interrupted runs again at its next", async () => {
  await using server = await startServer();
  await server.deploy("crons");
  await ran(server, "slow", 1);
  await ran(server, "mutation", 1);
  for (let kills = 0; kills < 2; kills++) {
    await server.kill();
    await server.start();
    await ran(server, "slow", kills + 2);
  }
  const runs = await ran(server, "mutation", 3);
  // Never before its time: a run too many would come a whole interval too soon.
  for (const [i, { at }] of runs.entries()) expect(at - runs[0]!.at).toBeGreaterThan((i - 1) * 1000);
  expect(await runsOf(server, "hour")).toHaveLength(1);
});

describe("CR-4 pushes", () => {
  test("add, remove and change jobs; the others keep their time", async () => {
    await using server = await startServer();
    const folder = await copyApp("crons");
    await server.deploy(folder);
    await ran(server, "hour", 1);
    const file = join(folder, "convex", "crons.ts");
    const source = await readFile(file, "utf8");
    await writeFile(
      file,
      source
        .replace(/.*"every second, an action".*\n/, "")
        .replace('"once an hour", { hours: 1 }, internal.work.tick, { name: "hour"', '"once an hour", { hours: 1 }, internal.work.tick, { name: "changed hour"')
        .replace("export default", 'crons.interval("new", { seconds: 1 }, internal.work.tick, { name: "new" });\nexport default'),
    );
    await server.deploy(folder);
    const removed = (await runsOf(server, "action")).length;
    await ran(server, "new", 2);
    // One may have been on its way.
    expect((await runsOf(server, "action")).length).toBeLessThanOrEqual(removed + 1);
    expect([(await runsOf(server, "hour")).length, (await runsOf(server, "changed hour")).length]).toEqual([1, 0]);
    await writeFile(file, (await readFile(file, "utf8")).replace("{ hours: 1 }", "{ hours: 2 }"));
    await server.deploy(folder);
    await ran(server, "changed hour", 1);
  });

  test.each([
    ["a query", 'crons.hourly("bad", { minuteUTC: 0 }, internal.work.aQuery as never, {} as never);', "only mutations and actions can"],
    ["a function that is not there", 'crons.hourly("bad", { minuteUTC: 0 }, "work:nothing" as never, {} as never);', "the function 'work:nothing' is not in the app"],
    ["a bad expression", 'crons.cron("bad", "61 * * * *", internal.work.tick, { name: "x" });', '"61 * * * *" is no cron expression'],
    ["a minute out of range", 'crons.hourly("bad", { minuteUTC: 60 }, internal.work.tick, { name: "x" });', "Minute of hour must be an integer from 0 to 59"],
    ["a name used twice", 'crons.hourly("hourly", { minuteUTC: 1 }, internal.work.tick, { name: "x" });', "Cron identifier registered twice: hourly"],
  ])("CR-5 %s fails the push, and what ran runs on", async (_what, line, message) => {
    await using server = await startServer();
    const folder = await copyApp("crons");
    await server.deploy(folder);
    const file = join(folder, "convex", "crons.ts");
    await writeFile(file, (await readFile(file, "utf8")).replace("export default", `${line}\nexport default`));
    const { code, output } = await server.convex(folder, ["deploy", "--typecheck", "disable", "--yes"]);
    expect(code).not.toBe(0);
    expect(output).toContain(message);
    await ran(server, "mutation", (await runsOf(server, "mutation")).length + 1);
  });
});
