// @vitest-environment happy-dom
/**
 * `convex-helpers`, as the public demos' subjects sessions and zod-validation use it: pages that keep an id of their own in the
 * tab's storage, and arguments that zod checks, in its versions 3 and 4. DM-4.
 */
import { SessionProvider, useSessionAction, useSessionId, useSessionMutation, useSessionPaginatedQuery, useSessionQuery } from "convex-helpers/react/sessions";
import type { SessionId } from "convex-helpers/server/sessions";
import { ConvexProvider, useQuery } from "convex/react";
import { makeFunctionReference, type FunctionReference, type PaginationOptions, type PaginationResult } from "convex/server";
import { ConvexError } from "convex/values";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { reactClient } from "../sync/mounted-hook.js";
import { Watch } from "../sync/watch.js";
import { AppCalls, refusal } from "./app-calls.js";

declare const document: { createElement(name: string): Element };
declare const sessionStorage: { getItem(key: string): string | null };

interface Wish {
  readonly text: string;
  readonly author: string;
}

type InSession<Kind extends "query" | "mutation" | "action", Args, Result> = FunctionReference<Kind, "public", Args & { sessionId: SessionId }, Result>;

const wishes = {
  list: makeFunctionReference<"query", Record<string, never>, Wish[]>("wishes:list"),
  send: makeFunctionReference("wishes:send") as unknown as InSession<"mutation", { text: string }, null>,
  name: makeFunctionReference("wishes:name") as unknown as InSession<"query", unknown, string | null>,
  rename: makeFunctionReference("wishes:rename") as unknown as InSession<"mutation", { name: string }, null>,
  mine: makeFunctionReference("wishes:mine") as unknown as InSession<"query", { paginationOpts: PaginationOptions }, PaginationResult<Wish>>,
  sendLoudly: makeFunctionReference("wishes:sendLoudly") as unknown as InSession<"action", { text: string }, string | null>,
};

let server: TestServer;
let app: AppCalls;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("helpers");
  app = new AppCalls(server);
});

afterAll(() => server[Symbol.asyncDispose]());

/** What a page of the app shows and calls. */
function usePage() {
  const [sessionId, refresh] = useSessionId();
  return {
    sessionId,
    refresh,
    shown: useQuery(wishes.list, {})?.map(({ author, text }) => `${author}: ${text}`),
    name: useSessionQuery(wishes.name),
    mine: useSessionPaginatedQuery(wishes.mine, {}, { initialNumItems: 1 })!,
    send: useSessionMutation(wishes.send),
    rename: useSessionMutation(wishes.rename),
    sendLoudly: useSessionAction(wishes.sendLoudly),
  };
}

/** A tab with the provider that the README tells of. `storageKey` makes tabs of those that share one document here. */
class Tab {
  last: ReturnType<typeof usePage> | null = null;
  readonly #root = createRoot(document.createElement("div"));

  constructor(readonly storageKey: string) {
    const Page = () => {
      this.last = usePage();
      return null;
    };
    this.#root.render(createElement(ConvexProvider, { client: reactClient(server), children: createElement(SessionProvider, { storageKey, children: createElement(Page) }) }));
  }

  async until(condition: (page: ReturnType<typeof usePage>) => boolean, what: string): Promise<ReturnType<typeof usePage>> {
    await until(() => this.last !== null && condition(this.last), what);
    return this.last!;
  }

  close(): void {
    this.#root.unmount();
  }
}

