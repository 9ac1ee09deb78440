/** Messages of a room: reading them page by page, sending, removing. Each write keeps the room's counter in step. */
import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel";
import { mutation, query } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { chatError } from "./errors";
import { AUTHOR_LENGTH_MAX, BODY_LENGTH_MAX, CLIENT_KEY_LENGTH_MAX } from "./limits";
import { messageDocument } from "./schema";

/** Newest first; the front-end turns each page over and loads further ones upwards. */
export const list = query({
  args: { roomId: v.id("rooms"), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(messageDocument),
  handler: async (ctx, { roomId, paginationOpts }) =>
    await ctx.db
      .query("messages")
      .withIndex("by_room", (q) => q.eq("roomId", roomId))
      .order("desc")
      .paginate(paginationOpts),
});

/**
 * Stores a message and counts it, in one transaction.
 *
 * Nothing here looks for an earlier message with the same `clientKey`: a client sends each mutation once and the
 * server applies it once, and a second row with the same key would be the proof that one of them did not.
 */
export const send = mutation({
  args: { roomId: v.id("rooms"), author: v.string(), body: v.string(), clientKey: v.string() },
  returns: v.id("messages"),
  handler: async (ctx, args) => {
    const message = {
      roomId: args.roomId,
      author: parseAuthor(args.author),
      body: parseBody(args.body),
      clientKey: parseClientKey(args.clientKey),
    };
    const room = await requireRoom(ctx, args.roomId);
    const messageId = await ctx.db.insert("messages", message);
    await ctx.db.patch("rooms", room._id, { messageCount: room.messageCount + 1, lastMessageAt: Date.now() });
    return messageId;
  },
});

/**
 * Removes a message, or does nothing if it is gone already. The room's `lastMessageAt` stays: it says when somebody
 * last spoke, not what is left.
 */
export const remove = mutation({
  args: { messageId: v.id("messages") },
  returns: v.null(),
  handler: async (ctx, { messageId }) => {
    const message = await ctx.db.get("messages", messageId);
    if (message === null) return null;
    const room = await requireRoom(ctx, message.roomId);
    await ctx.db.delete("messages", messageId);
    await ctx.db.patch("rooms", room._id, { messageCount: room.messageCount - 1 });
    return null;
  },
});

async function requireRoom(ctx: MutationCtx, roomId: Id<"rooms">): Promise<Doc<"rooms">> {
  const room = await ctx.db.get("rooms", roomId);
  if (room === null) throw chatError("ROOM_NOT_FOUND", "This room no longer exists. Choose another one.");
  return room;
}

function parseBody(input: string): string {
  const body = input.trim();
  if (body === "") throw chatError("EMPTY_BODY", "The message is empty. Write something first.");
  if (body.length > BODY_LENGTH_MAX) {
    const message = `The message has ${body.length} characters and ${BODY_LENGTH_MAX} are allowed. Shorten it.`;
    throw chatError("BODY_TOO_LONG", message, BODY_LENGTH_MAX);
  }
  return body;
}

function parseAuthor(input: string): string {
  const author = input.trim();
  if (author === "") throw chatError("INVALID_AUTHOR", "Choose a name before you send.");
  if (author.length > AUTHOR_LENGTH_MAX) {
    const message = `A name has at most ${AUTHOR_LENGTH_MAX} characters. Choose a shorter one.`;
    throw chatError("INVALID_AUTHOR", message, AUTHOR_LENGTH_MAX);
  }
  return author;
}

function parseClientKey(clientKey: string): string {
  if (clientKey === "" || clientKey.length > CLIENT_KEY_LENGTH_MAX) {
    const message = `A client key has 1 to ${CLIENT_KEY_LENGTH_MAX} characters.`;
    throw chatError("INVALID_CLIENT_KEY", message, CLIENT_KEY_LENGTH_MAX);
  }
  return clientKey;
}
