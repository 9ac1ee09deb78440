// @vitest-environment happy-dom
/** `@convex-dev/prosemirror-sync`, used as its README does: editors that share a document, and the server that writes into it. */
import { useTiptapSync } from "@convex-dev/prosemirror-sync/tiptap";
import { Editor, type AnyExtension, type Content } from "@tiptap/core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { MountedHook, reactClient } from "../sync/mounted-hook.js";
import { AppCalls, refusal } from "./app-calls.js";
import { extensions } from "./apps/prosemirror-sync/convex/nodes.js";
import { FunctionLog } from "./function-log.js";

const EMPTY = { type: "doc", content: [{ type: "paragraph" }] };
const SECOND = 1000;

let server: TestServer;
let app: AppCalls;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("prosemirror-sync");
  app = new AppCalls(server);
});

afterAll(() => server[Symbol.asyncDispose]());

const api = {
  getSnapshot: queryNamed("example:getSnapshot"),
  submitSnapshot: mutationNamed("example:submitSnapshot"),
  latestVersion: queryNamed("example:latestVersion"),
  getSteps: queryNamed("example:getSteps"),
  submitSteps: mutationNamed("example:submitSteps"),
} as unknown as Parameters<typeof useTiptapSync>[0];

/** A page with an editor, as the README's component is one: the hook, and an editor once it gives an extension. */
class Page {
  readonly errors: Error[] = [];
  readonly hook: MountedHook<null, ReturnType<typeof useTiptapSync>>;
  #editor: Editor | null = null;

  constructor(id: string) {
    const onSyncError = (error: Error): void => void this.errors.push(error);
    this.hook = new MountedHook(reactClient(server), () => useTiptapSync(api, id, { onSyncError, snapshotDebounceMs: 50 }), null);
  }

  async create(): Promise<void> {
    await this.hook.until(({ isLoading }) => !isLoading, "the server to say that there is none");
    await (this.hook.last as { create?: (content: object) => Promise<void> }).create!(EMPTY);
  }

  async open(): Promise<Editor> {
    await this.hook.until(({ extension }) => extension !== null, "the document");
    const { extension, initialContent } = this.hook.last;
    this.#editor = new Editor({ content: initialContent as Content, extensions: [...extensions, extension as AnyExtension] });
    return this.#editor;
  }

  close(): void {
    this.#editor?.destroy();
    this.hook.unmount();
  }
}

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});

async function openPage(id: string): Promise<Editor> {
  const page = new Page(id);
  pages.push(page);
  return await page.open();
}

async function newDocument(id: string): Promise<void> {
  const page = new Page(id);
  pages.push(page);
  await page.create();
  await until(async () => (await app.query("example:latestVersion", { id })) === 1, "the document to be there");
}

const textOf = (editor: Editor): string => editor.state.doc.textBetween(0, editor.state.doc.content.size, "\n");
const type = (editor: Editor, text: string, position = editor.state.doc.content.size - 1): void => void editor.view.dispatch(editor.state.tr.insertText(text, position));
const stored = (id: string): Promise<{ text: string; version: number }> => app.mutation("example:readDocument", { id });

describe("editors", () => {
  test("a page creates the document; another one shows it, and what is typed in one is in the other", async () => {
    await newDocument("shared");
    const [ada, bob] = [await openPage("shared"), await openPage("shared")];
    type(ada, "Hello");
    await until(() => textOf(bob) === "Hello", "the other page to show it");
    type(bob, ", world");
    await until(() => textOf(ada) === "Hello, world", "the first page to show it");
    expect(ada.getJSON()).toEqual(bob.getJSON());
    expect((await stored("shared")).text).toBe("Hello, world");
  });

  test("both type at once: nothing is lost, and both and the server end with the same", async () => {
    await newDocument("contended");
    const [ada, bob] = [await openPage("contended"), await openPage("contended")];
    for (let i = 0; i < 20; i++) {
      type(ada, "a", 1);
      type(bob, "b");
    }
    await until(() => textOf(ada).length === 40 && textOf(ada) === textOf(bob), "both to have everything");
    expect([textOf(ada).replaceAll("b", "").length, textOf(ada).replaceAll("a", "").length]).toEqual([20, 20]);
    await until(async () => (await stored("contended")).text === textOf(ada), "the server to have it too");
    expect(pages.flatMap(({ errors }) => errors)).toEqual([]);
  });

  test("who stops typing submits a snapshot: new pages begin there, and old ones are pruned", async () => {
    await newDocument("snapshots");
    const ada = await openPage("snapshots");
    type(ada, "first");
    await until(async () => (await app.query<number[]>("example:snapshotsOf", { id: "snapshots" })).length === 2, "the snapshot");
    type(ada, " second");
    await until(async () => (await app.query<number[]>("example:snapshotsOf", { id: "snapshots" })).length === 3, "the next one");
    const snapshot = await app.query<{ content: string; version: number }>("example:getSnapshot", { id: "snapshots" });
    expect(JSON.parse(snapshot.content)).toEqual(ada.getJSON());
    expect((await app.query<{ version: number }>("example:getSnapshot", { id: "snapshots", version: snapshot.version - 1 })).version).toBe(1);
    expect(textOf(await openPage("snapshots"))).toBe("first second");
  });

  test("of one document run nothing for another", async () => {
    await newDocument("busy");
    await newDocument("idle");
    const [busy] = [await openPage("busy"), await openPage("idle")];
    const log = new FunctionLog(server);
    await until(async () => (await log.successes("example:latestVersion")) > 0, "both to be subscribed");
    type(busy, "x");
    await until(async () => (await stored("busy")).text === "x", "the change to arrive");
    const before = await log.successes("example:latestVersion");
    type(busy, "y");
    await until(async () => (await stored("busy")).text === "xy", "the next change to arrive");
    await until(async () => (await log.successes("example:latestVersion")) > before, "the page to be told");
    expect((await log.successes("example:latestVersion")) - before).toBe(1);
  });
});