describe("sessions", () => {
  test("two tabs are two people, who keep their names over a reload, and share what they send", async () => {
    const [ann, bob] = [new Tab("ann"), new Tab("bob")];
    const page = await ann.until(({ name, shown }) => name === null && shown?.length === 0, "a tab of nobody yet");
    await page.send({ text: "a swing" });
    await bob.until(({ shown }) => shown?.join() === "Anonymous: a swing", "the wish of the other");
    expect(bob.last!.name).toBeNull();
    await page.rename({ name: "Ann" });
    await bob.last!.rename({ name: "Bob" });
    expect(await bob.last!.sendLoudly({ text: "rain" })).toBe("Bob");
    await bob.until(({ name, shown }) => name === "Bob" && shown?.join() === "Ann: a swing,Bob: RAIN", "both, with their names");
    const id = ann.last!.sessionId!;
    expect(sessionStorage.getItem("ann")).toBe(id);
    ann.close();

    const again = new Tab("ann");
    await again.until(({ sessionId, name }) => sessionId === id && name === "Ann", "the same person");
    await again.last!.send({ text: "a slide" });
    await again.until(({ mine }) => mine.results[0]?.text === "a slide" && mine.status === "CanLoadMore", "the newest of their own");
    again.last!.mine.loadMore(5);
    await again.until(({ mine }) => mine.status === "Exhausted", "all of their own");
    expect(again.last!.mine.results.map(({ text }) => text)).toEqual(["a slide", "a swing"]);
    await again.last!.refresh();
    await again.until(({ sessionId, name }) => sessionId !== id && name === null, "a new person in the same tab");
    [again, bob].forEach((tab) => tab.close());
  });

  test("the id is an argument like others: without one, or with nonsense for one, a call is refused", async () => {
    expect(await refusal(app.mutation("wishes:send", { text: "no session" }))).toContain("ArgumentValidationError: Object is missing the required field `sessionId`");
    expect(await refusal(app.query("wishes:name", { sessionId: 7 }))).toContain("Path: .sessionId");
    expect(await app.query("wishes:name", { sessionId: "nobody's" })).toBeNull();
  });
});

describe("zod-validation", () => {
  const zodError = async (call: Promise<unknown>): Promise<[path: string, code: string][]> => {
    const error = await call.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConvexError);
    const { ZodError } = (error as ConvexError<{ ZodError: { path: string[]; code: string }[] }>).data;
    return ZodError.map(({ path, code }) => [path.join("."), code]);
  };

  test("a page sends what zod lets through, and learns which field was wrong", async () => {
    const list = Watch.on(server.client(), makeFunctionReference<"query", Record<string, never>, { title: string }[]>("recipes:list"), {});
    await list.value((recipes) => recipes.length === 0);
    await app.mutation("recipes:send", { title: "Soup", author: "Ann" });
    await list.value(([recipe]) => recipe?.title === "Soup");
    expect(await zodError(app.mutation("recipes:send", { title: "So", author: "Ann" }))).toEqual([["title", "too_small"]]);
    expect(await refusal(app.mutation("recipes:send", { title: 7, author: "Ann" }))).toContain("ArgumentValidationError: Value does not match validator.\nPath: .title");
    expect(await refusal(app.mutation("recipes:send", { title: "Stew" }))).toContain("missing the required field `author`");
    expect(await refusal(app.mutation("recipes:send", { title: "Stew", author: "Ann", more: 1 }))).toContain("more");
    expect(list.values.at(-1)).toHaveLength(1);
  });

  test("defaults, changes on the way, unions by a field, ids; results are checked too", async () => {
    const id = await app.mutation<string>("recipes:send", { title: "Bread", author: "Bob" });
    const robot = { kind: "robot", serial: 12n } as const;
    expect(await app.mutation("recipes:cook", { id, by: robot, tags: ["  Quick "] })).toEqual({ servings: 4, by: "robot 12" });
    expect((await app.query<{ _id: string; tags?: string[]; servings?: number }[]>("recipes:list")).find(({ _id }) => _id === id)).toMatchObject({ tags: ["quick"], servings: 4 });
    expect(await zodError(app.mutation("recipes:cook", { id, servings: 1.5, by: { kind: "person", email: "nobody" } }))).toEqual([["servings", "invalid_type"], ["by.email", "invalid_string"]]);
    expect(await refusal(app.mutation("recipes:cook", { id: "nonsense", by: robot }))).toContain('Validator: v.id("recipes")');
    expect(await refusal(app.mutation("recipes:cook", { id, by: { kind: "cat" } }))).toContain("Path: .by");
    expect(await refusal(app.query("recipes:lies"))).toContain("too_small");
    expect(await app.action("recipes:sendLater", { title: "Cake" })).toEqual(expect.stringMatching(/^[0-9a-z]{31,37}$/));
    expect((await app.query<{ title: string }[]>("recipes:list")).map(({ title }) => title)).toContain("Cake, later");
  });

  test("version 4 does the same", async () => {
    const id = await app.mutation<string>("recipes:send4", { title: "Tart", author: "Ann" });
    expect(await app.query("recipes:get4", { id })).toEqual({ title: "Tart", servings: 2 });
    expect(await zodError(app.mutation("recipes:send4", { title: "T", author: "Ann", servings: 0.5 }))).toEqual([["title", "too_small"], ["servings", "invalid_type"]]);
    expect(await refusal(app.query("recipes:get4", { id: 5 }))).toContain('Validator: v.id("recipes")');
  });
});
