// @vitest-environment happy-dom
/** The React hooks of the public package, mounted in a document. SY-86 to SY-96. */
import type { ConvexClient } from "convex/browser";
import { ConvexReactClient, useConvexConnectionState, useMutation, usePaginatedQuery, useQueries, useQuery } from "convex/react";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { NODE_WEB_SOCKET } from "./base-client.js";
import { bodies, messages, type Message } from "./basics-api.js";
import { MountedHook } from "./mounted-hook.js";

let server: TestServer;
let client: ConvexReactClient;
let writer: ConvexClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("basics");
  const options = { logger: false, unsavedChangesWarning: false, webSocketConstructor: NODE_WEB_SOCKET };
  client = server.adopt(new ConvexReactClient(server.url, options));
  writer = server.client(options);
});

afterAll(() => server[Symbol.asyncDispose]());

function mount<Props, Result>(useHook: (props: Props) => Result, props: Props): MountedHook<Props, Result> {
  return new MountedHook(client, useHook, props);
}

async function send(channel: string, ...texts: string[]): Promise<void> {
  for (const body of texts) await writer.mutation(messages.send, { channel, body });
}

describe("useQuery", () => {
  test("SY-86 is undefined while it loads, then the result, then each newer one", async () => {
    const hook = mount(() => useQuery(messages.list, { channel: "hook" }), null);
    await hook.until((list) => list !== undefined, "the first result");
    expect(hook.results[0]).toBeUndefined();
    await send("hook", "a");
    await hook.until((list) => list?.length === 1, "the new message");
    hook.unmount();
  });

  test('SY-87 with "skip" nothing is asked, until there are arguments', async () => {
    const hook = mount(({ channel }: { channel: string | null }) => useQuery(messages.list, channel === null ? "skip" : { channel }), { channel: null } as { channel: string | null });
    await until(() => hook.results.length > 0, "the first rendering");
    await send("skipped", "a");
    expect(hook.last).toBeUndefined();
    hook.render({ channel: "skipped" });
    await hook.until((list) => list?.length === 1, "the result");
    hook.render({ channel: null });
    await hook.until((list) => list === undefined, "nothing again");
    hook.unmount();
  });

  test("SY-88 other arguments show their own result and never that of the old ones", async () => {
    await send("first", "1");
    await send("second", "2");
    const seen: [channel: string, shown: string[]][] = [];
    const hook = mount(
      ({ channel }: { channel: string }) => {
        const list = useQuery(messages.list, { channel });
        if (list !== undefined) seen.push([channel, bodies(list)]);
        return list;
      },
      { channel: "first" },
    );
    await hook.until((list) => list !== undefined, "the first channel");
    hook.render({ channel: "second" });
    await hook.until((list) => list?.[0]?.body === "2", "the second channel");
    hook.render({ channel: "first" });
    await hook.until((list) => list?.[0]?.body === "1", "the first channel again");
    expect(seen.every(([channel, shown]) => shown.join() === (channel === "first" ? "1" : "2"))).toBe(true);
    hook.unmount();
  });

  test("SY-89 an unmounted component's subscription ends", async () => {
    const count = (): Promise<number> => server.metric("rivulet_engine_subscriptions");
    const before = await count();
    const hook = mount(() => useQuery(messages.list, { channel: "unmounted" }), null);
    await hook.until((list) => list !== undefined, "the result");
    expect(await count()).toBe(before + 1);
    hook.unmount();
    await until(async () => (await count()) === before, "the end of the subscription");
  });

  test("SY-90 an error reaches the error boundary; trying again after the data has changed works", async () => {
    const hook = mount(() => useQuery(messages.failWhenEmpty, { channel: "boundary" }), null);
    const error = await until(() => hook.error, "the error");
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as ConvexError<string>).data).toBe("nothing here");
    await send("boundary", "here");
    // The client keeps the error until it has been told that the query was removed: until then trying again shows it again.
    await until(() => {
      if (hook.error !== null) hook.retry(null);
      return hook.last === "here";
    }, "the recovery");
    hook.unmount();
  });
});

