/** What no other test uses of `convex/browser` and `convex/nextjs`: members of the clients, and their types. SY-170 to SY-173. */
import {
  BaseConvexClient, ConvexClient, ConvexHttpClient, type AuthTokenFetcher, type BaseConvexClientOptions, type ConnectionState, type ConvexClientOptions, type FunctionResult, type HttpMutationOptions,
  type MutationOptions, type OptimisticLocalStore, type OptimisticUpdate, type PaginationStatus, type QueryJournal, type QueryOptions, type QueryToken, type SubscribeOptions,
} from "convex/browser";
import { fetchAction, fetchMutation, fetchQuery, preloadedQueryResult, preloadQuery, type NextjsOptions } from "convex/nextjs";
import { makeFunctionReference, type FunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, expectTypeOf, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { NODE_WEB_SOCKET } from "../sync/base-client.js";

const sign = makeFunctionReference<"mutation", { claims: { sub: string; aud: string }; expiresInSeconds: number }, string>("tokens:sign");
const whoami = makeFunctionReference<"query", Record<string, never>, string | null>("tokens:whoami");
const add = makeFunctionReference<"mutation", { list: string; rank: number }, string>("lists:add");
const ranks = makeFunctionReference<"query", { list: string }, number[]>("lists:ranks");
const double = makeFunctionReference<"action", { n: number }, number>("lists:double");

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("newest");
  token = await server.http().mutation(sign, { claims: { sub: "ann", aud: "newest" }, expiresInSeconds: 600 });
});

afterAll(() => server[Symbol.asyncDispose]());

test("SY-170 BaseConvexClient: identity, journals, logs, transitions", async () => {
  const options: BaseConvexClientOptions = { logger: false, unsavedChangesWarning: false, webSocketConstructor: NODE_WEB_SOCKET };
  const base = server.adopt(new BaseConvexClient(server.url, () => undefined, options));
  const transitions: unknown[] = [];
  const stop = base.addOnTransitionHandler((transition) => void transitions.push(transition.queries.length));
  expect([base.url, base.hasAuth(), base.getCurrentAuthClaims(), base.getMaxObservedTimestamp()]).toEqual([server.url, false, undefined, undefined]);
  let isSignedIn = false;
  base.setAuth(() => Promise.resolve(token), (signedIn) => (isSignedIn = signedIn));
  await until(() => isSignedIn, "the identity");
  expect([base.hasAuth(), base.getCurrentAuthClaims()?.decoded["sub"]]).toEqual([true, "ann"]);
  const page = { list: "journal", paginationOpts: { numItems: 1, cursor: null } };
  const { unsubscribe, queryToken } = base.subscribe("lists:page", page, { journal: null } as never);
  await until(() => base.localQueryResult("lists:page", page) !== undefined, "the page");
  expect([typeof base.queryJournal("lists:page", page), typeof queryToken]).toEqual(["string", "string"]);
  await base.mutation("lists:add", { list: "journal", rank: 1 }, {});
  expect(await base.action("lists:double", { n: 4 })).toBe(8);
  expect(base.getMaxObservedTimestamp()).toBeDefined();
  expect(base.connectionState()).toMatchObject({ isWebSocketConnected: true, hasEverConnected: true, connectionCount: 1 });
  expect(transitions.length).toBeGreaterThan(0);
  stop();
  unsubscribe();
  base.clearAuth();
  expect(base.hasAuth()).toBe(false);
});

test("SY-171 ConvexClient: what it tells of itself, and one that is disabled", async () => {
  const client = server.client();
  expect([client.disabled, client.closed, client.client.url, client.getAuth()]).toEqual([false, false, server.url, undefined]);
  const states: boolean[] = [];
  const stop = client.subscribeToConnectionState(({ isWebSocketConnected }) => void states.push(isWebSocketConnected));
  expect(await client.query(ranks, { list: "none" })).toEqual([]);
  expect([client.connectionState().isWebSocketConnected, states.at(-1)]).toEqual([true, true]);
  stop();
  const disabled = new ConvexClient(server.url, { disabled: true, logger: false });
  expect([disabled.disabled, disabled.onUpdate(ranks, { list: "none" }, () => undefined).getCurrentValue()]).toEqual([true, undefined]);
  await disabled.close();
});

test("SY-172 ConvexHttpClient: address, identity, calls one after another", async () => {
  const http = new ConvexHttpClient(server.url, { auth: token });
  expect([http.url, http.backendUrl()]).toEqual([server.url, `${server.url}/api`]);
  expect(await http.query(whoami, {})).toBe(`${server.url}|ann`);
  http.clearAuth();
  expect(await http.query(whoami, {})).toBeNull();
  await Promise.all([3, 1, 2].map((rank) => http.mutation(add, { list: "http", rank })));
  await http.mutation(add, { list: "http", rank: 4 }, { skipQueue: true });
  expect(await http.consistentQuery(ranks, { list: "http" })).toEqual([1, 2, 3, 4]);
  expect(await http.action(double, { n: 1 })).toBe(2);
});

test("SY-173 server functions of Next.js, by option and by variable", async () => {
  const options: NextjsOptions = { url: server.url, token };
  await fetchMutation(add, { list: "next", rank: 7 }, options);
  expect([await fetchQuery(ranks, { list: "next" }, options), await fetchAction(double, { n: 3 }, options), await fetchQuery(whoami, {}, options)]).toEqual([[7], 6, `${server.url}|ann`]);
  expect(preloadedQueryResult(await preloadQuery(ranks, { list: "next" }, options))).toEqual([7]);
  process.env["NEXT_PUBLIC_CONVEX_URL"] = server.url;
  try {
    expect(await fetchQuery(ranks, { list: "next" })).toEqual([7]);
  } finally {
    delete process.env["NEXT_PUBLIC_CONVEX_URL"];
  }
  await expect(fetchQuery(ranks, { list: "next" })).rejects.toThrow("NEXT_PUBLIC_CONVEX_URL is not set");
});

test("the types of convex/browser hold when this is compiled", () => {
  type Ranks = FunctionReference<"query", "public", { list: string }, number[]>;
  expectTypeOf<ConnectionState["timeOfOldestInflightRequest"]>().toEqualTypeOf<Date | null>();
  expectTypeOf<NonNullable<SubscribeOptions["journal"]>>().toExtend<QueryJournal>();
  expectTypeOf<NonNullable<MutationOptions["optimisticUpdate"]>>().parameter(0).toEqualTypeOf<OptimisticLocalStore>();
  expectTypeOf<OptimisticUpdate<{ list: string }>>().parameter(1).toEqualTypeOf<{ list: string }>();
  expectTypeOf<AuthTokenFetcher>().parameter(0).toEqualTypeOf<{ forceRefreshToken: boolean }>();
  expectTypeOf<ConvexClientOptions>().toExtend<BaseConvexClientOptions>();
  expectTypeOf<"LoadingFirstPage">().toExtend<PaginationStatus>();
  expectTypeOf<QueryToken>().toExtend<string>();
  expectTypeOf<HttpMutationOptions>().toEqualTypeOf<{ skipQueue: boolean }>();
  expectTypeOf<Extract<FunctionResult, { success: false }>["errorMessage"]>().toEqualTypeOf<string>();
  expectTypeOf<QueryOptions<Ranks>["query"]>().toEqualTypeOf<Ranks>();
  expect(typeof ConvexClient).toBe("function");
});
