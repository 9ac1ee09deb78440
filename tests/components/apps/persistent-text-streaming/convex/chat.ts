/** The README's chat. Its writer waits at gates, so that a test sees a stream half written. */
import { PersistentTextStreaming, StreamIdValidator, type StreamId } from "@convex-dev/persistent-text-streaming";
import { v } from "convex/values";
import { components, internal } from "./_generated/api";
import { type ActionCtx, httpAction, internalQuery, mutation, query } from "./_generated/server";

const persistentTextStreaming = new PersistentTextStreaming(components.persistentTextStreaming);

export const createChat = mutation({
  args: { prompt: v.string() },
  handler: async (ctx, { prompt }) => {
    const stream = await persistentTextStreaming.createStream(ctx);
    return await ctx.db.insert("chats", { title: "...", prompt, stream });
  },
});
export const getChat = query({ args: { id: v.id("chats") }, handler: async (ctx, { id }) => await ctx.db.get(id) });
export const getChatBody = query({
  args: { streamId: StreamIdValidator },
  handler: async (ctx, { streamId }) => await persistentTextStreaming.getStreamBody(ctx, streamId as StreamId),
});
export const deleteChat = mutation({
  args: { id: v.id("chats") },
  handler: async (ctx, { id }) => {
    const chat = await ctx.db.get(id);
    if (chat === null) return;
    await persistentTextStreaming.deleteStream(ctx, chat.stream as StreamId);
    await ctx.db.delete(id);
  },
});

export const open = mutation({ args: { gate: v.string() }, handler: async (ctx, { gate }) => void (await ctx.db.insert("gates", { name: gate })) });
export const isOpen = internalQuery({ args: { gate: v.string() }, handler: async (ctx, { gate }) => (await ctx.db.query("gates").withIndex("by_name", (q) => q.eq("name", gate)).first()) !== null });
async function passGate(ctx: ActionCtx, gate: string): Promise<void> {
  while (!(await ctx.runQuery(internal.chat.isOpen, { gate }))) await new Promise((resolve) => setTimeout(resolve, 5));
}

export const streamChat = httpAction(async (ctx, request) => {
  const { streamId } = (await request.json()) as { streamId: string };
  const response = await persistentTextStreaming.stream(ctx, request, streamId as StreamId, async (ctx, request, id, append) => {
    const chunks = Number(request.headers.get("X-Chunks") ?? 0);
    for (let i = 0; i < chunks; i++) await append(`${i}${i % 10 === 9 ? "." : " "}`);
    await append("Hi there!");
    await append(" How are");
    if (request.headers.has("X-Gated")) await passGate(ctx as ActionCtx, id);
    if (request.headers.has("X-Fail")) throw new Error("the model is gone");
    await append(" you?");
    await append(" Pretend I'm an AI");
  });
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("Vary", "Origin");
  return response;
});
