/** Users of real clients over a life: leaving, changing, reconnecting, many at once. AU-80 to AU-89. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { TcpProxy } from "../sync/tcp-proxy.js";
import { Watch } from "../sync/watch.js";
import { acts, deployAuth, setProviders, users } from "./auth-app.js";
import { IdentityProvider } from "./identity-provider.js";
import { ConvexClient } from "convex/browser";

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

const tokenFor = (subject: string) => () => provider.token({ subject });

test("AU-80 a user leaves, and another one comes", async () => {
  const client = server.client();
  const changes: boolean[] = [];
  const watch = Watch.on(client, users.subject, {});
  client.setAuth(tokenFor("ann"), (isAuthenticated) => changes.push(isAuthenticated));
  await watch.value((subject) => subject === "ann");
  await until(() => changes.length === 2, "the fresh token that follows the first one");
  client.client.clearAuth();
  await watch.value((subject) => subject === null);
  await expect(client.mutation(users.write, { body: "x" })).rejects.toThrow("Unauthenticated call to mutation");
  client.setAuth(tokenFor("bob"), (isAuthenticated) => changes.push(isAuthenticated));
  await watch.value((subject) => subject === "bob");
  client.setAuth(tokenFor("carl"), (isAuthenticated) => changes.push(isAuthenticated));
  await watch.value((subject) => subject === "carl");
  expect(changes.at(-1)).toBe(true);
  expect(client.getAuth()?.decoded["sub"]).toBe("carl");
});

test("AU-81 mutations that follow a change of user act as the new one", async () => {
  const client = server.client();
  client.setAuth(tokenFor("first"));
  expect(await client.mutation(users.writeAsAnybody, { body: "1" })).toBe("first");
  client.setAuth(tokenFor("second"));
  expect(await client.mutation(users.writeAsAnybody, { body: "2" })).toBe("second");
});

test("AU-82 actions act as their caller, and so does all that they call; each can see the token", async () => {
  const token = await provider.token({ subject: "act" });
  const client = server.client();
  client.setAuth(() => Promise.resolve(token));
  const everywhere = { action: "act", query: "act", mutation: `${provider.issuer}|act`, inner: "act", token, tokenInMutation: token };
  expect(await client.action(acts.everywhere, {})).toEqual(everywhere);
  const http = server.http();
  http.setAuth(token);
  expect(await http.action(acts.everywhere, {})).toEqual(everywhere);
  expect(await http.mutation(users.tokenOfCaller, {})).toBe(token);
  expect(await server.http().mutation(users.tokenOfCaller, {})).toBeNull();
  expect(await server.http().action(acts.whoami, {})).toBeNull();
});

test("AU-83 a hundred clients authenticate at once, by one look at the keys", async () => {
  await using other = await IdentityProvider.start("ES256");
  await setProviders(server, [provider.openId(), other.openId()]);
  const watches = Array.from({ length: 100 }, (_, n) => {
    const client = server.client();
    client.setAuth(() => other.token({ subject: `user ${n}` }));
    return [Watch.on(client, users.subject, {}), Watch.on(client, users.anything, {})] as const;
  });
  const values = await Promise.all(watches.map(async ([subject, anything]) => [await subject.value(), await anything.value()]));
  expect(values).toEqual(watches.map((_, n) => [`user ${n}`, "the same for all"]));
  expect(other.keysRequests).toBe(1);
  await setProviders(server, [provider.openId()]);
});

describe("broken connections", () => {
  test("AU-84 a server that is killed comes back to the same users, and mutations that were under way act as them", async () => {
    const client = server.client();
    const changes: boolean[] = [];
    client.setAuth(tokenFor("survivor"), (isAuthenticated) => changes.push(isAuthenticated));
    const watch = Watch.on(client, users.mine, {});
    await watch.value();
    await server.kill();
    const written = client.mutation(users.write, { body: "during" });
    await server.start();
    expect(await written).toBe(`${provider.issuer}|survivor`);
    await watch.value(({ count }) => count === 1);
    expect(new Set(watch.values.map(({ subject }) => subject))).toEqual(new Set(["survivor"]));
    expect(changes).not.toContain(false);
  });

  test("AU-85 a client that was away longer than its token lives comes back with a new one; nothing runs as nobody", async () => {
    await using proxy = await TcpProxy.to(server.url);
    const client = server.adopt(new ConvexClient(proxy.url, { logger: false, authRefreshTokenLeewaySeconds: -3600 }));
    const changes: boolean[] = [];
    client.setAuth(() => provider.token({ subject: "sleeper", lifetimeSeconds: 3 }), (isAuthenticated) => changes.push(isAuthenticated));
    const watch = Watch.on(client, users.mine, {});
    await watch.value();
    const expired = Date.now() + 5_000;
    proxy.accepting = false;
    proxy.cut();
    const written = client.mutation(users.writeAsAnybody, { body: "asleep" });
    await until(() => Date.now() > expired, "the token's end");
    proxy.accepting = true;
    expect(await written).toBe("sleeper");
    await watch.value(({ count }) => count === 1);
    expect(new Set(watch.values.map(({ subject }) => subject))).toEqual(new Set(["sleeper"]));
    expect(changes).not.toContain(false);
  });
});

test("AU-86 a token is reused where the client is told to", async () => {
  const client = server.client({ initialAuthTokenReuse: true });
  let fetched = 0;
  client.setAuth(() => {
    fetched++;
    return provider.token({ subject: "saver" });
  });
  expect(await Watch.on(client, users.subject, {}).value()).toBe("saver");
  expect(await client.mutation(users.writeAsAnybody, { body: "x" })).toBe("saver");
  expect(fetched).toBe(1);
});

test("AU-87 a client that expects a user asks nothing before", async () => {
  const client = server.client({ expectAuth: true });
  const watch = Watch.on(client, users.subject, {});
  const written = client.mutation(users.writeAsAnybody, { body: "x" });
  client.setAuth(tokenFor("expected"));
  expect(await written).toBe("expected");
  expect(await watch.value()).toBe("expected");
  expect(watch.values).toEqual(["expected"]);
});

test("AU-88 keys that change under many clients trouble none of them", async () => {
  const clients = Array.from({ length: 20 }, () => server.client({ authRefreshTokenLeewaySeconds: 2 }));
  const changes: boolean[] = [];
  let fetched = 0;
  const watches = clients.map((client, n) => {
    client.setAuth(
      () => {
        fetched++;
        return provider.token({ subject: `user ${n}`, lifetimeSeconds: 4 });
      },
      (isAuthenticated) => changes.push(isAuthenticated),
    );
    return Watch.on(client, users.subject, {});
  });
  await Promise.all(watches.map((watch) => watch.value()));
  await provider.rotate();
  const before = fetched;
  await until(() => fetched >= before + 40, "renewals with the new key");
  expect(watches.map(({ values }) => values)).toEqual(watches.map((_, n) => [`user ${n}`]));
  expect(changes).not.toContain(false);
});
