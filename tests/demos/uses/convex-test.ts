/**
 * The functions that the package `convex-test` tests itself with: one module for each part of the function API. Its own tests
 * bring their schemas, so this one does too.
 */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Value } from "convex/values";
import { until, type TestServer } from "../../harness.js";
import { AdminCaller } from "./admin-caller.js";
import type { Use } from "./use.js";

type Document = Record<string, Value> & { readonly _id: string };

const SCHEMA = `
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

const commitTs = v.optional(v.commitTs());

export default defineSchema({
  messages: defineTable({ author: v.string(), body: v.string(), embedding: v.optional(v.array(v.number())), score: v.optional(v.number()) })
    .index("author", ["author"])
    .searchIndex("body", { searchField: "body", filterFields: ["author"] })
    .vectorIndex("embedding", { vectorField: "embedding", dimensions: 2, filterFields: ["author"] }),
  commitTs: defineTable({ commitTs, nested: v.optional(v.object({ commitTs })), other: v.optional(v.string()), patchedCommitTs: commitTs, replacedCommitTs: commitTs })
    .index("by_commit_ts", ["commitTs"]),
  requestMetadata: defineTable({ label: v.string(), metadata: v.any() }),
});
`;

export const convexTest: Use = {
  app: "convex-test",
  shows: "documents, pages, argument and return checks, errors, actions, scheduling and cancelling, files, text search, HTTP actions, identities through calls, commit timestamps, limits of nested calls, metadata, an audit log line",
  momentary: ["getSnapshotTs:snapshotQuery"],
  async prepare(folder) {
    await rm(join(folder, "convex", "schema.js"), { force: true });
    await writeFile(join(folder, "convex", "schema.ts"), SCHEMA);
  },
  async run(server) {
    const admin = new AdminCaller(server);
    await documents(admin);
    await searches(admin);
    await checks(admin);
    await errors(admin);
    await actions(admin);
    await files(server, admin);
    await routes(server);
    await identities(server);
    await commitTimestamps(admin);
    await limits(admin);
    await metadata(admin);
  },
};

const bodies = async (admin: AdminCaller): Promise<Value[]> => (await admin.call<Document[]>("mutations:list")).map(({ body }) => body!);

async function documents(admin: AdminCaller): Promise<void> {
  const ids: string[] = [];
  for (const body of ["first", "second", "third"]) ids.push(await admin.call("mutations:insert", { author: "sarah", body }));
  await admin.call("mutations:patch", { id: ids[0]!, body: "patched" });
  await admin.call("mutations:replace", { id: ids[1]!, author: "michal", body: "replaced" });
  await admin.call("mutations:deleteDoc", { id: ids[2]! });
  expect(await admin.call("queries:list")).toMatchObject([{ author: "sarah", body: "patched" }, { author: "michal", body: "replaced" }]);
  expect(await admin.call("queries:lastN", { count: 1 })).toMatchObject([{ body: "replaced" }]);
  await expect(admin.call("mutations:patch", { id: ids[2]!, body: "gone" })).rejects.toThrow("nonexistent document");
  await admin.call("explicitTableNames:correctUsage");
  for (const name of ["get", "patch", "replace", "delete"]) await expect(admin.call(`explicitTableNames:${name}WrongTable`)).rejects.toThrow("otherTable");
  for (const name of ["list", "listWithIndex"]) await pages(admin, `pagination:${name}`);
}

async function pages(admin: AdminCaller, path: string): Promise<void> {
  const page = (cursor: string | null) => admin.call<{ page: Document[]; isDone: boolean; continueCursor: string }>(path, { author: "michal", paginationOptions: { numItems: 1, cursor } });
  const { page: found, continueCursor } = await page(null);
  expect(found).toMatchObject([{ body: "replaced" }]);
  expect(await page(continueCursor)).toMatchObject({ page: [], isDone: true });
}

async function searches(admin: AdminCaller): Promise<void> {
  const search = async (author: string | null, body: string) => (await admin.call<Document[]>("textSearch:search", { author, body })).map((found) => found["body"]);
  expect(await search(null, "replac")).toEqual(["replaced"]);
  expect(await search("sarah", "replaced")).toEqual([]);
  expect(await admin.call("vectorSearch:vectorSearch", { author: null, embedding: [1, 0], limit: 4 })).toEqual([]);
}

async function checks(admin: AdminCaller): Promise<void> {
  for (const kind of ["query", "mutation", "action"]) {
    expect(await admin.call(`argumentsValidation:${kind}WithArgs`, { a: 42 })).toBeNull();
    expect(await admin.call(`argumentsValidation:${kind}WithoutArgs`, { any: "thing" })).toBeNull();
    await expect(admin.call(`argumentsValidation:${kind}WithArgs`, { a: "text" })).rejects.toThrow("ArgumentValidationError");
    await expect(admin.call(`argumentsValidation:${kind}WithArgs`)).rejects.toThrow("ArgumentValidationError");
  }
}

