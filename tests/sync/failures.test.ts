/** How failures of queries and mutations reach a client, as the developer of an app sees them. SY-17 to SY-19, SY-21 to SY-28. */
import type { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { bodies, messages } from "./basics-api.js";
import { Watch } from "./watch.js";

let server: TestServer;
let client: ConvexClient;
let writer: ConvexHttpClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("basics");
  client = server.client();
  writer = server.http();
});

afterAll(() => server[Symbol.asyncDispose]());

const unknownQuery = makeFunctionReference<"query", Record<string, never>, null>("messages:nope");
const unknownModule = makeFunctionReference<"query", Record<string, never>, null>("nowhere/at:all");
const sendAsQuery = makeFunctionReference<"query", { channel: string; body: string }, null>("messages:send");
const listAsMutation = makeFunctionReference<"mutation", { channel: string }, null>("messages:list");
const looseList = makeFunctionReference<"query", Record<string, unknown>, null>("messages:list");
const looseSend = makeFunctionReference<"mutation", Record<string, unknown>, null>("messages:send");
const action = makeFunctionReference<"action", { channel: string }, null>("messages:list");

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome) return outcome.error as Error;
  throw new Error(`Expected a failure, got ${JSON.stringify(outcome.value)}`);
}

describe("queries", () => {
  test("SY-17 an error has the text, the request id and the mapped frames of the developer's file", async () => {
    const error = await Watch.on(client, messages.fail, { message: "boom" }).error();
    expect(error.message).toMatch(
      /^\[CONVEX Q\(messages:fail\)\] \[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: boom\n {4}at (?:async )?handler \(\.\.\/convex\/messages\.ts:62:\d+\)\n\n? {2}Called by client$/,
    );
    expect(error).not.toBeInstanceOf(ConvexError);
  });

  test("SY-18 a ConvexError keeps its data", async () => {
    const error = await Watch.on(client, messages.failWhenEmpty, { channel: "empty" }).error();
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as ConvexError<string>).data).toBe("nothing here");
    expect(error.message).toContain("Uncaught ConvexError: nothing here");
  });

  test("SY-19 a failed query recovers by itself when what it read changes, and fails again", async () => {
    const watch = Watch.on(client, messages.failWhenEmpty, { channel: "recovers" });
    await watch.error();
    const id = await writer.mutation(messages.send, { channel: "recovers", body: "here" });
    expect(await watch.value()).toBe("here");
    await writer.mutation(messages.remove, { id });
    await watch.error();
    expect(watch.said.map(({ ok }) => ok)).toEqual([false, true, false]);
  });

  test("SY-21 an unknown function and an unknown module are named, with what to do", async () => {
    for (const [reference, name] of [[unknownQuery, "messages:nope"], [unknownModule, "nowhere/at:all"]] as const) {
      const error = await failureOf(client.query(reference, {}));
      expect(error.message).toContain(`Could not find public function for '${name}'. Did you forget to run \`npx convex dev\``);
      expect(error.message).not.toContain("Uncaught");
    }
  });

  test("SY-22 an internal function does not exist for clients", async () => {
    const error = await failureOf(client.query(messages.secret, {}));
    expect(error.message).toContain("Could not find public function for 'messages:secret'.");
    const mutation = await failureOf(client.mutation(messages.secretWrite, {}));
    expect(mutation.message).toContain("Could not find public function for 'messages:secretWrite'.");
  });

  test("SY-23 a function of another kind is refused by both names", async () => {
    const asQuery = await failureOf(client.query(sendAsQuery, { channel: "kind", body: "x" }));
    expect(asQuery.message).toContain("Trying to execute messages.js:send as Query, but it is defined as Mutation.");
    const asMutation = await failureOf(client.mutation(listAsMutation, { channel: "kind" }));
    expect(asMutation.message).toContain("Trying to execute messages.js:list as Mutation, but it is defined as Query.");
    expect(await client.query(messages.list, { channel: "kind" })).toEqual([]);
  });
});

describe("arguments", () => {
  const VALIDATOR = "Validator: v.object({channel: v.string()})";

  test.each([
    ["a missing field", {}, `ArgumentValidationError: Object is missing the required field \`channel\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.\n\nObject: {}\n${VALIDATOR}`],
    ["an extra field", { channel: "a", extra: 1 }, `ArgumentValidationError: Object contains extra field \`extra\` that is not in the validator.\n\nObject: {channel: "a", extra: 1.0}\n${VALIDATOR}`],
    ["a value of another type", { channel: 1 }, "ArgumentValidationError: Value does not match validator.\nPath: .channel\nValue: 1.0\nValidator: v.string()"],
  ])("SY-24 %s is explained with path, value and validator", async (_what, args, expected) => {
    const error = await failureOf(client.query(looseList, args));
    expect(error.message).toContain(expected);
    expect(error.message).not.toContain("    at ");
  });

  test("SY-25 a mutation whose arguments are refused writes nothing", async () => {
    const error = await failureOf(client.mutation(looseSend, { channel: "refused", body: 7n }));
    expect(error.message).toContain("Path: .body\nValue: 7n\nValidator: v.string()");
    expect(error.message).toMatch(/^\[CONVEX M\(messages:send\)\] /);
    expect(await client.query(messages.list, { channel: "refused" })).toEqual([]);
  });
});

describe("mutations", () => {
  test("SY-26 a failed mutation rejects with its data and leaves nothing behind", async () => {
    const error = await failureOf(client.mutation(messages.send, { channel: "fails", body: "" }));
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as ConvexError<{ code: string; field: string }>).data).toEqual({ code: "empty", field: "body" });
    expect(error.message).toMatch(/^\[CONVEX M\(messages:send\)\] \[Request ID: [0-9a-f]{16}\] Server Error\nUncaught ConvexError: \{"code":"empty","field":"body"\}\n {4}at handler \(\.\.\/convex\/messages\.ts:28:\d+\)\n/);
    expect(await client.query(messages.list, { channel: "fails" })).toEqual([]);
  });

  test("SY-27 a failed mutation does not hold up those behind it", async () => {
    const outcomes = await Promise.allSettled(["a", "", "b"].map((body) => client.mutation(messages.send, { channel: "between", body })));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(bodies(await client.query(messages.list, { channel: "between" }))).toEqual(["a", "b"]);
  });

  test("SY-28 an action is answered, with an error that says why it cannot run", async () => {
    const error = await failureOf(client.action(action, { channel: "x" }));
    expect(error.message).toMatch(/^\[CONVEX A\(messages:list\)\] \[Request ID: [0-9a-f]{16}\] Server Error\nTrying to execute messages\.js:list as Action, but it is defined as Query\./);
  });
});
