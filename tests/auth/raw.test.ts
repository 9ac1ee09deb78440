/** Authentication on the wire: versions, errors, order, and what is held back while a token is checked or renewed. AU-70 to AU-79. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { RawSocket } from "../sync/raw-socket.js";
import { deployAuth, setProviders } from "./auth-app.js";
import { IdentityProvider, json } from "./identity-provider.js";

let server: TestServer;
let provider: IdentityProvider;

beforeAll(async () => {
  [server, provider] = await Promise.all([startServer(), IdentityProvider.start()]);
  await deployAuth(server, [provider.openId()]);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const user = (value: string, baseVersion: number): object => ({ type: "Authenticate", tokenType: "User", value, baseVersion });
const add = (queryId: number, udfPath: string, version: number): object => ({ type: "ModifyQuerySet", baseVersion: version - 1, newVersion: version, modifications: [{ type: "Add", queryId, udfPath, args: [{}] }] });
const write = (requestId: number): object => ({ type: "Mutation", requestId, udfPath: "users:writeAsAnybody", args: [{ body: "x" }] });

function valueOf(raw: RawSocket, queryId: number): unknown {
  const modifications = raw.frames.flatMap((frame) => (frame.type === "Transition" ? (frame["modifications"] as { queryId: number; value?: unknown }[]) : []));
  return modifications.filter((modification) => modification.queryId === queryId).at(-1)?.value;
}

function answerOf(raw: RawSocket, requestId: number): unknown {
  return raw.frames.find((frame) => frame.type === "MutationResponse" && frame["requestId"] === requestId)?.["result"];
}

const authErrors = (raw: RawSocket): object[] => raw.frames.filter(({ type }) => type === "AuthError");

function identityVersion(raw: RawSocket): number {
  const last = raw.frames.filter(({ type }) => type === "Transition").at(-1);
  return (last?.["endVersion"] as { identity: number } | undefined)?.identity ?? 0;
}

test("AU-70 a token raises the identity version, where no query changes too", async () => {
  const raw = await RawSocket.connect(server.url);
  raw.send(user(await provider.token(), 0));
  await until(() => identityVersion(raw) === 1, "version 1");
  raw.send(user(await provider.token(), 1));
  await until(() => identityVersion(raw) === 2, "version 2");
  raw.send({ type: "Authenticate", tokenType: "None", baseVersion: 2 });
  await until(() => identityVersion(raw) === 3, "version 3");
  await raw.close();
});

describe("while a token is checked", () => {
  let slow: IdentityProvider;
  let answer: () => void;

  beforeEach(async () => {
    slow = await IdentityProvider.start();
    await setProviders(server, [provider.openId(), slow.openId()]);
    const asked = new Promise<void>((resolve) => (answer = resolve));
    slow.answers.set("/jwks.json", (_, response) => void asked.then(() => json(response, slow.keySet)));
    return () => slow[Symbol.asyncDispose]();
  });

  test("AU-71 what follows it waits, runs as its user, and in order; what came before does not wait, nor do others", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(write(0));
    raw.send(add(0, "users:subject", 1));
    raw.send(user(await slow.token({ subject: "sam" }), 0));
    raw.send(write(1));
    raw.send(add(1, "users:subject", 2));
    raw.send(write(2));
    await until(() => slow.keysRequests > 0 && answerOf(raw, 0) !== undefined && valueOf(raw, 0) !== undefined, "the request for keys");
    expect(answerOf(raw, 0)).toBe("nobody");
    expect(valueOf(raw, 0)).toBeNull();

    const other = await RawSocket.connect(server.url);
    other.send(user(await provider.token({ subject: "olga" }), 0));
    other.send(write(0));
    await until(() => answerOf(other, 0), "the other's answer");
    expect(answerOf(other, 0)).toBe("olga");
    expect(answerOf(raw, 1)).toBeUndefined();
    expect(valueOf(raw, 1)).toBeUndefined();

    answer();
    await until(() => answerOf(raw, 2) !== undefined && valueOf(raw, 1) !== undefined, "what waited");
    expect([answerOf(raw, 1), answerOf(raw, 2), valueOf(raw, 0), valueOf(raw, 1)]).toEqual(["sam", "sam", "sam", "sam"]);
    expect(identityVersion(raw)).toBe(1);
    await raw.close();
    await other.close();
  });

  test("AU-72 a client that leaves leaves nothing behind", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(user(await slow.token({ subject: "gone" }), 0));
    raw.send(write(0));
    await until(() => slow.keysRequests > 0, "the request for keys");
    await raw.close();
    await until(async () => (await server.metric("rivulet_engine_sockets")) === 0, "its end");
    answer();
    const check = await RawSocket.connect(server.url);
    check.send(user(await slow.token({ subject: "check" }), 0));
    check.send(add(0, "users:authors", 1));
    await until(() => valueOf(check, 0), "the notes");
    expect(valueOf(check, 0)).not.toContain("gone");
    await check.close();
  });

  test("AU-73 a provider that does not answer closes the socket in a way that clients come back from", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(user(await slow.token(), 0));
    raw.send(write(0));
    await until(() => raw.closed, "the end");
    expect(raw.closed).toMatchObject({ code: 1013, reason: expect.stringMatching(/^InternalServerError: The auth provider's keys could not be fetched/) as string });
    expect(authErrors(raw)).toEqual([]);
    expect(answerOf(raw, 0)).toBeUndefined();
    answer();
  });
});

describe("a token that is refused", () => {
  beforeAll(() => setProviders(server, [provider.openId()]));

  test("AU-74 is an AuthError that leaves the version, and what follows waits for another token", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(user(await provider.token({ lifetimeSeconds: -60 }), 0));
    raw.send(write(0));
    raw.send(add(0, "users:subject", 1));
    await until(() => authErrors(raw).length > 0, "the error");
    expect(authErrors(raw)).toEqual([{ type: "AuthError", error: expect.stringMatching(/^The token expired 6\d s ago/) as string, baseVersion: 0, authUpdateAttempted: true }]);
    // The client has counted its refused token.
    raw.send(user(await provider.token({ subject: "zoe" }), 1));
    await until(() => answerOf(raw, 0) !== undefined && valueOf(raw, 0) !== undefined, "what waited");
    expect([answerOf(raw, 0), valueOf(raw, 0), identityVersion(raw)]).toEqual(["zoe", "zoe", 2]);
    await raw.close();
  });

  test("AU-75 and not followed by another leaves the identity as it was", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(user(await provider.token({ subject: "kim" }), 0));
    raw.send(user("no token", 1));
    raw.send(write(0));
    await until(() => answerOf(raw, 0), "the answer");
    expect(answerOf(raw, 0)).toBe("kim");
    expect(authErrors(raw)).toMatchObject([{ baseVersion: 1, authUpdateAttempted: true }]);
    await raw.close();
  });

  test("AU-76 of a version that the client can't have closes the connection", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(user("no token", 0));
    raw.send(user(await provider.token(), 9));
    await until(() => raw.closed, "the end");
    expect(raw.frames.at(-1)).toMatchObject({ type: "FatalError" });
  });
});

describe("a token that ends", () => {
  test("AU-77 is told, as no attempt of the client's, and nobody is acted for until there is another", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(user(await provider.token({ subject: "eva", lifetimeSeconds: 2 }), 0));
    raw.send(add(0, "users:mine", 1));
    await until(() => valueOf(raw, 0), "the value");
    await until(() => authErrors(raw).length > 0, "the error");
    expect(authErrors(raw)).toEqual([{ type: "AuthError", error: "The token has expired.", baseVersion: 0, authUpdateAttempted: false }]);
    raw.send(write(0));
    raw.send(user(await provider.token({ subject: "eva" }), 1));
    await until(() => answerOf(raw, 0) !== undefined && identityVersion(raw) === 2, "the answer");
    expect(answerOf(raw, 0)).toBe("eva");
    await until(() => (valueOf(raw, 0) as { count: number }).count === 1, "the note");
    expect(JSON.stringify(raw.frames)).not.toContain("nobody");
    await raw.close();
  });

  test("AU-78 and is not followed by another leaves nobody", async () => {
    const raw = await RawSocket.connect(server.url);
    raw.send(user(await provider.token({ subject: "lou", lifetimeSeconds: 1 }), 0));
    raw.send(add(0, "users:subject", 1));
    await until(() => valueOf(raw, 0) === "lou", "the value");
    await until(() => valueOf(raw, 0) === null, "nobody");
    raw.send(write(0));
    await until(() => answerOf(raw, 0), "the answer");
    expect(answerOf(raw, 0)).toBe("nobody");
    expect(identityVersion(raw)).toBe(1);
    await raw.close();
  });

  test("AU-79 so does one whose provider is no longer trusted", async () => {
    await using other = await IdentityProvider.start();
    await setProviders(server, [provider.openId(), other.openId()]);
    const raws = await Promise.all([RawSocket.connect(server.url), RawSocket.connect(server.url)]);
    raws[0]!.send(user(await other.token({ subject: "out" }), 0));
    raws[1]!.send(user(await provider.token({ subject: "in" }), 0));
    for (const raw of raws) raw.send(add(0, "users:subject", 1));
    await until(() => valueOf(raws[0]!, 0) === "out" && valueOf(raws[1]!, 0) === "in", "the values");
    await setProviders(server, [provider.openId()]);
    await until(() => valueOf(raws[0]!, 0) === null, "nobody");
    expect(authErrors(raws[0]!)).toMatchObject([{ baseVersion: 0, authUpdateAttempted: false, error: expect.stringContaining("No auth provider") as string }]);
    expect(valueOf(raws[1]!, 0)).toBe("in");
    expect(authErrors(raws[1]!)).toEqual([]);
    await Promise.all(raws.map((raw) => raw.close()));
  });
});
