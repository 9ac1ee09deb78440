/** Acting as an admin and as users over the socket; queries that look at who asks, and those that do not. SY-7, SY-16, SY-20, SY-69 to SY-76. */
import type { ConvexHttpClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, startServer, until, type TestServer } from "../harness.js";
import { authenticateAsAdmin } from "./base-client.js";
import { documents, identity, live, printThenFail } from "./surface-api.js";
import { Watch } from "./watch.js";

let server: TestServer;
let writer: ConvexHttpClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("surface");
  writer = server.http();
});

afterAll(() => server[Symbol.asyncDispose]());

const ANN = { subject: "ann", issuer: "https://issuer.test", tokenIdentifier: "https://issuer.test|ann", name: "Ann" };
const BOB = { subject: "bob", issuer: "https://issuer.test", tokenIdentifier: "https://issuer.test|bob", name: "Bob" };

describe("admin keys", () => {
  test("SY-69 a client with an admin key sees internal functions, from the moment it has it", async () => {
    const client = server.client();
    const watch = Watch.on(client, identity.secret, {});
    expect((await watch.error()).message).toContain("Could not find public function for 'identity:secret'.");
    authenticateAsAdmin(client, ADMIN_KEY);
    expect(await watch.value()).toBe("internal");
    // Or it comes back after the restart below, some time, and its runs are counted with those of others.
    await client.close();
  });

  test("SY-70 with a wrong key it says so in the log and goes on as nobody", async () => {
    const errors: string[] = [];
    const ignore = (): void => undefined;
    const client = server.client({ logger: { log: ignore, warn: ignore, logVerbose: ignore, error: (line: unknown) => void errors.push(String(line)) } });
    authenticateAsAdmin(client, "surely|wrong");
    await until(() => errors.some((line) => line.startsWith('Failed to authenticate: "The admin key is not valid')), `the error; so far ${errors.join()}`);
    expect(await Watch.on(client, identity.nobody, {}).value()).toBe("the same for all");
    expect((await Watch.on(client, identity.secret, {}).error()).message).toContain("Could not find public function");
    await client.close();
  });

  test("SY-71 after a reconnection the key is used again", async () => {
    const client = server.client();
    authenticateAsAdmin(client, ADMIN_KEY, ANN);
    const watch = Watch.on(client, identity.whoami, {});
    expect(await watch.value()).toEqual(ANN);
    await server.stop();
    await server.start();
    await until(() => client.connectionState().connectionCount === 2, "the reconnection");
    expect(await client.query(identity.secret, {})).toBe("internal");
    expect(new Set(watch.values.map((who) => who?.["subject"]))).toEqual(new Set(["ann"]));
  });
});

describe("identity", () => {
  test("SY-72 a query sees who asks, and answers again when that changes", async () => {
    const client = server.client();
    const watch = Watch.on(client, identity.whoami, {});
    expect(await watch.value()).toBeNull();
    authenticateAsAdmin(client, ADMIN_KEY, ANN);
    expect(await watch.value((who) => who !== null)).toEqual(ANN);
    authenticateAsAdmin(client, ADMIN_KEY, BOB);
    expect(await watch.value((who) => who?.["subject"] === "bob")).toEqual(BOB);
  });

  test("SY-73 users who watch the same query get their own answers", async () => {
    const clients = [ANN, BOB].map((user) => {
      const client = server.client();
      authenticateAsAdmin(client, ADMIN_KEY, user);
      return client;
    });
    const watches = clients.map((client) => Watch.on(client, identity.whoami, {}));
    expect(await Promise.all(watches.map((watch) => watch.value()))).toEqual([ANN, BOB]);
    expect(watches.flatMap((watch) => watch.values)).toHaveLength(2);
  });

  test("SY-76 two runs for one user do not share the identity that they are given", async () => {
    const client = server.client();
    authenticateAsAdmin(client, ADMIN_KEY, { ...ANN, custom_claim: ["x"] });
    const watches = [1, 2].map((nonce) => Watch.on(client, identity.realm, { nonce }));
    expect(await Promise.all(watches.map((watch) => watch.value()))).toEqual([1, 2].map(() => ({ isObject: true, isArray: true, wasTouched: false })));
  });

  test("SY-74 a query that does not look at who asks is shared by all users", async () => {
    const runs = "rivulet_engine_live_query_runs_total";
    const users = [ANN, BOB].map((user) => {
      const client = server.client();
      authenticateAsAdmin(client, ADMIN_KEY, user);
      return Watch.on(client, live.size, {});
    });
    await Promise.all(users.map((watch) => watch.value()));
    const before = await server.metric(runs);
    const size = users[0]!.values.at(-1)!;
    await writer.mutation(live.add, { group: "shared", rank: 1 });
    await Promise.all(users.map((watch) => watch.value((value) => value === size + 1)));
    expect(await server.metric(runs)).toBe(before + 1);
    for (const watch of users) watch.unsubscribe();
  });

  test("SY-75 a mutation acts as its caller", async () => {
    const client = server.client();
    authenticateAsAdmin(client, ADMIN_KEY, BOB);
    expect(await client.mutation(identity.record, {})).toBe("https://issuer.test|bob");
  });
});

describe("tables", () => {
  test("SY-7 a table that nobody has written yet is empty, and its first document wakes the query", async () => {
    const watch = Watch.on(server.client(), documents.all, { table: "fresh" });
    expect(await watch.value()).toEqual([]);
    await writer.mutation(documents.insertInto, { table: "fresh", document: { a: 1 } });
    expect(await watch.value((list) => list.length === 1)).toMatchObject([{ a: 1 }]);
  });
});

describe("failures", () => {
  test("SY-20 a query that fails as before is not told again", async () => {
    const client = server.client();
    const watch = Watch.on(client, live.failAlways, {});
    await watch.error();
    const size = Watch.on(client, live.size, {});
    const before = await size.value();
    await writer.mutation(live.add, { group: "failing", rank: 1 });
    await size.value((value) => value === before + 1);
    expect(watch.said).toHaveLength(1);
  });

  test("SY-16 what a mutation printed before it failed reaches its client's logger, the error behind it", async () => {
    const lines: string[] = [];
    const log = (...line: unknown[]): void => void lines.push(line.filter((part) => !String(part).startsWith("color:")).join(" "));
    const client = server.client({ logger: { log, warn: log, error: log, logVerbose: () => undefined } });
    await expect(client.mutation(printThenFail, {})).rejects.toThrow("after printing");
    expect(lines.filter((line) => line.includes("printThenFail"))).toEqual([
      "%c[CONVEX M(runtime:printThenFail)] [LOG] 'before'",
      expect.stringMatching(/^\[CONVEX M\(runtime:printThenFail\)\] \[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: after printing\n/),
    ]);
  });
});
