// @vitest-environment happy-dom
/** `@convex-dev/agent`, used as its documentation does, with models made for tests: see apps/ai/convex/models.ts. */
import { useUIMessages } from "@convex-dev/agent/react";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { MountedHook, reactClient } from "../sync/mounted-hook.js";
import { Watch } from "../sync/watch.js";
import { AppCalls, refusal } from "./app-calls.js";

let server: TestServer;
let app: AppCalls;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("ai");
  app = new AppCalls(server);
});

afterAll(() => server[Symbol.asyncDispose]());

interface PlainMessage {
  readonly role: string | null;
  readonly text: string | null;
  readonly status: string;
  readonly order: number;
  readonly stepOrder: number;
  readonly tool: boolean;
  readonly error: string | null;
}

const newThread = (userId = "ann", title?: string): Promise<string> => app.mutation("chat:newThread", { userId, ...(title === undefined ? {} : { title }) });
const messages = (threadId: string): Promise<PlainMessage[]> => app.query("chat:plain", { threadId });
const generate = (threadId: string, prompt: string): Promise<{ text: string; order: number; steps: number }> => app.action("chat:generate", { threadId, prompt, userId: "ann" });

describe("threads", () => {
  test("are made, listed by user, renamed, found by the words of their titles, and deleted", async () => {
    const boats = await newThread("tom", "about boats and harbours");
    await newThread("tom", "about cooking");
    await newThread("tim", "boats of another user");
    const { page } = await app.query<{ page: { title: string }[] }>("chat:threads", { userId: "tom", paginationOpts: { cursor: null, numItems: 10 } });
    expect(page.map(({ title }) => title).sort()).toEqual(["about boats and harbours", "about cooking"]);
    expect(await app.query("chat:threadsTitled", { userId: "tom", query: "boats" })).toEqual(["about boats and harbours"]);
    await app.mutation("chat:rename", { threadId: boats, title: "about ships" });
    expect(await app.query("chat:metadata", { threadId: boats })).toMatchObject({ title: "about ships", userId: "tom", status: "active" });
    expect(await app.query("chat:threadsTitled", { userId: "tom", query: "boats" })).toEqual([]);
    await app.action("chat:generate", { threadId: boats, prompt: "hello", userId: "tom" });
    await app.action("chat:removeThread", { threadId: boats });
    expect(await refusal(app.query("chat:metadata", { threadId: boats }))).toContain("Thread not found");
  });

  test("that are deleted later go with all their messages", async () => {
    const threadId = await newThread();
    for (const prompt of ["one", "two", "three"]) await generate(threadId, prompt);
    await app.mutation("chat:removeThreadLater", { threadId });
    await until(async () => (await app.query("chat:metadata", { threadId }).then(() => "there", () => "gone")) === "gone", "the thread to go");
    expect(await messages(threadId)).toEqual([]);
  });
});

describe("generating", () => {
  test("text: prompt and answer are kept, and the model sees what was said before", async () => {
    const threadId = await newThread();
    expect(await generate(threadId, "hello")).toEqual({ text: "You said: hello (2 messages, told: Repeat.)", order: 0, steps: 1 });
    expect((await generate(threadId, "again")).text).toBe("You said: again (4 messages, told: Repeat.)");
    expect((await messages(threadId)).map(({ role, text, order, stepOrder, status }) => [order, stepOrder, role, text, status])).toEqual([
      [0, 0, "user", "hello", "success"],
      [0, 1, "assistant", "You said: hello (2 messages, told: Repeat.)", "success"],
      [1, 0, "user", "again", "success"],
      [1, 1, "assistant", "You said: again (4 messages, told: Repeat.)", "success"],
    ]);
  });

  test("a tool is called, with the context of the backend, and its result goes back to the model", async () => {
    const threadId = await newThread();
    expect(await generate(threadId, "add 2 3")).toEqual({ text: 'The tool says "5".', order: 0, steps: 2 });
    expect((await messages(threadId)).map(({ role, tool }) => [role, tool])).toEqual([["user", false], ["assistant", true], ["tool", true], ["assistant", false]]);
    expect(await app.query("chat:usages")).toContainEqual({ agent: "tool in a thread of ann", total: 5 });
    expect(await app.query("chat:usages")).toContainEqual({ agent: "Parrot", total: 8 });
  });

  test("an object by a schema", async () => {
    expect(await app.action("chat:generateObject", { threadId: await newThread(), prompt: "an object" })).toEqual({ asked: "an object", length: 9 });
  });

  test("a model that fails leaves its prompt and a failed message with the reason", async () => {
    const threadId = await newThread();
    expect(await refusal(generate(threadId, "fail"))).toContain("the model is out of order");
    expect((await messages(threadId)).map(({ role, status, error }) => [role, status, error])).toEqual([["user", "success", null], ["assistant", "failed", "the model is out of order"]]);
  });

  test.each([
    [true, 'The tool says "9".'],
    [false, "The tool says"],
  ])("a tool that needs approval waits for it: %s", async (approved, text) => {
    const threadId = await newThread();
    const approvalId = await app.action<string>("chat:askForApproval", { threadId, prompt: "add 4 5" });
    expect(await app.action<string>("chat:decide", { threadId, approvalId, approved })).toContain(text);
  });

  test("with arguments of another kind is refused", async () => {
    expect(await refusal(generate("no id", "hello"))).toContain("ArgumentValidationError");
    expect(await refusal(app.query("chat:metadata", { threadId: "no id" }))).toContain("ArgumentValidationError");
  });
});