describe("useMutation", () => {
  test("SY-91 an optimistic update shows at once, and is replaced or taken back", async () => {
    const hook = mount(() => {
      const list = useQuery(messages.list, { channel: "mutation" });
      const sendMessage = useMutation(messages.send).withOptimisticUpdate((store, { channel, body }) => {
        const shown = store.getQuery(messages.list, { channel }) ?? [];
        store.setQuery(messages.list, { channel }, [...shown, { _id: "optimistic", _creationTime: 0, channel, body: `${body}?` }]);
      });
      return { shown: list === undefined ? null : bodies(list).join(), sendMessage };
    }, null);
    const shown = (): (string | null)[] => hook.results.map((result) => result.shown).filter((text, i, all) => i === 0 || text !== all[i - 1]);
    await hook.until((result) => result.shown === "", "the empty list");
    await hook.last.sendMessage({ channel: "mutation", body: "a" });
    await hook.until((result) => result.shown === "a", "the message");
    await expect(hook.last.sendMessage({ channel: "mutation", body: "" })).rejects.toThrow("Uncaught ConvexError");
    await hook.until((result) => result.shown === "a", "the list without the failed message");
    expect(shown().every((text) => [null, "", "a?", "a", "a,?"].includes(text))).toBe(true);
    expect(shown().slice(0, 2)).toEqual([null, ""]);
    expect(shown().at(-1)).toBe("a");
    hook.unmount();
  });
});

describe("usePaginatedQuery", () => {
  interface Shown {
    status: string;
    bodies: string[];
    loadMore: (count: number) => void;
  }

  function mountPages(channel: string, initialNumItems: number): MountedHook<{ channel: string }, Shown> {
    return mount(
      (props: { channel: string }) => {
        const { results, status, loadMore } = usePaginatedQuery(messages.page, { channel: props.channel } as never, { initialNumItems });
        return { status, bodies: bodies(results as Message[]), loadMore };
      },
      { channel },
    );
  }

  test("SY-92 loads pages on demand and says where it is", async () => {
    await send("pages", "1", "2", "3", "4", "5");
    const hook = mountPages("pages", 2);
    await hook.until(({ status }) => status === "CanLoadMore", "the first page");
    expect(hook.results[0]!.status).toBe("LoadingFirstPage");
    expect(hook.last.bodies).toEqual(["5", "4"]);
    hook.last.loadMore(2);
    await hook.until(({ bodies }) => bodies.length === 4, "the second page");
    expect(hook.results.some(({ status }) => status === "LoadingMore")).toBe(true);
    hook.last.loadMore(10);
    await hook.until(({ status }) => status === "Exhausted", "the end");
    expect(hook.last.bodies).toEqual(["5", "4", "3", "2", "1"]);
    hook.unmount();
  });

  test("SY-93 grows while another client writes, without gap or repetition", async () => {
    await send("growing", "1", "2", "3");
    const hook = mountPages("growing", 2);
    await hook.until(({ status }) => status === "CanLoadMore", "the first page");
    hook.last.loadMore(2);
    await hook.until(({ bodies }) => bodies.length === 3, "the second page");
    await send("growing", "4", "5", "6", "7", "8");
    await hook.until(({ bodies }) => bodies.join() === "8,7,6,5,4,3,2,1", "all messages");
    expect(hook.results.every(({ bodies }) => new Set(bodies).size === bodies.length)).toBe(true);
    hook.unmount();
  });

  test("SY-94 starts over with other arguments", async () => {
    await send("start over a", "1", "2", "3");
    await send("start over b", "x");
    const hook = mountPages("start over a", 2);
    await hook.until(({ status }) => status === "CanLoadMore", "the first page");
    hook.render({ channel: "start over b" });
    await hook.until(({ bodies }) => bodies.join() === "x", "the other list");
    expect(hook.last.status).toBe("Exhausted");
    hook.unmount();
  });
});

describe("other hooks", () => {
  test("SY-95 useQueries has a result, nothing or an error for each", async () => {
    await send("several", "a");
    const requests = { list: { query: messages.list, args: { channel: "several" } }, fails: { query: messages.fail, args: { message: "in a set" } } };
    const hook = mount(() => useQueries(requests), null);
    await hook.until((results) => results["list"] !== undefined && results["fails"] !== undefined, "both");
    expect(bodies(hook.last["list"] as Message[])).toEqual(["a"]);
    expect(hook.last["fails"]).toBeInstanceOf(Error);
    expect((hook.last["fails"] as Error).message).toContain("Uncaught Error: in a set");
    hook.unmount();
  });

  test("SY-96 useConvexConnectionState follows the connection and its requests", async () => {
    const hook = mount(() => useConvexConnectionState(), null);
    await hook.until((state) => state.isWebSocketConnected, "the connection");
    await client.mutation(messages.send, { channel: "state", body: "a" });
    await hook.until((state) => !state.hasInflightRequests, "the end of the request");
    expect(hook.results.some((state) => state.inflightMutations > 0)).toBe(true);
    hook.unmount();
  });
});
