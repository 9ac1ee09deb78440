/** Tokens over the sync socket, with the official client. AU-65 to AU-73. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { Watch } from "../sync/watch.js";
import { deployAuth, setProviders, users } from "./auth-app.js";
import { IdentityProvider } from "./identity-provider.js";

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

describe("signing in", () => {
  test("AU-65 a client with a token sees what its user sees, and is told so", async () => {
    const client = server.client();
    const changes: boolean[] = [];
    const watch = Watch.on(client, users.subject, {});
    expect(await watch.value()).toBeNull();
    client.setAuth(() => provider.token({ subject: "ann" }), (isAuthenticated) => changes.push(isAuthenticated));
    expect(await watch.value((subject) => subject !== null)).toBe("ann");
    await until(() => changes.length > 0, "the change");
    expect(changes).not.toContain(false);
    expect(await client.mutation(users.write, { body: "x" })).toBe(`${provider.issuer}|ann`);
    expect(watch.values).toEqual([null, "ann"]);
  });

  test("AU-66 before anything else: nothing runs as nobody", async () => {
    const client = server.client();
    client.setAuth(() => provider.token({ subject: "bob" }));
    const watch = Watch.on(client, users.subject, {});
    expect(await client.mutation(users.writeAsAnybody, { body: "first" })).toBe("bob");
    expect(await watch.value()).toBe("bob");
    expect(watch.values).toEqual(["bob"]);
  });
});

describe("renewal", () => {
  test("AU-67 tokens of four seconds are renewed again and again; nobody flickers, and nothing runs again", async () => {
    const client = server.client({ authRefreshTokenLeewaySeconds: 2 });
    const changes: boolean[] = [];
    let fetched = 0;
    client.setAuth(
      () => {
        fetched++;
        return provider.token({ subject: "carl", lifetimeSeconds: 4 });
      },
      (isAuthenticated) => changes.push(isAuthenticated),
    );
    const watch = Watch.on(client, users.variant, { n: 1 });
    await watch.value();
    await until(() => fetched >= 5, "renewals");
    expect(client.connectionState().connectionCount).toBe(1);
    expect(watch.values).toHaveLength(1);
    expect(changes).not.toContain(false);
  });

  test("AU-68 a token that expires is replaced, and the user stays signed in", async () => {
    // The client would renew it after its end.
    const client = server.client({ authRefreshTokenLeewaySeconds: -3600 });
    const changes: boolean[] = [];
    client.setAuth(() => provider.token({ subject: "dora", lifetimeSeconds: 3 }), (isAuthenticated) => changes.push(isAuthenticated));
    const watch = Watch.on(client, users.subject, {});
    expect(await watch.value()).toBe("dora");
    await until(() => client.connectionState().connectionCount >= 3, "two expiries", 30_000);
    await client.mutation(users.write, { body: "after" });
    expect(new Set(watch.values)).toEqual(new Set(["dora"]));
    expect(changes).not.toContain(false);
  });
});

describe("trouble", () => {
  test("AU-69 a token that is refused for good signs out", async () => {
    const client = server.client();
    const changes: boolean[] = [];
    const watch = Watch.on(client, users.subject, {});
    client.setAuth(() => provider.token({ audience: "other" }), (isAuthenticated) => changes.push(isAuthenticated));
    await until(() => changes.length > 0, "the change");
    expect(changes).toEqual([false]);
    expect(await watch.value()).toBeNull();
    client.setAuth(() => provider.token({ subject: "again" }), (isAuthenticated) => changes.push(isAuthenticated));
    expect(await watch.value((subject) => subject !== null)).toBe("again");
    await until(() => changes.length > 1, "the change");
    expect(changes.slice(0, 2)).toEqual([false, true]);
    expect(changes.slice(1)).not.toContain(false);
  });

  test("AU-73 a provider that is down signs nobody out", async () => {
    await using other = await IdentityProvider.start();
    await setProviders(server, [provider.openId(), other.openId()]);
    other.isDown = true;
    const client = server.client();
    const changes: boolean[] = [];
    client.setAuth(() => other.token({ subject: "frank" }), (isAuthenticated) => changes.push(isAuthenticated));
    const watch = Watch.on(client, users.subject, {});
    await until(() => client.connectionState().connectionCount >= 2, "another attempt");
    expect(changes).toEqual([]);
    other.isDown = false;
    expect(await watch.value()).toBe("frank");
    await until(() => changes.length > 0, "the change");
    expect(changes).not.toContain(false);
  });
});
