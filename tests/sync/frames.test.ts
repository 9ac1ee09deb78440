/** The sync protocol on the wire: the exact shape of what the server says, and what it does with frames that are none. SY-57 to SY-68, SY-104. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, startServer, until, type TestServer } from "../harness.js";
import { messages } from "./basics-api.js";
import { RawSocket, wireTimestampToNs, type Frame, type TransitionFrame } from "./raw-socket.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("basics");
});

afterAll(() => server[Symbol.asyncDispose]());

const START = { querySet: 0, ts: "AAAAAAAAAAA=", identity: 0 };
const TIMESTAMP = expect.stringMatching(/^[A-Za-z0-9+/]{11}=$/) as string;

function addQuery(queryId: number, channel: string): object {
  return { type: "Add", queryId, udfPath: "messages:list", args: [{ channel }] };
}

function change(baseVersion: number, ...modifications: object[]): object {
  return { type: "ModifyQuerySet", baseVersion, newVersion: baseVersion + 1, modifications };
}

describe("the shape of messages", () => {
  test("SY-57 a query's result is a Transition from version 0 to the newest", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(change(0, addQuery(0, "shape")));
    const transition = await raw.transition();
    expect(transition).toEqual({
      type: "Transition",
      startVersion: START,
      endVersion: { querySet: 1, ts: TIMESTAMP, identity: 0 },
      modifications: [{ type: "QueryUpdated", queryId: 0, value: [], logLines: [], journal: null }],
      clientClockSkew: expect.any(Number) as number,
      serverTs: expect.any(Number) as number,
    });
    expect(Math.abs((transition["serverTs"] as number) / 1e6 - Date.now())).toBeLessThan(60_000);
    expect(Math.abs(Number(wireTimestampToNs(transition.endVersion.ts) / 1_000_000n) - Date.now())).toBeLessThan(60_000);
    await raw.close();
  });

  test("SY-105 clients that watch the same are told the same, without a clock of their own", async () => {
    const sockets = await Promise.all([1, 2, 3].map(() => RawSocket.connect(server.url)));
    for (const raw of sockets) raw.send(change(0, addQuery(0, "same")));
    const first = await Promise.all(sockets.map((raw) => raw.transition()));
    // From where the last of them began, all are at one version.
    await server.http().mutation(messages.send, { channel: "same", body: "a" });
    await until(() => sockets.every(({ frames }) => frames.some((frame) => JSON.stringify(frame).includes('"body":"a"'))), "all to see the message");
    await server.http().mutation(messages.send, { channel: "same", body: "b" });
    await until(() => sockets.every(({ frames }) => JSON.stringify(frames.at(-1)).includes('"body":"b"')), "all to see the second message");
    const [one, ...others] = sockets.map(({ frames }) => frames.at(-1));
    for (const other of others) expect(other).toEqual(one);
    expect(Object.keys(one!).sort()).toEqual(["endVersion", "modifications", "startVersion", "type"]);
    expect(first.every((transition) => "serverTs" in transition)).toBe(true);
    await Promise.all(sockets.map((raw) => raw.close()));
  });

  test("SY-58 each Transition starts where the last one ended", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(change(0, addQuery(0, "versions")));
    const first = await raw.transition();
    await server.http().mutation(messages.send, { channel: "versions", body: "a" });
    const second = await raw.transition(1);
    expect(second.startVersion).toEqual(first.endVersion);
    expect(second.endVersion).toEqual({ querySet: 1, ts: TIMESTAMP, identity: 0 });
    expect(wireTimestampToNs(second.endVersion.ts)).toBeGreaterThan(wireTimestampToNs(first.endVersion.ts));
    raw.send(change(1, { type: "Remove", queryId: 0 }, addQuery(1, "other")));
    const third = await raw.transition(2);
    expect(third.startVersion).toEqual(second.endVersion);
    expect(third.endVersion.querySet).toBe(2);
    expect([...third.modifications].sort((a, b) => a.queryId - b.queryId)).toEqual([
      { type: "QueryRemoved", queryId: 0 },
      { type: "QueryUpdated", queryId: 1, value: [], logLines: [], journal: null },
    ]);
    await raw.close();
  });

  test("SY-59 a failed query is a QueryFailed with its data", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(change(0, { type: "Add", queryId: 0, udfPath: "messages:failWhenEmpty", args: [{ channel: "nothing" }] }));
    const { modifications } = await raw.transition();
    expect(modifications).toEqual([
      {
        type: "QueryFailed",
        queryId: 0,
        errorMessage: expect.stringMatching(/^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught ConvexError: nothing here\n/) as string,
        errorData: "nothing here",
        logLines: [],
        journal: null,
      },
    ]);
    await raw.close();
  });

  test("SY-60 a mutation's answer carries the timestamp that a Transition then reaches", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(change(0));
    await raw.transition();
    raw.send({ type: "Mutation", requestId: 7, udfPath: "messages:send", args: [{ channel: "answer", body: "a" }] });
    const answer = await raw.frame("MutationResponse");
    expect(answer).toEqual({ type: "MutationResponse", requestId: 7, success: true, result: expect.stringMatching(/^[0-9a-z]{31,37}$/) as string, ts: TIMESTAMP, logLines: [] });
    const transition = await raw.transition(1);
    expect(wireTimestampToNs(transition.endVersion.ts)).toBeGreaterThanOrEqual(wireTimestampToNs(answer["ts"] as string));
    await raw.close();
  });

  test("SY-61 a failed mutation's answer has no timestamp", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send({ type: "Mutation", requestId: 0, udfPath: "messages:send", args: [{ channel: "answer", body: "" }] });
    expect(await raw.frame("MutationResponse")).toEqual({
      type: "MutationResponse",
      requestId: 0,
      success: false,
      result: expect.stringContaining("Uncaught ConvexError") as string,
      errorData: { code: "empty", field: "body" },
      logLines: [],
    });
    await raw.close();
  });

  test("SY-62 the same request of the same session is answered the same, however often it is sent", async () => {
    const sessionId = randomUUID();
    const request = { type: "Mutation", requestId: 0, udfPath: "messages:send", args: [{ channel: "repeated", body: "a" }] };
    const answers: Frame[] = [];
    for (let connectionCount = 0; connectionCount < 3; connectionCount++) {
      const raw = await RawSocket.open(server.url);
      raw.send({ type: "Connect", sessionId, connectionCount, lastCloseReason: null, clientTs: 0 });
      raw.send(request);
      answers.push(await raw.frame("MutationResponse"));
      await raw.close();
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await server.http().query(messages.list, { channel: "repeated" })).toHaveLength(1);
  });

  test("SY-63 a client that has seen a timestamp is never shown an older state", async () => {
    const id = await RawSocket.connect(server.url);
    id.send({ type: "Mutation", requestId: 0, udfPath: "messages:send", args: [{ channel: "observed", body: "a" }] });
    const { ts } = await id.frame("MutationResponse");
    await id.close();
    const raw = await RawSocket.open(server.url);
    raw.send({ type: "Connect", sessionId: randomUUID(), connectionCount: 1, lastCloseReason: null, maxObservedTimestamp: ts, clientTs: 0 });
    raw.send(change(0, addQuery(0, "observed")));
    const transition = await raw.transition();
    expect(wireTimestampToNs(transition.endVersion.ts)).toBeGreaterThanOrEqual(wireTimestampToNs(ts as string));
    await raw.close();
  });

  test.each(["/api/sync", "/api/1.48.0/sync", "/api/0.0.0-test/sync"])("SY-64 %s is the sync socket", async (path) => {
    const raw = await RawSocket.connect(server.url, path);
    raw.send(change(0));
    expect((await raw.transition()).endVersion.querySet).toBe(1);
    await raw.close();
  });
});

describe("back-pressure", () => {
  test("SY-104 a client that stops reading is sent the newest state when it goes on, not everything between", async () => {
    const http = server.http();
    const id = await http.mutation(messages.send, { channel: "slow client", body: "start" });
    const raw = await RawSocket.connect(server.url);
    raw.send(change(0, addQuery(0, "slow client")));
    await raw.transition();
    raw.pause();
    const edits = 60;
    for (let i = 1; i <= edits; i++) await http.mutation(messages.edit, { id, body: `${i} `.padEnd(500_000, "x") });
    raw.resume();
    const newest = (): string | undefined => {
      const [shown] = raw.frames.filter((frame) => frame.type === "Transition").slice(-1) as TransitionFrame[];
      return (shown!.modifications[0]?.["value"] as { body: string }[] | undefined)?.[0]?.body;
    };
    await until(() => newest()?.startsWith(`${edits} `), "the newest state");
    expect(raw.frames.length).toBeLessThan(edits / 2);
    await raw.close();
  });
});

describe("authentication", () => {
  test("SY-65 an admin key raises the identity version, a wrong one is an AuthError that leaves it", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send({ type: "Authenticate", tokenType: "Admin", value: "wrong|key", baseVersion: 0 });
    expect(await raw.frame("AuthError")).toEqual({ type: "AuthError", error: expect.stringContaining("admin key") as string, baseVersion: 0, authUpdateAttempted: true });
    raw.send({ type: "Authenticate", tokenType: "Admin", value: ADMIN_KEY, baseVersion: 0 });
    expect((await raw.transition()).endVersion).toEqual({ querySet: 0, ts: TIMESTAMP, identity: 1 });
    raw.send({ type: "Authenticate", tokenType: "None", baseVersion: 1 });
    const from = raw.frames.length;
    await until(() => raw.frames.slice(from - 1).some((frame) => frame.type === "Transition" && (frame["endVersion"] as { identity: number }).identity === 2), "identity version 2");
    await raw.close();
  });
});

describe("frames that are refused", () => {
  const CONNECT = { type: "Connect", sessionId: "00000000-0000-4000-8000-000000000000", connectionCount: 0, lastCloseReason: null, clientTs: 0 };

  test.each<[what: string, frames: readonly (object | string)[]]>([
    ["no JSON", [CONNECT, "{"]],
    ["JSON that is no object", [CONNECT, "[]"]],
    ["an unknown type", [CONNECT, { type: "Subscribe" }]],
    ["a frame before Connect", [change(0, addQuery(0, "x"))]],
    ["Connect twice", [CONNECT, CONNECT]],
    ["a query set version that does not follow", [CONNECT, change(3, addQuery(0, "x"))]],
    ["a query id used twice", [CONNECT, change(0, addQuery(0, "x"), addQuery(0, "y"))]],
    ["an identity version that does not follow", [CONNECT, { type: "Authenticate", tokenType: "None", baseVersion: 4 }]],
    ["an unknown token type", [CONNECT, { type: "Authenticate", tokenType: "Magic", value: "x", baseVersion: 0 }]],
    ["a missing field", [CONNECT, { type: "Mutation", requestId: 0, args: [{}] }]],
    ["a negative request id", [CONNECT, { type: "Mutation", requestId: -1, udfPath: "messages:send", args: [{}] }]],
    ["arguments that are no array", [CONNECT, { type: "Mutation", requestId: 0, udfPath: "messages:send", args: { channel: "x" } }]],
    ["a timestamp that is none", [{ ...CONNECT, maxObservedTimestamp: "AAAA" }]],
  ])("SY-66 %s ends the connection with a FatalError that says why", async (_what, frames) => {
    const raw = await RawSocket.open(server.url);
    for (const frame of frames) raw.send(frame);
    const fatal = await raw.frame("FatalError");
    expect(fatal).toEqual({ type: "FatalError", error: expect.stringMatching(/^[A-Z].{10,}/) as string });
    expect(await raw.untilClosed()).toEqual({ code: 1002, reason: expect.any(String) as string });
  });

  test("SY-67 a binary frame ends the connection", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(Buffer.from([1, 2, 3]));
    expect((await raw.untilClosed()).code).toBe(1003);
  });

  test("SY-68 arguments that are no value fail their own call, and the connection goes on", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send({ type: "Mutation", requestId: 0, udfPath: "messages:send", args: [{ channel: { $integer: "!" }, body: "a" }] });
    raw.send({ type: "Mutation", requestId: 1, udfPath: "messages:send", args: ["text"] });
    raw.send({ type: "Mutation", requestId: 2, udfPath: "messages:send", args: [{ channel: "alive", body: "a" }] });
    const answers = await until(() => {
      const found = raw.frames.filter((frame) => frame.type === "MutationResponse");
      return found.length === 3 ? found : null;
    }, "three answers");
    expect(answers.map((answer) => answer["success"])).toEqual([false, false, true]);
    expect(raw.closed).toBeNull();
    await raw.close();
  });
});
