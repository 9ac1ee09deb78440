/**
 * Connections that break and servers that restart: what clients see goes on, and every mutation happens exactly once,
 * wherever on its way the connection was lost. SY-42 to SY-49.
 *
 *     mutation:  client ──①──▶ server ──②──▶ commit ──③──▶ answer ──④──▶ client
 *     lost at:             SY-44       (restart: SY-48)        SY-45      SY-46
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from "vitest";
import { ConvexClient, type ConvexHttpClient } from "convex/browser";
import { startServer, until, type TestServer } from "../harness.js";
import { accounts, bodies, messages } from "./basics-api.js";
import { RawSocket } from "./raw-socket.js";
import { TcpProxy } from "./tcp-proxy.js";
import { Watch } from "./watch.js";

let server: TestServer;
let http: ConvexHttpClient;
let proxy: TcpProxy;
let client: ConvexClient;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("basics");
  http = server.http();
});

afterAll(() => server[Symbol.asyncDispose]());

beforeEach(async () => {
  proxy = await TcpProxy.to(server.url);
  client = server.adopt(new ConvexClient(proxy.url, { logger: false }));
});

afterEach(async () => {
  await client.close();
  await proxy[Symbol.asyncDispose]();
});

function untilConnected(): Promise<boolean> {
  return until(() => client.connectionState().isWebSocketConnected, "a connection");
}

function untilDisconnected(): Promise<boolean> {
  return until(() => !client.connectionState().isWebSocketConnected, "the connection to be lost");
}

describe.sequential("a connection that breaks", () => {
  test("SY-42 subscriptions go on, with what was missed", async () => {
    const watch = Watch.on(client, messages.list, { channel: "cut" });
    await watch.value();
    proxy.cut();
    await untilDisconnected();
    await http.mutation(messages.send, { channel: "cut", body: "missed" });
    expect(bodies(await watch.value((list) => list.length > 0))).toEqual(["missed"]);
    expect(client.connectionState().connectionCount).toBe(2);
    await http.mutation(messages.send, { channel: "cut", body: "seen" });
    await watch.value((list) => list.length === 2);
    expect(watch.values.map((list) => list.length)).toEqual([0, 1, 2]);
  });

  test("SY-43 mutations called while there is no connection are applied afterwards, in order", async () => {
    await untilConnected();
    proxy.accepting = false;
    proxy.cut();
    await untilDisconnected();
    const sent = Promise.all(["a", "b", "c"].map((body) => client.mutation(messages.send, { channel: "offline", body })));
    proxy.accepting = true;
    await sent;
    expect(bodies(await http.query(messages.list, { channel: "offline" }))).toEqual(["a", "b", "c"]);
  });

  test("SY-44 a mutation lost on its way to the server is applied once", async () => {
    const id = await http.mutation(accounts.open, { owner: "lost request", balance: 0 });
    await untilConnected();
    proxy.lose("toServer");
    const result = client.mutation(accounts.increment, { id });
    proxy.cut();
    expect(await result).toBe(1);
    expect(await http.query(accounts.balance, { id })).toBe(1);
  });

  test("SY-45 a mutation whose answer was lost is not applied again, and its answer is the first one", { timeout: 15_000 }, async () => {
    const id = await http.mutation(accounts.open, { owner: "lost answer", balance: 0 });
    const watch = Watch.on(client, accounts.balance, { id });
    await watch.value();
    proxy.lose("toClient");
    const results = Promise.all([client.mutation(accounts.increment, { id }), client.mutation(accounts.increment, { id })]);
    await until(async () => (await http.query(accounts.balance, { id })) === 2, "both increments");
    await http.mutation(accounts.increment, { id });
    proxy.cut();
    expect(await results).toEqual([1, 2]);
    expect(await http.query(accounts.balance, { id })).toBe(3);
    expect(watch.values.at(-1)).toBe(3);
  });

  test("SY-46 a mutation that was answered is not sent again", async () => {
    const id = await http.mutation(accounts.open, { owner: "answered", balance: 0 });
    expect(await client.mutation(accounts.increment, { id })).toBe(1);
    proxy.cut();
    await untilDisconnected();
    await untilConnected();
    expect(await client.mutation(accounts.increment, { id })).toBe(2);
  });

  test("SY-47 two clients with equal request numbers are not taken for one", async () => {
    const id = await http.mutation(accounts.open, { owner: "sessions", balance: 0 });
    const other = server.client();
    const results = await Promise.all([client.mutation(accounts.increment, { id }), other.mutation(accounts.increment, { id })]);
    expect(results.sort()).toEqual([1, 2]);
  });

  test("SY-47 a request that is sent again is applied once, also where the client says that its session is new, and on the same connection", async () => {
    const id = await http.mutation(accounts.open, { owner: "forgetful", balance: 0 });
    const sessionId = randomUUID();
    const connect = async (): Promise<RawSocket> => {
      const socket = await RawSocket.open(server.url);
      socket.send({ type: "Connect", sessionId, connectionCount: 0, lastCloseReason: "InitialConnect", clientTs: Date.now() });
      return socket;
    };
    const call = async (socket: RawSocket, requestId: number, udfPath: string): Promise<unknown> => {
      const from = socket.frames.length;
      socket.send({ type: "Mutation", requestId, udfPath, args: [{ id }] });
      return socket.frame("MutationResponse", from);
    };
    // Both are open before the first answer; the second has sent one of its own that failed.
    const [first, second] = [await connect(), await connect()];
    expect(await call(second, 1, "accounts:nothing")).toMatchObject({ success: false });
    const together = Promise.all([call(first, 7, "accounts:increment"), call(second, 7, "accounts:increment")]);
    const answers = [...(await together), await call(first, 7, "accounts:increment"), await call(second, 7, "accounts:increment")];
    await Promise.all([first.close(), second.close()]);
    const third = await connect();
    answers.push(await call(third, 7, "accounts:increment"));
    await third.close();
    expect(answers).toEqual(Array.from({ length: 5 }, () => answers[0]));
    expect(await http.query(accounts.balance, { id })).toBe(1);
  });
});

describe.sequential("a server that restarts", () => {
  test("SY-48 after kill -9 a committed mutation whose answer was lost is answered, not repeated", async () => {
    const id = await http.mutation(accounts.open, { owner: "crash", balance: 0 });
    const watch = Watch.on(client, accounts.balance, { id });
    await watch.value();
    proxy.lose("toClient");
    const result = client.mutation(accounts.increment, { id });
    await until(async () => (await http.query(accounts.balance, { id })) === 1, "the increment");
    await server.kill();
    proxy.cut();
    const meanwhile = client.mutation(accounts.increment, { id });
    await server.start();
    expect(await result).toBe(1);
    expect(await meanwhile).toBe(2);
    expect(await watch.value((balance) => balance === 2)).toBe(2);
    const values = watch.values as number[];
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  test("SY-49 after an orderly restart on the same port subscriptions resume and the code still runs", async () => {
    const watch = Watch.on(client, messages.list, { channel: "restart" });
    await watch.value();
    await server.stop();
    await untilDisconnected();
    await server.start();
    const id = await http.mutation(messages.send, { channel: "restart", body: "back" });
    expect((await watch.value((list) => list.length === 1))[0]?._id).toBe(id);
  });
});
