/** The row that says that somebody is typing: made by the first key press, gone with the last or with the message. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { forget, markSeen } from "./lastSeen";
import type { Viewer } from "./viewer";

export async function keepTyping(ctx: MutationCtx, chatId: Id<"chats">, { userId, name }: Viewer): Promise<void> {
  const row = await findTyping(ctx, chatId, userId);
  const id = row?._id ?? (await ctx.db.insert("typing", { chatId, userId, name }));
  await markSeen(ctx, { kind: "typing", id });
}

export async function stopTyping(ctx: MutationCtx, chatId: Id<"chats">, userId: string): Promise<void> {
  const row = await findTyping(ctx, chatId, userId);
  if (row === null) return;
  await forget(ctx, { kind: "typing", id: row._id });
  await ctx.db.delete("typing", row._id);
}

async function findTyping(ctx: MutationCtx, chatId: Id<"chats">, userId: string): Promise<Doc<"typing"> | null> {
  return await ctx.db
    .query("typing")
    .withIndex("by_chat_and_user", (q) => q.eq("chatId", chatId).eq("userId", userId))
    .unique();
}
