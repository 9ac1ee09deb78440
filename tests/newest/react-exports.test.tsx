// @vitest-environment happy-dom
/** Hooks and helpers of `convex/react` that no other test mounts. SY-160 to SY-165. */
import {
  ConvexProviderWithAuth, insertAtBottomIfLoaded, insertAtPosition, insertAtTop, optimisticallyUpdateValueInPaginatedQuery, resetPaginationId, AuthRefreshing, useAction, useConvex, useConvexAuth,
  useMutation, usePaginatedQuery, usePaginatedQuery_experimental, usePreloadedQuery, useQuery_experimental, type AuthTokenFetcher, type ConvexAuthState, type ConvexReactClient, type ConvexReactClientOptions,
  type MutationOptions, type OptionalRestArgsOrSkip, type PaginatedQueryArgs, type PaginatedQueryItem, type PaginatedQueryReference, type PaginationStatus, type Preloaded, type QueryOptions, type ReactAction,
  type ReactMutation, type RequestForQueries, type UsePaginatedQueryObjectReturnType, type UsePaginatedQueryOptions, type UsePaginatedQueryResult, type UsePaginatedQueryReturnType, type UseQueryResult,
  type Watch, type WatchQueryOptions,
} from "convex/react";
import { preloadedQueryResult, preloadQuery, type NextjsOptions } from "convex/nextjs";
import { makeFunctionReference, type FunctionReturnType, type PaginationOptions, type PaginationResult } from "convex/server";
import { createRoot } from "react-dom/client";
import { afterAll, beforeAll, expect, expectTypeOf, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { MountedHook, reactClient } from "../sync/mounted-hook.js";

declare const document: { createElement(name: string): Element };

const lists = {
  page: makeFunctionReference<"query", { list: string; paginationOpts: PaginationOptions }, PaginationResult<{ rank: number }>>("lists:page"),
  ranks: makeFunctionReference<"query", { list: string }, number[]>("lists:ranks"),
  add: makeFunctionReference<"mutation", { list: string; rank: number }, string>("lists:add"),
  rename: makeFunctionReference<"mutation", { list: string; by: number }, null>("lists:rename"),
  double: makeFunctionReference<"action", { n: number }, number>("lists:double"),
  broken: makeFunctionReference<"query", Record<string, never>, null>("lists:broken"),
} as const;

let server: TestServer;
let client: ConvexReactClient;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("newest");
  client = reactClient(server);
});

afterAll(() => server[Symbol.asyncDispose]());

function mount<Props, Result>(useHook: (props: Props) => Result, props: Props): MountedHook<Props, Result> {
  return new MountedHook(client, useHook, props);
}

async function fill(list: string, ...ranks: number[]): Promise<void> {
  for (const rank of ranks) await client.mutation(lists.add, { list, rank });
}

test("SY-160 useConvex is the client, useAction calls an action", async () => {
  const hook = mount(() => ({ convex: useConvex(), double: useAction(lists.double) }), null);
  await hook.until(() => true, "the first rendering");
  expect(hook.last.convex).toBe(client);
  expect(await hook.last.double({ n: 21 })).toBe(42);
  expect(typeof client.logger.log).toBe("function");
  hook.unmount();
});

test("SY-161 useQuery_experimental tells state, result and error apart", async () => {
  await fill("experimental", 1);
  const hook = mount(({ skip }: { skip: boolean }) => [useQuery_experimental({ query: lists.ranks, args: skip ? "skip" : { list: "experimental" } }), useQuery_experimental({ query: lists.broken, args: {} })] as const, { skip: true });
  await hook.until(([skipped, broken]) => skipped.status === "pending" && broken.status === "error", "the failure");
  hook.render({ skip: false });
  await hook.until(([found]) => found.status === "success", "the result");
  expect(hook.last[0]).toMatchObject({ status: "success", data: [1] });
  expect(hook.last[1]).toMatchObject({ error: { message: expect.stringContaining("never works") as string } });
  hook.unmount();
});

test("SY-162 usePaginatedQuery_experimental loads page after page, and stays live", async () => {
  await fill("pages", 1, 2, 3, 4, 5);
  const hook = mount(() => usePaginatedQuery_experimental({ query: lists.page, args: { list: "pages" }, initialNumItems: 2 }), null);
  await hook.until(({ status, data }) => status === "success" && data.length === 2, "the first page");
  expect(hook.last.canLoadMore).toBe(true);
  hook.last.loadMore(10);
  await hook.until(({ data, canLoadMore }) => data?.length === 5 && !canLoadMore, "the rest");
  await fill("pages", 6);
  await hook.until(({ data }) => data?.at(-1)?.rank === 6, "the new entry");
  hook.unmount();
});

test("SY-163 optimistic updates of pages show at once, and give way to the server's result", async () => {
  resetPaginationId();
  await fill("optimistic", 10, 20, 30);
  const hook = mount(() => {
    const pages = usePaginatedQuery(lists.page, { list: "optimistic" }, { initialNumItems: 10 });
    const insert = useMutation(lists.add).withOptimisticUpdate((localQueryStore, { list, rank }) => {
      const common = { paginatedQuery: lists.page, argsToMatch: { list }, localQueryStore };
      if (rank < 10) insertAtTop({ ...common, item: { rank } });
      else if (rank > 30) insertAtBottomIfLoaded({ ...common, item: { rank } });
      else insertAtPosition({ ...common, item: { rank }, sortOrder: "asc", sortKeyFromItem: (item) => item.rank });
    });
    const rename = useMutation(lists.rename).withOptimisticUpdate((store, { list, by }) => {
      expect(store.getAllQueries(lists.page).some(({ args }) => args.list === list)).toBe(true);
      optimisticallyUpdateValueInPaginatedQuery(store, lists.page, { list }, ({ rank }) => ({ rank: rank + by }));
    });
    return { shown: pages.results.map(({ rank }) => rank), insert, rename };
  }, null);
  await hook.until(({ shown }) => shown.length === 3, "the entries");
  for (const rank of [5, 15, 40]) await hook.last.insert({ list: "optimistic", rank });
  await hook.until(({ shown }) => shown.join() === "5,10,15,20,30,40", "all six in order");
  const before = hook.results.length;
  await hook.last.rename({ list: "optimistic", by: 100 });
  await hook.until(({ shown }) => shown.join() === "105,110,115,120,130,140", "the renamed");
  expect(hook.results.slice(before).map(({ shown }) => shown[0])).not.toContain(undefined);
  hook.unmount();
});

