/**
 * Components over kills, and over pushes without them. The invariant: what one mutation writes in the app, in two components and in what these mounted is
 * there altogether or not at all; what was acknowledged is there; what a component scheduled runs exactly once; what an unmounted component held is there when it comes back.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyApp, mutationNamed, startServer, until, type TestServer } from "../harness.js";
import { deployLocal, LocalApp, type Totals } from "./local-app.js";

const WRITERS = 4;
const JOBS = 20;

let server: TestServer;
let app: LocalApp;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  app = new LocalApp(server);
  await deployLocal(server);
});

afterAll(() => server[Symbol.asyncDispose]());

test("CO-51 a wild mix over kills: all or nothing over every component, each job once", async () => {
  const writers = new Writers(server);
  for (let round = 0; round < 2; round++) {
    await app.write("first", "jobs:many", { name: `round ${round}`, count: JOBS });
    await app.write("second", "jobs:many", { name: `round ${round}`, count: JOBS });
    const reached = writers.acknowledged + 20;
    await until(() => writers.acknowledged >= reached, "twenty more writes");
    await server.kill();
    await server.start();
    consistent(await app.totals());
  }
  const acknowledged = await writers.stop();
  const totals = await app.totals();
  consistent(totals);
  expect(totals.app).toBe(acknowledged);
  const jobs = [0, 1].flatMap((round) => Array.from({ length: JOBS }, (_, job) => `round ${round} ${job}`));
  for (const mount of ["first", "second"] as const) {
    const runs = async (): Promise<[string, number][]> => (await app.read<[string, number][]>(mount, "jobs:runs")).filter(([name]) => name.startsWith("round"));
    await until(async () => (await runs()).length === jobs.length, `every job of ${mount}`);
    expect(Object.fromEntries(await runs())).toEqual(Object.fromEntries(jobs.map((name) => [name, 1])));
  }
});

const HOUR_MS = 3_600_000;

test("CO-13 a component that was unmounted: its handles and jobs fail until it is back, with all that it held", async () => {
  await app.mutation("events:keep", { name: "kept", handle: await app.handleOf("second", "books:add") });
  const add = (title: string): Promise<unknown> => app.mutation("events:useKept", { name: "kept", args: { title, pages: 1 } });
  await add("before");
  const orphan = await app.write<string>("second", "jobs:later", { name: "orphan", delayMs: HOUR_MS, action: false });
  await app.write("first", "jobs:later", { name: "neighbour", delayMs: HOUR_MS, action: false });
  await deployWithoutSecond();
  await expect(add("meanwhile")).rejects.toThrow("Component 'second' is not mounted");
  await server.kill();
  await server.start();
  await expect(add("meanwhile")).rejects.toThrow("Component 'second' is not mounted");
  await server.advanceClock(HOUR_MS);
  await until(async () => (await app.read<number>("first", "jobs:ticks", { name: "neighbour" })) === 1, "the neighbour's job");
  await server.deploy("local");
  await add("after");
  const books = await app.read<string[]>("second", "books:list");
  expect(books.filter((title) => ["before", "meanwhile", "after"].includes(title))).toEqual(["after", "before"]);
  expect([await app.read("second", "jobs:job", { job: orphan }), await app.read("second", "jobs:ticks", { name: "orphan" })]).toEqual(["failed", 0]);
});

async function deployWithoutSecond(): Promise<void> {
  const folder = await copyApp("local");
  try {
    const config = join(folder, "convex", "convex.config.ts");
    await writeFile(config, (await readFile(config, "utf8")).replace(/app\.use\(shelf, \{ name: "second".*\n/, ""));
    await server.deploy(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every write is one document in the app and one of a single page in each shelf; failed ones are nowhere. */
function consistent({ app, first, second }: Totals): void {
  expect({ first, second }).toEqual({ first: { books: app, pages: app, spare: 0 }, second: { books: app, pages: app, spare: 0 } });
}

/** Clients that write over sockets, again and again, every third time in vain. */
class Writers {
  acknowledged = 0;
  #stopped = false;
  readonly #done: Promise<void>[];

  constructor(server: TestServer) {
    this.#done = Array.from({ length: WRITERS }, (_, n) => this.#write(server, n));
  }

  /** How many writes were acknowledged: each exactly once, since a client sends again what a kill left unanswered. */
  async stop(): Promise<number> {
    this.#stopped = true;
    await Promise.all(this.#done);
    return this.acknowledged;
  }

  async #write(server: TestServer, writer: number): Promise<void> {
    const client = server.client();
    const add = mutationNamed("calls:addEverywhere");
    for (let n = 0; !this.#stopped; n++) {
      const fail = n % 3 === 2;
      const outcome = await client.mutation(add, { title: `${writer} ${n}`, pages: 1, fail }).then(() => "added", (error: Error) => error.message);
      if (fail) expect(outcome).toContain("the app failed after its components");
      else expect(outcome).toBe("added");
      if (!fail) this.acknowledged += 1;
    }
  }
}
