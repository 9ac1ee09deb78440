/** `@convex-dev/migrations`, used as its README does: by functions and by the CLI. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { copyApp, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { AppCalls, refusal, type CallArguments } from "./app-calls.js";

interface Status {
  readonly name: string;
  readonly state: string;
  readonly isDone: boolean;
  readonly processed: number;
  readonly cursor?: string | null;
  readonly error?: string;
}

interface Document {
  readonly requiredField: string;
  readonly optionalField?: string;
  readonly unionField?: string | number;
  readonly touched?: number;
}

class Migrations extends AppCalls {
  start(name: string, options: CallArguments = {}): Promise<Status> {
    return this.mutation("migrations:start", { name, ...options });
  }

  async status(name: string): Promise<Status> {
    return (await this.query<Status[]>("migrations:status", { names: [name] }))[0]!;
  }

  reaches(name: string, state: string): Promise<Status> {
    return until(async () => {
      const status = await this.status(name);
      return status.state === state ? status : null;
    }, `${name} to be ${state}`);
  }

  seed(count: number, requiredField = "given", fields: CallArguments = {}): Promise<null> {
    return this.mutation("migrations:seed", { count, requiredField, ...fields });
  }

  documents(): Promise<Document[]> {
    return this.query("migrations:documents");
  }

  async values(field: keyof Document): Promise<unknown[]> {
    return [...new Set((await this.documents()).map((document) => document[field]))];
  }
}

let server: TestServer;
let folder: string;
let app: Migrations;

/** The output of `npx convex run`, which must succeed. */
async function run(...args: string[]): Promise<string> {
  const { code, output } = await server.convex(folder, ["run", ...args]);
  if (code !== 0) throw new Error(output);
  return output;
}

beforeAll(async () => {
  server = await startServer();
  folder = await copyApp("migrations");
  const { code, output } = await server.convex(folder, ["deploy", "--typecheck", "disable", "--yes"]);
  expect([code, output]).toEqual([0, output]);
  app = new Migrations(server);
});

afterAll(() => server[Symbol.asyncDispose]());

beforeEach(() => app.mutation("migrations:clear"));

describe("started by functions", () => {
  test("in batches, to the end; started again, it does nothing", async () => {
    await app.seed(35);
    expect(await app.start("setDefaultValue")).toMatchObject({ name: "migrations:setDefaultValue", isDone: false, processed: 10 });
    expect(await app.reaches("setDefaultValue", "success")).toMatchObject({ isDone: true, processed: 35, cursor: null });
    expect(await app.values("optionalField")).toEqual(["default"]);
    expect(await app.start("setDefaultValue")).toMatchObject({ isDone: true, processed: 35 });
  });

  test("what migrateOne returns is patched; undefined removes the field; within a batch in parallel", async () => {
    await app.seed(5);
    await app.start("setDefaultValue");
    await app.reaches("setDefaultValue", "success");
    expect(await app.start("clearField")).toMatchObject({ isDone: true, processed: 5 });
    expect(await app.values("optionalField")).toEqual([undefined]);
  });

  test("a range of an index, in batches that shrink the range", async () => {
    await app.seed(30, "");
    await app.seed(3, "given");
    await app.start("validateRequiredField", { batchSize: 7 });
    expect(await app.reaches("validateRequiredField", "success")).toMatchObject({ processed: 30 });
    expect((await app.documents()).filter(({ requiredField }) => requiredField === "<unknown>")).toHaveLength(30);
  });

  test("a series: one after another, those that are done are skipped, the next wait for those before", async () => {
    await app.seed(25, "", { unionField: 7 });
    await app.start("setDefaultValue");
    await app.reaches("setDefaultValue", "success");
    await app.mutation("migrations:startSerially", { names: ["setDefaultValue", "validateRequiredField", "convertUnionField"] });
    await app.reaches("convertUnionField", "success");
    expect([await app.values("optionalField"), await app.values("requiredField"), await app.values("unionField")]).toEqual([["default"], ["<unknown>"], ["7"]]);
    expect((await app.query<Status[]>("migrations:statuses")).map(({ state }) => state)).toEqual(["success", "success", "success"]);
  });

  test("one that fails keeps what its earlier batches did, stops the series, and goes on from there when called again", async () => {
    await app.seed(12);
    await app.seed(1, "bad");
    await app.seed(12);
    await app.mutation("migrations:startSerially", { names: ["failing", "convertUnionField"] });
    expect(await app.reaches("failing", "failed")).toMatchObject({ processed: 10, error: expect.stringContaining("this document can't be migrated") as string });
    expect((await app.status("convertUnionField")).processed).toBe(0);
    await app.mutation("migrations:openGate");
    await app.start("failing");
    expect(await app.reaches("failing", "success")).toMatchObject({ processed: 25 });
    expect(await app.values("touched")).toEqual([1]);
  });

  test("canceled in the middle and taken up again: each document once; reset begins anew", async () => {
    await app.seed(60);
    await app.start("touch");
    expect(await app.mutation<Status>("migrations:cancel", { name: "touch" })).toMatchObject({ state: "canceled" });
    const { processed } = await app.reaches("touch", "canceled");
    expect(processed).toBeLessThan(60);
    await app.start("touch");
    await app.reaches("touch", "success");
    expect(await app.values("touched")).toEqual([1]);
    await app.start("touch", { reset: true, batchSize: 30 });
    await until(async () => (await app.values("touched")).join() === "2", "the second time");
  });

  test("while it runs a second start does nothing", async () => {
    await app.seed(60);
    await app.start("touch");
    const second = await app.start("touch");
    expect(["inProgress", "success"]).toContain(second.state);
    await app.reaches("touch", "success");
    expect(await app.values("touched")).toEqual([1]);
  });

  test("from a cursor of an earlier status", async () => {
    await app.seed(40);
    const { cursor } = await app.start("setDefaultValue", { batchSize: 30 });
    await app.reaches("setDefaultValue", "success");
    await app.mutation("migrations:clear");
    await app.seed(3);
    await app.start("setDefaultValue", { cursor: cursor! });
    expect(await app.reaches("setDefaultValue", "success")).toMatchObject({ processed: 3 });
  });

  test("synchronously in an action, with runToCompletion", async () => {
    await app.seed(35);
    expect(await app.action<Status>("migrations:complete", { name: "setDefaultValue" })).toMatchObject({ isDone: true, processed: 35 });
    expect(await app.values("optionalField")).toEqual(["default"]);
  });

  test("its status is live", async () => {
    await app.seed(30);
    const seen: Status[] = [];
    server.client().onUpdate(queryNamed("migrations:status"), { names: ["touch"] }, ([status]: Status[]) => seen.push(status!));
    await until(() => seen.length > 0, "the first status");
    await app.start("touch");
    await until(() => seen.at(-1)!.isDone, "the last status");
    expect(seen[0]).toMatchObject({ state: "unknown", processed: 0 });
    expect(seen.map(({ processed }) => processed)).toEqual(seen.map(({ processed }) => processed).toSorted((a, b) => a - b));
  });
});

