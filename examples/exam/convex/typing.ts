/** Who is typing in a chat. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { requireChat } from "./model/chats";
import { TYPING_LISTED_MAX } from "./model/limits";
import { keepTyping, stopTyping } from "./model/typing";

/** Called while keys are pressed, at most every two seconds or so, and once with false when the field is left empty. */
export const set = mutation({
  args: { chatId: v.id("chats"), isTyping: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { chatId, isTyping }) => {
    const { viewer } = await requireChat(ctx, chatId);
    if (isTyping) await keepTyping(ctx, chatId, viewer);
    else await stopTyping(ctx, chatId, viewer.userId);
    return null;
  },
});

/** Names of the others who are typing. */
export const list = query({
  args: { chatId: v.id("chats") },
  returns: v.array(v.string()),
  handler: async (ctx, { chatId }) => {
    const { viewer } = await requireChat(ctx, chatId);
    const rows = await ctx.db
      .query("typing")
      .withIndex("by_chat_and_user", (q) => q.eq("chatId", chatId))
      .take(TYPING_LISTED_MAX);
    return rows.filter(({ userId }) => userId !== viewer.userId).map(({ name }) => name);
  },
});
