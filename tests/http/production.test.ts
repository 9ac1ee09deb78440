/** A server that redacts errors, as one in production: what clients must not see of an app's insides. F-142 to F-146. */
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { messages } from "../sync/basics-api.js";
import { RawSocket } from "../sync/raw-socket.js";
import { Watch } from "../sync/watch.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "yes"] });
  await server.deploy("basics");
});

afterAll(() => server[Symbol.asyncDispose]());

const REDACTED = /^\[Request ID: [0-9a-f]{16}\] Server Error$/;

async function call(path: string, args: object): Promise<Record<string, unknown>> {
  return (await (await fetch(`${server.url}/api/query`, { method: "POST", body: JSON.stringify({ path, args, format: "json" }) })).json()) as Record<string, unknown>;
}

describe("redaction", () => {
  test("F-142 an ordinary error is shown as its request id only, over HTTP and over the socket", async () => {
    expect(await call("messages:fail", { message: "secret" })).toEqual({ status: "error", errorMessage: expect.stringMatching(REDACTED) as string, logLines: [] });
    const error = await Watch.on(server.client(), messages.fail, { message: "secret" }).error();
    expect(error.message).toMatch(/^\[CONVEX Q\(messages:fail\)\] \[Request ID: [0-9a-f]{16}\] Server Error\n {2}Called by client$/);
  });

  test("F-143 so are refused arguments, which would quote what somebody else sent", async () => {
    expect((await call("messages:list", { channel: 7 }))["errorMessage"]).toMatch(REDACTED);
  });

  test("F-144 a ConvexError keeps its data, and its text is left out", async () => {
    const error = await Watch.on(server.client(), messages.failWhenEmpty, { channel: "none" }).error();
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as ConvexError<string>).data).toBe("nothing here");
    expect(error.message).toMatch(/^\[CONVEX Q\(messages:failWhenEmpty\)\] \[Request ID: [0-9a-f]{16}\] Server Error\n {2}Called by client$/);
    const failed = await server.client().mutation(messages.send, { channel: "x", body: "" }).catch((reason: unknown) => reason as ConvexError<{ code: string }>);
    expect((failed as ConvexError<{ code: string }>).data).toEqual({ code: "empty", field: "body" });
  });

  test("F-145 what functions print does not reach clients", async () => {
    expect((await call("messages:logging", {}))["logLines"]).toEqual([]);
    const raw = await RawSocket.connect(server.url);
    raw.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [{ type: "Add", queryId: 0, udfPath: "messages:logging", args: [{}] }] });
    expect((await raw.transition()).modifications).toEqual([{ type: "QueryUpdated", queryId: 0, value: null, logLines: [], journal: null }]);
    await raw.close();
  });

  test("F-146 paginated hooks can still tell an invalid cursor", async () => {
    const error = await server
      .http()
      .query(messages.page, { channel: "x", paginationOpts: { cursor: "garbage", numItems: 1 } })
      .catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as unknown as ConvexError<Record<string, string>>).data).toEqual({ isConvexSystemError: true, paginationError: "InvalidCursor" });
  });
});
