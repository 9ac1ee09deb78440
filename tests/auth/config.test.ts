/** auth.config.ts over the CLI: variables that it needs, and what later changes of them do. AU-7 to AU-9. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyApp, startServer, type TestServer } from "../harness.js";
import { changeVariables, identityOf, refusal } from "./auth-app.js";
import { AUDIENCE, IdentityProvider } from "./identity-provider.js";

const CONFIG = `export default { providers: [{ domain: process.env.ISSUER!, applicationID: process.env.AUDIENCE ?? "${AUDIENCE}" }] };`;

let server: TestServer;
let provider: IdentityProvider;
let folder: string;

beforeAll(async () => {
  [server, provider, folder] = await Promise.all([startServer(), IdentityProvider.start(), copyApp("auth")]);
  await writeFile(join(folder, "convex", "auth.config.ts"), CONFIG);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const push = (): ReturnType<TestServer["convex"]> => server.convex(folder, ["deploy", "--typecheck", "disable", "--yes"]);

test("AU-7 a variable that is missing stops the push, which tells how to set it; one with a fallback does not", async () => {
  const refused = await push();
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain("Environment variable ISSUER is used in auth config file but its value was not set.");
  expect(refused.output).not.toContain("AUDIENCE");

  const set = await server.convex(folder, ["env", "set", "ISSUER", provider.issuer]);
  expect(set.code).toBe(0);
  const pushed = await push();
  expect(pushed.code, pushed.output).toBe(0);
  expect(await identityOf(server, await provider.token())).toMatchObject({ subject: "ann" });
});

test("AU-8 a variable that changes changes the providers, without a push", async () => {
  await using other = await IdentityProvider.start("ES256");
  expect((await changeVariables(server, { ISSUER: other.issuer, AUDIENCE: "elsewhere" })).status).toBe(200);
  expect(await identityOf(server, await other.token({ audience: "elsewhere" }))).toMatchObject({ issuer: other.issuer });
  expect(await refusal(server, await provider.token())).toMatchObject({ status: 401, code: "NoAuthProvider" });
  expect((await changeVariables(server, { ISSUER: provider.issuer, AUDIENCE: null })).status).toBe(200);
  expect(await identityOf(server, await provider.token())).toMatchObject({ subject: "ann" });
});

test("AU-8 a change that auth.config.ts does not bear is refused, and nothing changes", async () => {
  for (const [variables, code] of [[{ ISSUER: null }, "AuthConfigMissingEnvironmentVariable"], [{ ISSUER: "not a url" }, "InvalidAuthConfig"]] as const) {
    const refused = await changeVariables(server, variables);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code });
  }
  expect(await identityOf(server, await provider.token())).toMatchObject({ subject: "ann" });
});

test("AU-9 providers outlive a server that is killed, and end with the file", async () => {
  await server.kill();
  await server.start();
  expect(await identityOf(server, await provider.token())).toMatchObject({ subject: "ann" });
  await rm(join(folder, "convex", "auth.config.ts"));
  const pushed = await push();
  expect(pushed.code, pushed.output).toBe(0);
  expect(await refusal(server, await provider.token({ subject: "late" }))).toMatchObject({ status: 401, code: "NoAuthProvider" });
});