test("SY-164 a preloaded query shows what was preloaded, and then lives", async () => {
  await fill("preloaded", 1);
  const options: NextjsOptions = { url: server.url };
  const preloaded: Preloaded<typeof lists.ranks> = await preloadQuery(lists.ranks, { list: "preloaded" }, options);
  expect(preloadedQueryResult(preloaded)).toEqual([1]);
  const hook = mount(() => usePreloadedQuery(preloaded), null);
  await hook.until((ranks) => ranks.length === 1, "the preloaded result");
  expect(hook.results[0]).toEqual([1]);
  await fill("preloaded", 2);
  await hook.until((ranks) => ranks.length === 2, "the newer one");
  hook.unmount();
});

test("SY-165 AuthRefreshing shows while a token that the server has ended is being replaced", async () => {
  const sign = makeFunctionReference<"mutation", { claims: { sub: string; aud: string; n: number }; expiresInSeconds: number }, string>("tokens:sign");
  const shown: string[] = [];
  let fetches = 0;
  let replace: () => void = () => undefined;
  const replaced = new Promise<void>((resolve) => (replace = resolve));
  // The page's first two tokens end after three seconds, the least that the client takes; what replaces them is held back until the page has noticed.
  const fetchAccessToken = async (): Promise<string> => {
    if (++fetches > 2) await replaced;
    return await server.http().mutation(sign, { claims: { sub: "ann", aud: "newest", n: fetches }, expiresInSeconds: fetches > 2 ? 60 : 3 });
  };
  const useUser = () => ({ isLoading: false, isAuthenticated: true, fetchAccessToken });
  const Shown = ({ text }: { text: string }) => {
    shown.push(text);
    return null;
  };
  const State = () => {
    const { isAuthenticated, isRefreshing }: ConvexAuthState = useConvexAuth();
    return <Shown text={isAuthenticated && !isRefreshing ? "signed in" : "waiting"} />;
  };
  const root = createRoot(document.createElement("div"));
  root.render(<ConvexProviderWithAuth client={reactClient(server)} useAuth={useUser}><State /><AuthRefreshing><Shown text="refreshing" /></AuthRefreshing></ConvexProviderWithAuth>);
  await until(() => shown.includes("signed in"), "the user");
  await until(() => shown.at(-1) === "refreshing", "the end of the token");
  replace();
  await until(() => shown.at(-1) === "signed in", "the user again");
  root.unmount();
});

test("the types of convex/react hold when this is compiled", () => {
  type Page = typeof lists.page;
  expectTypeOf<Page>().toExtend<PaginatedQueryReference>();
  expectTypeOf<PaginatedQueryItem<Page>>().toEqualTypeOf<{ rank: number }>();
  expectTypeOf<PaginatedQueryArgs<Page>>().toEqualTypeOf<{ list: string }>();
  expectTypeOf<UsePaginatedQueryReturnType<Page>>().toEqualTypeOf<UsePaginatedQueryResult<{ rank: number }>>();
  expectTypeOf<UsePaginatedQueryResult<unknown>["status"]>().toEqualTypeOf<PaginationStatus>();
  expectTypeOf<UsePaginatedQueryOptions<Page>["initialNumItems"]>().toEqualTypeOf<number>();
  expectTypeOf<UsePaginatedQueryObjectReturnType<Page>["status"]>().toEqualTypeOf<"pending" | "success" | "error">();
  expectTypeOf<UseQueryResult<number>["status"]>().toEqualTypeOf<"pending" | "success" | "error">();
  expectTypeOf<OptionalRestArgsOrSkip<typeof lists.ranks>>().toEqualTypeOf<[args: { list: string } | "skip"]>();
  expectTypeOf<ReactMutation<typeof lists.add>>().returns.resolves.toEqualTypeOf<string>();
  expectTypeOf<ReactAction<typeof lists.double>>().returns.resolves.toEqualTypeOf<number>();
  expectTypeOf<ReturnType<Watch<number>["localQueryResult"]>>().toEqualTypeOf<number | undefined>();
  expectTypeOf<WatchQueryOptions>().toHaveProperty("journal");
  expectTypeOf<MutationOptions<{ list: string }>>().toHaveProperty("optimisticUpdate");
  expectTypeOf<ConvexReactClientOptions["expectAuth"]>().toEqualTypeOf<boolean | undefined>();
  expectTypeOf<AuthTokenFetcher>().returns.resolves.toEqualTypeOf<string | null | undefined>();
  expectTypeOf<RequestForQueries[string]["args"]>().toBeObject();
  expectTypeOf<QueryOptions<typeof lists.ranks>["args"]>().toEqualTypeOf<{ list: string }>();
  expectTypeOf<FunctionReturnType<typeof lists.ranks>>().toEqualTypeOf<number[]>();
  expect(Object.keys(lists)).toHaveLength(6);
});
