/** Bytes of files within mutations. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation, mutation, query } from "./_generated/server";

const storageId = v.id("_storage");

export const store = mutation({
  args: { content: v.union(v.string(), v.bytes()), type: v.optional(v.string()), sha256: v.optional(v.string()), fail: v.optional(v.boolean()), rounds: v.optional(v.number()) },
  handler: async (ctx, { content, type, sha256, fail, rounds = 0 }) => {
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum += Math.sqrt(i);
    const id = await ctx.storage.store(new Blob([content], type === undefined ? {} : { type }), sha256 === undefined ? undefined : { sha256 });
    if (fail) throw new Error(`not this time ${sum}`);
    return id;
  },
});
export const storeAndDelete = mutation({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.storage.store(new Blob(["gone"]));
    await ctx.storage.delete(id);
    return id;
  },
});
export const read = mutation({
  args: { storageId },
  handler: async (ctx, args) => {
    const blob = await ctx.storage.get(args.storageId);
    return blob === null ? null : { bytes: await blob.arrayBuffer(), type: blob.type, size: blob.size, isBlob: blob instanceof Blob };
  },
});
/** Everything that one mutation sees of a file that it stores, and deletes again. */
export const within = mutation({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.storage.store(new File(["in", new Uint8Array([33]), new Blob(["side"])], "name.txt", { type: "Text/Plain" }));
    const before = await ctx.meta.getTransactionMetrics();
    const seen = { text: await (await ctx.storage.get(id))?.text(), metadata: (await ctx.storage.getMetadata(id))?.size, document: (await ctx.db.system.get("_storage", id))?.contentType, hasUrl: (await ctx.storage.getUrl(id)) !== null };
    const after = await ctx.meta.getTransactionMetrics();
    await ctx.storage.delete(id);
    return { ...seen, gone: await ctx.storage.get(id), written: [before.filesWritten.used, before.fileWriteBytes.used], read: [after.filesRead.used, after.fileReadBytes.used, before.filesRead.used] };
  },
});
export const inner = internalMutation({
  args: { content: v.string(), fail: v.boolean() },
  handler: async (ctx, { content, fail }) => {
    const id = await ctx.storage.store(new Blob([content]));
    if (fail) throw new Error("inner failed");
    return id;
  },
});
export const limited = mutation({
  args: { limits: v.any() },
  handler: async (ctx, { limits }) => await ctx.runMutation(internal.bytes.inner, { content: "four", fail: false }, { transactionLimits: limits }).catch((error: Error) => error.message),
});
export const dropped = mutation({
  args: {},
  handler: async (ctx): Promise<unknown> => {
    const failure = await ctx.runMutation(internal.bytes.inner, { content: "dropped", fail: true }).catch((error: Error) => error.message.includes("inner failed"));
    return { failure, kept: await ctx.runMutation(internal.bytes.inner, { content: "kept", fail: false }) };
  },
});
export const misuse = mutation({
  args: { how: v.string() },
  handler: async (ctx, { how }) => {
    const values: Record<string, unknown> = { text: "text", bytes: new Uint8Array(1), nothing: undefined, response: new Response("x"), type: new Blob([], { type: "x".repeat(300) }) };
    await ctx.storage.store(values[how] as Blob);
  },
});
/** On the package's own ctx, whose every call is a string syscall. */
export const onStrings = mutation({
  args: {},
  handler: async () => {
    const invoke = async (registered: unknown, args: object): Promise<unknown> => JSON.parse(await (registered as { invokeMutation(args: string): Promise<string> }).invokeMutation(JSON.stringify([args])));
    const id = await invoke(store, { content: "by strings", type: "text/plain" });
    return JSON.stringify({ id, read: await invoke(read, { storageId: id }), none: await invoke(read, { storageId: await invoke(storeAndDelete, {}) }) });
  },
});
/** Blobs of queries and mutations are read at once. */
export const blobs = query({
  args: {},
  handler: async () => {
    const blob = new Blob(["héllo", new Uint8Array([1, 2]).buffer], { type: "A/B" });
    const file = new File([blob.slice(0, 3)], "f", { lastModified: 5 });
    const caught = (use: () => unknown): string => {
      try {
        return String(use());
      } catch (error) {
        return (error as Error).message;
      }
    };
    return {
      blob: [blob.size, blob.type, String(blob), blob instanceof Blob],
      file: [file.name, file.lastModified, file.size, await file.text(), file instanceof Blob, String(file)],
      bytes: [...new Uint8Array(await blob.slice(-2).arrayBuffer())],
      slices: await Promise.all([blob.slice(1, 3, "x/Y"), blob.slice(5, 2), blob.slice()].map(async (part) => [part.size, part.type])),
      refused: [caught(() => blob.stream()), caught(() => new Blob("no parts" as unknown as string[])), caught(() => Object.getOwnPropertyDescriptor(Blob.prototype, "size")!.get!.call({}))],
    };
  },
});
