/** Retrieval as the README of the component uses it. */
import { contentHashFromArrayBuffer, RAG, vEntryId, vSearchType } from "@convex-dev/rag";
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { components, internal } from "./_generated/api.js";
import type { DataModel, Id } from "./_generated/dataModel.js";
import { action, mutation, query } from "./_generated/server.js";
import { DIMENSIONS, embeddingModel, languageModel } from "./models.js";

type Filters = { category: string; contentType: string; categoryAndType: { category: string; contentType: string } };

export const rag = new RAG<Filters>(components.rag, { textEmbeddingModel: embeddingModel, embeddingDimension: DIMENSIONS, filterNames: ["category", "contentType", "categoryAndType"] });

const filter = v.object({ name: v.string(), value: v.any() });

export const add = action({
  args: { namespace: v.string(), text: v.optional(v.string()), chunks: v.optional(v.array(v.string())), key: v.optional(v.string()), title: v.optional(v.string()), importance: v.optional(v.number()), contentHash: v.optional(v.string()), filterValues: v.optional(v.array(filter)) },
  handler: async (ctx, { text, chunks, filterValues, ...args }) => {
    const content = chunks === undefined ? { text: text! } : { chunks };
    const { entryId, status, created, replacedEntry, usage } = await rag.add(ctx, { ...args, ...content, filterValues: filterValues as never, onComplete: internal.library.complete });
    return { entryId, status, created, replaced: replacedEntry?.entryId ?? null, tokens: usage.tokens };
  },
});

export const search = action({
  args: { namespace: v.string(), query: v.string(), limit: v.optional(v.number()), threshold: v.optional(v.number()), filters: v.optional(v.array(filter)), around: v.optional(v.object({ before: v.number(), after: v.number() })), searchType: v.optional(vSearchType) },
  handler: async (ctx, { threshold, filters, around, ...args }) => {
    const { results, text, entries } = await rag.search(ctx, { ...args, vectorScoreThreshold: threshold, filters: filters as never, chunkContext: around });
    return { text, results: results.map(({ content, order, score, startOrder }) => ({ texts: content.map((chunk) => chunk.text), order, startOrder, score })), titles: entries.map(({ title }) => title ?? null) };
  },
});

export const ask = action({
  args: { namespace: v.string(), prompt: v.string() },
  handler: async (ctx, { namespace, prompt }) => (await rag.generateText(ctx, { search: { namespace, limit: 2 }, prompt, model: languageModel })).text,
});

export const chunker = rag.defineChunkerAction<DataModel>(async (ctx, { entry }) => {
  const file = await ctx.storage.get(entry.metadata!["storageId"] as Id<"_storage">);
  return { chunks: (await file!.text()).split("\n\n") };
});

export const complete = rag.defineOnComplete<DataModel>(async (ctx, { entry, replacedEntry, error }) => {
  await ctx.db.insert("entries", { entryId: entry.entryId, replaced: replacedEntry?.entryId ?? null, error: error ?? null });
});

export const completed = query({ args: { entryId: v.string() }, handler: async (ctx, { entryId }) => (await ctx.db.query("entries").collect()).filter((entry) => entry.entryId === entryId).map(({ replaced, error }) => ({ replaced, error })) });
export const entry = query({ args: { entryId: vEntryId }, handler: async (ctx, args) => (await rag.getEntry(ctx, args)) ?? null });
export const chunks = query({ args: { entryId: vEntryId, paginationOpts: paginationOptsValidator }, handler: async (ctx, args) => await rag.listChunks(ctx, args) });
export const list = query({
  args: { namespace: v.string(), status: v.union(v.literal("ready"), v.literal("replaced"), v.literal("pending")), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { namespace, ...args }) => {
    const found = await rag.getNamespace(ctx, { namespace });
    return found === null ? null : await rag.list(ctx, { namespaceId: found.namespaceId, ...args });
  },
});
export const remove = action({ args: { entryId: vEntryId }, handler: async (ctx, args) => await rag.delete(ctx, args) });
export const removeLater = mutation({ args: { entryId: vEntryId }, handler: async (ctx, args) => void (await rag.deleteAsync(ctx, args)) });
export const removeKey = action({
  args: { namespace: v.string(), key: v.string() },
  handler: async (ctx, { namespace, key }) => {
    const found = await rag.getNamespace(ctx, { namespace });
    await rag.deleteByKey(ctx, { namespaceId: found!.namespaceId, key });
  },
});
export const hash = action({ args: { text: v.string() }, handler: async (_ctx, { text }) => await contentHashFromArrayBuffer(new TextEncoder().encode(text).buffer as ArrayBuffer) });