describe("search", () => {
  test("by words and by meaning brings messages into the context, of this thread and of others of the same user", async () => {
    const [one, two, foreign] = [await newThread("sara"), await newThread("sara"), await newThread("sven")];
    for (const prompt of ["apples and pears grow on trees", "the moon is far away", "ships sail the sea"]) await app.action("chat:learn", { threadId: one, prompt, userId: "sara" });
    await app.action("chat:learn", { threadId: foreign, prompt: "the moon of sven", userId: "sven" });
    const remembered = await app.action<string[]>("chat:remember", { threadId: one, prompt: "how far is the moon", userId: "sara" });
    expect(remembered).toContain("the moon is far away");
    expect(remembered).not.toContain("the moon of sven");
    const elsewhere = (search: object): Promise<string[]> => app.action("chat:searchOtherThreads", { threadId: two, userId: "sara", prompt: "pears", ...search });
    expect(await elsewhere({ textSearch: true, vectorSearch: false })).toEqual(["apples and pears grow on trees"]);
    expect(await elsewhere({ textSearch: false, vectorSearch: true })).toContain("apples and pears grow on trees");
    expect(await elsewhere({ textSearch: true, vectorSearch: true })).not.toContain("the moon of sven");
  });
});

test("files of messages are stored once, however often they are sent", async () => {
  const threadId = await newThread();
  const first = await app.action<{ fileId: string; url: string; storageId: string }>("chat:sendFile", { threadId, text: "a note" });
  const second = await app.action<{ fileId: string; storageId: string }>("chat:sendFile", { threadId, text: "a note" });
  expect(second).toMatchObject({ fileId: first.fileId, storageId: first.storageId });
  expect(await (await fetch(first.url)).text()).toBe("a note");
  expect((await messages(threadId)).map(({ text }) => text)).toEqual(["see file", "see file"]);
});

describe("streaming", () => {
  test("useUIMessages shows an answer while it is being given, and as it was in the end", async () => {
    const threadId = await newThread();
    const hook = new MountedHook(reactClient(server), () => useUIMessages(queryNamed("chat:messages") as never, { threadId } as never, { initialNumItems: 10, stream: true as never }), {});
    const shown = (): [string, string, string][] => (hook.last.results as { role: string; text: string; status: string }[]).map(({ role, text, status }) => [role, text, status]);
    await hook.until(({ status }) => status !== "LoadingFirstPage", "the first page");
    await app.mutation("chat:send", { threadId, prompt: "wait at door-1 and then go on", userId: "ann" });
    await hook.until(() => shown().some(([role, text, status]) => role === "assistant" && status === "streaming" && text.startsWith("You said: wait at")), "half of the answer");
    expect(shown()[0]).toEqual(["user", "wait at door-1 and then go on", "success"]);
    await app.mutation("chat:openGate", { name: "door-1" });
    await hook.until(() => shown().some(([role, , status]) => role === "assistant" && status === "success"), "the whole answer");
    expect(shown()[1]).toEqual(["assistant", "You said: wait at door-1 and then go on (2 messages, told: Repeat.)", "success"]);
    hook.unmount();
  });

  test("over HTTP, while the deltas are kept for others", async () => {
    const threadId = await newThread();
    const response = await fetch(`${server.url}/stream`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ threadId, prompt: "wait at door-2 please" }) });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader.read()).value!;
    await until(async () => ((await app.query<{ status: string }[]>("chat:streams", { threadId })).at(0)?.status ?? "") === "streaming", "the stream to be seen by others");
    await app.mutation("chat:openGate", { name: "door-2" });
    for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value;
    expect(text).toBe("You said: wait at door-2 please (2 messages, told: Repeat.)");
    await until(async () => (await messages(threadId)).at(-1)?.status === "success", "the answer to be kept");
    expect((await messages(threadId)).at(-1)).toMatchObject({ role: "assistant", text });
  });

  test("is aborted by whoever asks for it", async () => {
    const threadId = await newThread();
    await app.mutation("chat:send", { threadId, prompt: "wait at door-3 for ever" });
    await until(async () => (await app.query<unknown[]>("chat:streams", { threadId })).length === 1, "the stream");
    expect(await app.mutation("chat:abort", { threadId, order: 0 })).toBe(true);
    expect(await app.query("chat:streams", { threadId })).toMatchObject([{ status: "aborted" }]);
    await app.mutation("chat:openGate", { name: "door-3" });
  });

  test("a kill in the middle: what was streamed stays, the stream ends by its time-out, the thread goes on", async () => {
    const threadId = await newThread();
    await app.mutation("chat:send", { threadId, prompt: "wait at door-4 until the power fails" });
    const streams = Watch.on(server.client(), queryNamed("chat:streams"), { threadId });
    await streams.value((value) => (value as { status: string }[]).some(({ status }) => status === "streaming"));
    await server.kill();
    await server.start();
    await server.advanceClock(11 * 60_000);
    await streams.value((value) => (value as { status: string }[]).every(({ status }) => status === "aborted"));
    expect((await messages(threadId))[0]).toMatchObject({ role: "user", text: "wait at door-4 until the power fails" });
    expect((await generate(threadId, "hello")).text).toContain("You said: hello");
  });
});

test("clients reach no function of the component", async () => {
  const threadId = await newThread();
  for (const path of ["agent/threads:getThread", "threads:getThread", "_reference/childComponent/agent/threads/getThread"]) {
    await expect(server.http().query(queryNamed(path), { threadId })).rejects.toThrow("Could not find public function");
    await expect(server.http().mutation(mutationNamed(path), { threadId })).rejects.toThrow("Could not find public function");
  }
});