async function errors(admin: AdminCaller): Promise<void> {
  for (const [name, text] of [["throwsObject", '{"kind":"x"}'], ["throwsString", "just a message"], ["queryThrowsObject", '{"kind":"q"}'], ["actionThrowsObject", '{"kind":"a"}']]) {
    await expect(admin.call(`convexError:${name}`)).rejects.toThrow(`Uncaught ConvexError: ${text}`);
  }
  expect(await admin.call("convexError:mutationCatchingConvexError")).toEqual({ kind: "x" });
}

async function actions(admin: AdminCaller): Promise<void> {
  expect(await admin.call("actions:actionCallingAction", { count: 3 })).toEqual({ called: 3 });
  await admin.call("actions:actionCallingMutation", { body: "from an action" });
  await admin.call("actions:actionCallingMutationsConcurrently", { authors: ["a", "b", "c"], body: "at once" });
  expect(await admin.call("actions:actionCallingQuery")).toEqual(await admin.call("mutations:list"));
  expect((await bodies(admin)).filter((body) => body === "at once")).toHaveLength(3);

  const soon = await admin.call<string>("scheduler:mutationSchedulingAction", { body: "soon", delayMs: 0 });
  const alsoSoon = await admin.call<string>("scheduler:actionSchedulingAction", { body: "also soon", delayMs: 0 });
  const failing = await admin.call<string>("scheduler:mutationSchedulingAction", { body: "FAIL THIS", delayMs: 0 });
  const never = await admin.call<string>("scheduler:mutationSchedulingAction", { body: "never", delayMs: 3_600_000 });
  await admin.call("scheduler:cancel", { id: never });
  await admin.call("scheduler:actionSchedulingActionNTimes", { count: 3 });
  await until(async () => (await bodies(admin)).includes("count 0"), "the last function of a chain");
  const stateOf = async (id: string) => ((await admin.call<Document[]>("scheduler:jobs")).find(({ _id }) => _id === id)?.["state"] as { kind: string }).kind;
  for (const [id, kind] of [[soon, "success"], [alsoSoon, "success"], [failing, "failed"], [never, "canceled"]] as const) await until(async () => (await stateOf(id)) === kind, `a job to be ${kind}`);
  expect(await bodies(admin)).toEqual(expect.arrayContaining(["soon", "also soon"]));
}

async function files(server: TestServer, admin: AdminCaller): Promise<void> {
  const bytes = new TextEncoder().encode("the bytes of a file").buffer as ArrayBuffer;
  const [first, second] = [await admin.call<string>("storage:actionStoreBlob", { bytes }), await admin.call<string>("storage:actionStoreBlob", { bytes })];
  expect(await admin.call("storage:actionGetBlob", { id: first })).toEqual(bytes);
  const url = await admin.call<string>("storage:queryGetUrl", { id: first });
  expect(url).toContain(server.url);
  expect(await (await fetch(url)).text()).toBe("the bytes of a file");
  expect(await admin.call("storage:listFiles")).toMatchObject([{ _id: first, size: 19 }, { _id: second }]);
  await admin.call("storage:mutationDeleteBlob", { id: first });
  await admin.call("storage:actionDeleteBlob", { id: second });
  expect(await admin.call("storage:listFiles")).toEqual([]);
  expect(await admin.call("storage:actionGetBlob", { id: first })).toBeNull();
}

async function routes(server: TestServer): Promise<void> {
  expect(await (await fetch(`${server.url}/foo?arg=hi`)).text()).toBe("hi");
  expect(await (await fetch(`${server.url}/bla/any/thing`, { method: "POST" })).text()).toBe("thing");
  expect(await (await fetch(`${server.url}/readQuery`, { method: "POST" })).json()).toMatchObject({ body: "patched" });
  expect((await fetch(`${server.url}/foo`, { method: "POST" })).status).toBe(404);
}

async function identities(server: TestServer): Promise<void> {
  const user = new AdminCaller(server, { issuer: "https://issuer.example", subject: "sarah", tokenIdentifier: "https://issuer.example|sarah", name: "Sarah" });
  const names = ["queryName", "queryCallingQuery", "mutationName", "mutationCallingQuery", "mutationCallingMutation", "mutationCallingMutationCallingQuery"];
  const inActions = ["actionName", "actionCallingQuery", "actionCallingMutation", "actionCallingAction", "actionCallingActionCallingQuery"];
  for (const name of [...names, ...inActions]) expect(await user.call(`authentication:${name}`), name).toBe("Sarah");
}