describe("started by the CLI", () => {
  test("directly, by the runner with a shortened name, and as a series with `next`", async () => {
    await app.seed(3, "", { unionField: 5 });
    expect(await run("migrations:setDefaultValue")).toContain("Migration was started and finished in one batch");
    expect(await run("migrations:run", '{"fn": "convertUnionField", "next": ["validateRequiredField"]}')).toContain("migrations:convertUnionField");
    await app.reaches("validateRequiredField", "success");
    expect([await app.values("optionalField"), await app.values("unionField"), await app.values("requiredField")]).toEqual([["default"], ["5"], ["<unknown>"]]);
    expect(await run("migrations:setDefaultValue")).toContain("Migration already done");
  });

  test("all of a list", async () => {
    await app.seed(12, "", { unionField: 5 });
    await run("migrations:runAll");
    await app.reaches("convertUnionField", "success");
    expect(await app.values("requiredField")).toEqual(["<unknown>"]);
  });

  test("a dry run changes nothing and says what it would do", async () => {
    await app.seed(3);
    const output = await run("migrations:setDefaultValue", '{"dryRun": true}');
    expect(output).toContain("No changes were committed");
    expect([await app.values("optionalField"), await app.query("migrations:statuses")]).toEqual([[undefined], []]);
  });

  test("the component's own functions: status and cancel", async () => {
    await app.seed(3);
    await app.start("setDefaultValue");
    await app.reaches("setDefaultValue", "success");
    expect(await run("--component", "migrations", "lib:getStatus")).toContain('"migrations:setDefaultValue"');
    expect(await run("--component", "migrations", "lib:cancel", '{"name": "migrations:setDefaultValue"}')).toContain('"success"');
  });

  test("what can't be: a name that no function has, the component's worker called by hand", async () => {
    expect(await refusal(run("migrations:run", '{"fn": "nothing"}'))).toContain("Can't find function migrations:nothing");
    expect(await refusal(run("--component", "migrations", "lib:migrate", '{"name": "x", "fnHandle": "x", "dryRun": false}'))).toContain("Invalid fnHandle");
    expect(await refusal(app.start("setDefaultValue", { batchSize: -1 }))).toContain("Batch size must be greater than 0");
  });
});

test("killed in the middle: it goes on by itself, and each document is migrated once", async () => {
  await app.seed(300);
  await app.start("touch");
  for (const share of [50, 150]) {
    await until(async () => (await app.status("touch")).processed >= share, `${share} documents`);
    await server.kill();
    await server.start();
  }
  expect(await app.reaches("touch", "success")).toMatchObject({ processed: 300 });
  expect(await app.values("touched")).toEqual([1]);
});
