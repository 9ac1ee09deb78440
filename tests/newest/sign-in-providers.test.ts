// @vitest-environment happy-dom
/**
 * `convex/react-auth0` and `convex/react-clerk`: the package's own providers, over a real server. What these libraries' hooks
 * would give is made here, with tokens that the deployment signs; a build tool puts it in their place. SY-175, SY-176.
 */
import { createRequire } from "node:module";
import { build } from "esbuild";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startServer, until, type TestServer } from "../harness.js";
import { NODE_WEB_SOCKET } from "../sync/base-client.js";

interface Page {
  /** What the page has shown. */
  readonly shown: string[];
  readonly close: () => Promise<void>;
}

interface SignIn {
  readonly url: string;
  readonly webSocketConstructor: typeof WebSocket;
  readonly token: (options: unknown) => Promise<string>;
}

const COMMON = `
  import { createElement } from "react";
  import { createRoot } from "react-dom/client";
  import { Authenticated, AuthLoading, ConvexReactClient, Unauthenticated, useQuery } from "convex/react";
  export function show({ url, webSocketConstructor }, Provider, props) {
    const shown = [];
    const client = new ConvexReactClient(url, { logger: false, unsavedChangesWarning: false, webSocketConstructor });
    const Says = ({ text }) => { if (shown.at(-1) !== text) shown.push(text); return null; };
    const Home = () => createElement(Says, { text: String(useQuery("tokens:whoami", {})) });
    const root = createRoot(document.createElement("div"));
    root.render(createElement(Provider, { client, ...props },
      createElement(AuthLoading, null, createElement(Says, { text: "loading" })),
      createElement(Unauthenticated, null, createElement(Says, { text: "sign in" })),
      createElement(Authenticated, null, createElement(Home))));
    return { shown, close: async () => { root.unmount(); await client.close(); } };
  }`;

const AUTH0 = `
  import { ConvexProviderWithAuth0 } from "convex/react-auth0";
  import { setUser } from "@auth0/auth0-react";
  import { show } from "common";
  export default (signIn) => {
    setUser({ isLoading: false, isAuthenticated: true, getAccessTokenSilently: async (options) => ({ id_token: await signIn.token(options) }) });
    return show(signIn, ConvexProviderWithAuth0, {});
  };`;

const CLERK = `
  import { ConvexProviderWithClerk } from "convex/react-clerk";
  import { show } from "common";
  export default (signIn) => {
    const getToken = (options) => signIn.token(options);
    const useAuth = () => ({ isLoaded: true, isSignedIn: true, getToken, orgId: null, orgRole: null, sessionId: "session", sessionClaims: {} });
    return show(signIn, ConvexProviderWithClerk, { useAuth });
  };`;

const MODULES: Readonly<Record<string, string>> = {
  common: COMMON,
  "@auth0/auth0-react": "let user; export const setUser = (next) => { user = next; }; export const useAuth0 = () => user;",
};

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("newest");
});

afterAll(() => server[Symbol.asyncDispose]());

async function open(source: string, asked: unknown[]): Promise<Page> {
  const result = await build({
    stdin: { contents: source, resolveDir: ROOT },
    bundle: true,
    write: false,
    format: "cjs",
    external: ["react", "react-dom"],
    plugins: [{
      name: "modules of this test",
      setup: ({ onResolve, onLoad }) => {
        onResolve({ filter: /^(?:common|@auth0\/auth0-react)$/ }, ({ path }) => ({ path, namespace: "test" }));
        onLoad({ filter: /.*/, namespace: "test" }, ({ path }) => ({ contents: MODULES[path]!, resolveDir: ROOT }));
      },
    }],
  });
  const module = { exports: {} as { default: (signIn: SignIn) => Page } };
  new Function("module", "exports", "require", result.outputFiles[0]!.text)(module, module.exports, createRequire(import.meta.url));
  const sign = makeFunctionReference<"mutation", { claims: { sub: string; aud: string; n: number }; expiresInSeconds: number }, string>("tokens:sign");
  const token = async (options: unknown): Promise<string> => {
    asked.push(options);
    return await server.http().mutation(sign, { claims: { sub: "ann", aud: "newest", n: asked.length }, expiresInSeconds: 600 });
  };
  return module.exports.default({ url: server.url, webSocketConstructor: NODE_WEB_SOCKET, token });
}

test("SY-175 ConvexProviderWithAuth0 signs in with the ID token", async () => {
  const asked: unknown[] = [];
  const page = await open(AUTH0, asked);
  await until(() => page.shown.at(-1) === `${server.url}|ann`, `the home of the user: ${page.shown.join()}`);
  expect(page.shown[0]).toBe("loading");
  expect(asked[0]).toEqual({ detailedResponse: true, cacheMode: "on" });
  await page.close();
});

test("SY-176 ConvexProviderWithClerk signs in with the token of the template", async () => {
  const asked: unknown[] = [];
  const page = await open(CLERK, asked);
  await until(() => page.shown.at(-1) === `${server.url}|ann`, `the home of the user: ${page.shown.join()}`);
  expect(page.shown).not.toContain("sign in");
  expect(asked[0]).toEqual({ template: "convex", skipCache: false });
  await page.close();
});