async function commitTimestamps(admin: AdminCaller): Promise<void> {
  const inserted = await admin.call<string>("commitTs:insertAndReadBack");
  const { commitTs, nestedCommitTs } = await admin.call<{ commitTs: bigint; nestedCommitTs: bigint }>("commitTs:getCommitTs", { id: inserted });
  expect(nestedCommitTs).toBe(commitTs);
  for (const [name, result] of [["indexRangeOverPending", 1], ["indexRangeOverPending", 3], ["stagedRowsSortLast", { total: 6, stagedIsLast: true }], ["filterOverPending", 7], ["paginateOverPending", { pageSize: 2, isDone: false }]] as const) {
    expect(await admin.call<unknown>(`commitTs:${name}`), name).toEqual(typeof result === "object" ? expect.objectContaining(result) : result);
  }
  const { id, ts, nested } = await admin.call<{ id: string; ts: bigint; nested: bigint[] }>("commitTs:returnCommitTs");
  expect([nested, (await admin.call<Document>("commitTs:getDoc", { id }))["commitTs"]]).toEqual([[ts], ts]);
  const order = await admin.call<bigint[]>("commitTs:commitTsInIndexOrder");
  expect([order[0], order.at(-1), order.length]).toEqual([commitTs, ts, 11]);
  await admin.call("commitTs:patchCommitTsIntoCommittedDocument", { id: inserted });
  for (const name of ["patchPendingAndReadBack", "nestedQueryReadsPending", "callNestedWithCommitTsArg", "replacePendingAndReadBack"]) await admin.call(`commitTs:${name}`);
  for (const name of ["scheduleWithCommitTs", "queryReturnsPlaceholder", "insertThenThrow"]) await expect(admin.call(`commitTs:${name}`), name).rejects.toThrow(/commit timestamp|rollback/);
  expect(await admin.call("commitTs:indexRangeEqPlaceholderInQuery")).toBe(0);
  const snapshot = await admin.call<{ snapshotTs: bigint; commitTs: bigint }>("getSnapshotTs:snapshotMutation");
  expect([snapshot.commitTs > snapshot.snapshotTs, await admin.call("getSnapshotTs:snapshotQuery")]).toEqual([true, snapshot.commitTs]);
}

async function limits(admin: AdminCaller): Promise<void> {
  const count = (await bodies(admin)).length;
  await expect(admin.call("nestedLimits:parentInsertWithLimits", { count: 3, transactionLimits: { documentsWritten: 2 } })).rejects.toThrow("Too many documents written");
  await admin.call("nestedLimits:parentInsertWithLimits", { count: 3, transactionLimits: { documentsWritten: 3 } });
  expect(await admin.call("nestedLimits:parentReadNoLimits")).toBe(count + 3);
  await expect(admin.call("nestedLimits:parentReadWithLimits", { transactionLimits: { documentsRead: 2 } })).rejects.toThrow("Too many documents read");
  expect(await admin.call("nestedLimits:parentReadWithLimits", { transactionLimits: { documentsRead: 1_000 } })).toBe(count + 3);
  expect(await admin.call("nestedLimits:nestThenReadAll", { nestedReadCount: 2, transactionLimits: { documentsRead: 2 } })).toBe(count + 3);
}

async function metadata(admin: AdminCaller): Promise<void> {
  for (const name of ["requestMetadata:metadataMutation", "requestMetadata:metadataAction"]) {
    expect(await admin.call(name), name).toMatchObject({ ip: expect.any(String) as string, scheduledFunctionId: null });
  }
  await expect(admin.call("requestMetadata:metadataQuery")).rejects.toThrow("not available in queries");
  const { requestId } = await admin.call<{ requestId: string }>("requestMetadataNode:metadataAction");
  await admin.call("requestMetadata:scheduleAction");
  const recorded = () => admin.call<{ label: string; metadata: { requestId: string; ip: string | null; scheduledFunctionId: string | null } }[]>("requestMetadata:recorded");
  const all = await until(async () => ((await recorded()).length === 4 ? recorded() : null), "what scheduled functions have recorded");
  expect(all.find(({ label }) => label === "mutationFromNodeAction")?.metadata.requestId).toBe(requestId);
  for (const { metadata } of all.filter(({ label }) => label !== "mutationFromNodeAction")) expect(metadata).toMatchObject({ ip: null, scheduledFunctionId: expect.any(String) as string });
  expect(await admin.call("auditLogging:loggedQuery")).toBe("ok");
  for (const kind of ["Query", "Mutation", "Action"]) expect(await admin.call(`getDeploymentMetadata:metadata${kind}`)).toMatchObject({ name: "rivulet", region: null });
}
