// @vitest-environment happy-dom
/** `ConvexProviderWithAuth`, `useConvexAuth`, `Authenticated`, `Unauthenticated`, `AuthLoading` over a real server. AU-90 to AU-95. */
import { useMemo, useState, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { Authenticated, AuthLoading, ConvexProviderWithAuth, ConvexReactClient, Unauthenticated, useConvexAuth, useQuery } from "convex/react";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { NODE_WEB_SOCKET } from "../sync/base-client.js";
import { deployAuth, setProviders, users } from "./auth-app.js";
import { IdentityProvider } from "./identity-provider.js";

declare const document: { createElement(name: string): Element };

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

interface User {
  readonly isLoading: boolean;
  readonly isAuthenticated: boolean;
  readonly fetchToken: (forceRefreshToken: boolean) => Promise<string | null>;
}

const LOADING: User = { isLoading: true, isAuthenticated: false, fetchToken: () => Promise.resolve(null) };
const NOBODY: User = { ...LOADING, isLoading: false };

/** A page whose user can be changed, with everything that it has shown and asked. */
class Page {
  readonly shown: string[] = [];
  /** What `useConvexAuth` has told. */
  readonly states: string[] = [];
  fetched = 0;
  readonly #client: ConvexReactClient;
  readonly #root = createRoot(document.createElement("div"), { onUncaughtError: (error) => void this.shown.push(String(error)) });
  #setUser: (user: User) => void = () => undefined;

  constructor(user: User, leewaySeconds = 10) {
    this.#client = server.adopt(new ConvexReactClient(server.url, { logger: false, webSocketConstructor: NODE_WEB_SOCKET, unsavedChangesWarning: false, authRefreshTokenLeewaySeconds: leewaySeconds }));
    this.#root.render(<this.App initial={user} />);
  }

  set user(user: User) {
    this.#setUser(user);
  }

  until(text: string): Promise<boolean> {
    return until(() => this.shown.at(-1) === text, `"${text}"; shown so far: ${this.shown.join(" | ")}`);
  }

  unmount(): void {
    this.#root.unmount();
  }

  readonly App = ({ initial }: { readonly initial: User }): ReactNode => {
    const [user, setUser] = useState(initial);
    this.#setUser = setUser;
    const useAuth = (): ReturnType<Parameters<typeof ConvexProviderWithAuth>[0]["useAuth"]> => {
      const { isLoading, isAuthenticated, fetchToken } = user;
      return useMemo(
        () => ({
          isLoading,
          isAuthenticated,
          fetchAccessToken: ({ forceRefreshToken }) => {
            this.fetched++;
            return fetchToken(forceRefreshToken);
          },
        }),
        [isLoading, isAuthenticated, fetchToken],
      );
    };
    return (
      <ConvexProviderWithAuth client={this.#client} useAuth={useAuth}>
        <this.State />
        <AuthLoading>{this.#says("loading")}</AuthLoading>
        <Unauthenticated>{this.#says("sign in")}</Unauthenticated>
        <Authenticated>
          <this.Home />
        </Authenticated>
      </ConvexProviderWithAuth>
    );
  };

  readonly State = (): ReactNode => {
    const { isLoading, isAuthenticated } = useConvexAuth();
    this.states.push(isLoading ? "loading" : isAuthenticated ? "in" : "out");
    return null;
  };

  readonly Home = (): ReactNode => {
    const subject = useQuery(users.subject, {});
    this.#say(subject === undefined ? "home" : `home of ${String(subject)}`);
    return null;
  };

  #says(text: string): ReactNode {
    const Says = (): ReactNode => {
      this.#say(text);
      return null;
    };
    return <Says />;
  }

  #say(text: string): void {
    if (this.shown.at(-1) !== text) this.shown.push(text);
  }
}

const userNamed = (subject: string, lifetimeSeconds = 3600): User => ({ isLoading: false, isAuthenticated: true, fetchToken: () => provider.token({ subject, lifetimeSeconds }) });

test("AU-90 from loading to the home of the user, with one token from the cache and a fresh one", async () => {
  const page = new Page(LOADING);
  await page.until("loading");
  page.user = userNamed("ann");
  await page.until("home of ann");
  expect(page.shown).not.toContain("sign in");
  expect(page.shown).not.toContain("home of null");
  expect(page.states).not.toContain("out");
  await until(() => page.fetched === 2, "the fresh token");
  page.unmount();
});

test("AU-91 nobody is asked to sign in; whoever signs out is asked again; another user comes", async () => {
  const page = new Page(NOBODY);
  await page.until("sign in");
  page.user = userNamed("ann");
  await page.until("home of ann");
  page.user = NOBODY;
  await page.until("sign in");
  page.user = userNamed("bob");
  await page.until("home of bob");
  const afterSignOut = page.shown.slice(page.shown.lastIndexOf("sign in"));
  expect(afterSignOut).not.toContain("home of ann");
  expect(afterSignOut).not.toContain("home of null");
  page.unmount();
});

test("AU-92 renewals show nothing, and fetch one token each", async () => {
  const page = new Page(userNamed("ann", 4), 2);
  await page.until("home of ann");
  const shown = page.shown.length;
  const from = Date.now();
  await until(() => page.fetched >= 6, "renewals");
  // Two at first, and one each two seconds: no loop.
  expect(page.fetched - 2).toBeLessThanOrEqual(Math.ceil((Date.now() - from) / 2_000) + 1);
  expect(page.shown.length).toBe(shown);
  expect(page.states.slice(page.states.indexOf("in"))).not.toContain("out");
  page.unmount();
});

test("AU-93 a token that is never accepted ends in signing in, after a few attempts", async () => {
  const page = new Page({ isLoading: false, isAuthenticated: true, fetchToken: () => provider.token({ audience: "other" }) });
  await page.until("sign in");
  const { fetched } = page;
  expect(fetched).toBeLessThanOrEqual(5);
  expect(page.shown.filter((text) => text.startsWith("home"))).toEqual([]);
  // What else the client does, it has done when another user's page is complete.
  const other = new Page(userNamed("ann"));
  await other.until("home of ann");
  expect(page.fetched).toBe(fetched);
  page.unmount();
  other.unmount();
});

test("AU-94 a provider that is down leaves the page loading, not signed out, and fetches no tokens in a loop", async () => {
  await using other = await IdentityProvider.start();
  await setProviders(server, [provider.openId(), other.openId()]);
  other.isDown = true;
  const page = new Page({ isLoading: false, isAuthenticated: true, fetchToken: () => other.token({ subject: "patient" }) });
  const attempts = await server.metric("rivulet_sockets_opened_total");
  await until(async () => (await server.metric("rivulet_sockets_opened_total")) >= attempts + 2, "two more attempts");
  expect(page.fetched).toBe(1);
  expect(page.shown).not.toContain("sign in");
  other.isDown = false;
  await page.until("home of patient");
  page.unmount();
});
