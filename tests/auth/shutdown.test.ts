/** A server that stops does not wait for identity providers. AU-35. */
import { expect, test } from "vitest";
import { startServer, until } from "../harness.js";
import { deployAuth, identityOf, refusal, setProviders } from "./auth-app.js";
import { IdentityProvider } from "./identity-provider.js";

test("AU-35 a server that stops waits neither for a provider's answer nor for its connection", async () => {
  await using server = await startServer();
  await using provider = await IdentityProvider.start();
  await using silent = await IdentityProvider.start();
  await deployAuth(server, [provider.openId()]);
  await setProviders(server, [provider.openId(), silent.openId()]);
  await identityOf(server, await provider.token());
  silent.answers.set("/jwks.json", () => undefined);
  const refused = refusal(server, await silent.token()).catch((error: unknown) => error as Error);
  await until(() => silent.keysRequests === 1, "the request for keys");
  const from = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - from).toBeLessThan(4_000);
  await refused;
});