describe("the server", () => {
  test("creates, transforms in an action and a mutation, and editors see it", async () => {
    await app.mutation("example:create", { id: "server", content: { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "two" }] }] } });
    const ada = await openPage("server");
    expect(await app.action("example:transformExample", { id: "server", text: "one " })).toBe("one two");
    await app.mutation("example:appendParagraph", { id: "server", text: "three" });
    await until(() => textOf(ada) === "one two\nthree", "the editor to show both");
    expect(await stored("server")).toEqual({ text: "one two\nthree", version: 3 });
  });

  test("steps onto an old version must be rebased; the same snapshot twice is fine, another one is not", async () => {
    await app.mutation("example:create", { id: "versions", content: EMPTY });
    const step = JSON.stringify({ stepType: "replace", from: 1, to: 1, slice: { content: [{ type: "text", text: "x" }] } });
    expect(await app.mutation("example:submitSteps", { id: "versions", version: 1, clientId: "a", steps: [step] })).toEqual({ status: "synced" });
    expect(await app.mutation("example:submitSteps", { id: "versions", version: 1, clientId: 7, steps: [step] })).toEqual({ status: "needs-rebase", clientIds: ["a"], steps: [step] });
    await app.mutation("example:submitSnapshot", { id: "versions", version: 1, content: (await app.query<{ content: string }>("example:getSnapshot", { id: "versions" })).content });
    expect(await refusal(app.mutation("example:submitSnapshot", { id: "versions", version: 1, content: "{}" }))).toContain("already exists with different content");
  });

  test("permissions hold for reading and writing, and wrong steps are refused", async () => {
    expect(await refusal(app.query("example:getSnapshot", { id: "secret plans" }))).toContain("You may not read this document.");
    expect(await refusal(app.mutation("example:submitSnapshot", { id: "read-only", version: 1, content: "{}" }))).toContain("You may not write to this document.");
    expect(await refusal(app.mutation("example:submitSteps", { id: "x", version: "1", clientId: "a", steps: [] }))).toContain("Value does not match validator");
    expect(await refusal(app.mutation("example:readDocument", { id: "nowhere" }))).toContain("Document not found");
  });

  test("deletes a document with its steps, more of them than at a time", async () => {
    await app.mutation("example:create", { id: "deleted", content: EMPTY });
    const step = JSON.stringify({ stepType: "replace", from: 1, to: 1, slice: { content: [{ type: "text", text: "x" }] } });
    const client = server.client();
    const submitted = await Promise.all(Array.from({ length: 120 }, (_, i) => client.mutation(api.submitSteps, { id: "deleted", version: i + 1, clientId: "a", steps: [step] })));
    expect(submitted.every(({ status }) => status === "synced")).toBe(true);
    await app.mutation("example:deleteDocument", { id: "deleted" });
    await until(async () => (await app.query("example:latestVersion", { id: "deleted" })) === null, "all steps to be deleted");
  });
});

test("a kill while two write: both go on by themselves, and nothing is lost or doubled", { timeout: 60 * SECOND }, async () => {
  await newDocument("killed");
  const [ada, bob] = [await openPage("killed"), await openPage("killed")];
  type(ada, "aaa", 1);
  await until(() => textOf(bob) === "aaa", "both to begin with the same");
  type(ada, "A", 1);
  await server.kill();
  type(bob, "B");
  await server.start();
  await until(() => textOf(ada) === "AaaaB" && textOf(bob) === "AaaaB", "both to have what both wrote", 40 * SECOND);
  await until(async () => (await stored("killed")).text === "AaaaB", "the server to have it");
});
