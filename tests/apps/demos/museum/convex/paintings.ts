/** Descriptions whose embeddings another service computes; a vote changes a painting and no embedding. */
import { v } from "convex/values";
import { api, internal } from "./_generated/api";
import type { Doc } from "./_generated/dataModel";
import { action, internalAction, internalMutation, internalQuery, mutation, query } from "./_generated/server";

/** What a page sees of a postcard that was found. */
export interface Found {
  readonly text: string;
  readonly region: string;
  readonly _score: number;
}

export async function embed(text: string): Promise<number[]> {
  const key = process.env.EMBEDDINGS_KEY;
  if (!key) throw new Error("The environment variable EMBEDDINGS_KEY is not set.");
  const response = await fetch(process.env.EMBEDDINGS_URL!, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
    body: JSON.stringify({ input: text, model: "stand-in" }),
  });
  if (!response.ok) throw new Error(`The service refused: ${await response.text()}`);
  const { data } = (await response.json()) as { data: { embedding: number[] }[] };
  console.log(`Embedding of "${text}" has ${data[0]!.embedding.length} dimensions.`);
  return data[0]!.embedding;
}

const PAINTINGS = [
  { title: "Harbour", description: "boats at rest", style: "calm" },
  { title: "Gale", description: "boats in a storm", style: "wild" },
  { title: "Plum", description: "fruit on a plate", style: "calm" },
];

export const populate = action({
  args: {},
  handler: async (ctx) => {
    for (const painting of PAINTINGS) await ctx.runMutation(api.paintings.add, painting);
  },
});

export const add = mutation({
  args: { title: v.string(), description: v.string(), style: v.string() },
  handler: async (ctx, painting) => {
    const paintingId = await ctx.db.insert("paintings", { ...painting, votes: 0 });
    await ctx.scheduler.runAfter(0, internal.paintings.generateEmbedding, { paintingId, description: painting.description });
  },
});

export const generateEmbedding = internalAction({
  args: { paintingId: v.id("paintings"), description: v.string() },
  handler: async (ctx, { paintingId, description }) => {
    await ctx.runMutation(internal.paintings.setEmbedding, { paintingId, embedding: await embed(description) });
  },
});

export const setEmbedding = internalMutation({
  args: { paintingId: v.id("paintings"), embedding: v.array(v.number()) },
  handler: async (ctx, { paintingId, embedding }) => {
    const painting = await ctx.db.get("paintings", paintingId);
    if (painting === null) return;
    const embeddingId = await ctx.db.insert("paintingEmbeddings", { embedding, style: painting.style });
    await ctx.db.patch("paintings", paintingId, { embeddingId });
  },
});

export const list = query({ args: {}, handler: async (ctx) => await ctx.db.query("paintings").order("desc").take(10) });

/** By what `search:paintings` has found. */
export const found = query({
  args: { results: v.array(v.object({ _id: v.id("paintingEmbeddings"), _score: v.float64() })) },
  handler: async (ctx, { results }) => {
    const paintings: (Doc<"paintings"> & { _score: number })[] = [];
    for (const { _id, _score } of results) {
      const painting = await ctx.db
        .query("paintings")
        .withIndex("by_embedding", (q) => q.eq("embeddingId", _id))
        .unique();
      if (painting !== null) paintings.push({ ...painting, _score });
    }
    return paintings;
  },
});

export const vote = mutation({
  args: { id: v.id("paintings"), by: v.number() },
  handler: async (ctx, { id, by }) => {
    const painting = await ctx.db.get("paintings", id);
    if (painting !== null) await ctx.db.patch("paintings", id, { votes: painting.votes + by });
  },
});

/** The simple way: action, then mutation, with the embedding in the document. */
export const addPostcard = action({
  args: { text: v.string(), region: v.string() },
  handler: async (ctx, { text, region }) => {
    await ctx.runMutation(internal.paintings.insertPostcard, { text, region, embedding: await embed(text) });
  },
});

export const insertPostcard = internalMutation({
  args: { text: v.string(), region: v.string(), embedding: v.array(v.float64()) },
  handler: async (ctx, postcard) => {
    await ctx.db.insert("postcards", postcard);
  },
});

export const postcards = internalQuery({
  args: { results: v.array(v.object({ _id: v.id("postcards"), _score: v.float64() })) },
  handler: async (ctx, { results }) => {
    const found: Found[] = [];
    for (const { _id, _score } of results) {
      const postcard = await ctx.db.get("postcards", _id);
      if (postcard !== null) found.push({ text: postcard.text, region: postcard.region, _score });
    }
    return found;
  },
});
