/** Rooms: listing, opening by address, creating, the starter set, and figures about them. */
import { v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel";
import { internalQuery, mutation, query } from "./_generated/server";
import type { MutationCtx, QueryCtx } from "./_generated/server";
import { chatError } from "./errors";
import { AUDIT_MESSAGES_MAX, ROOM_NAME_LENGTH_MAX, ROOMS_LISTED_MAX } from "./limits";
import { roomDocument } from "./schema";
import { STARTER_ROOMS } from "./starter";

/** The rooms in the order of their addresses, so that a row stays where it is while messages arrive. */
export const list = query({
  args: {},
  returns: v.array(roomDocument),
  handler: async (ctx) => await ctx.db.query("rooms").withIndex("by_slug").take(ROOMS_LISTED_MAX),
});

export const bySlug = query({
  args: { slug: v.string() },
  returns: v.union(roomDocument, v.null()),
  handler: async (ctx, { slug }) => await findRoom(ctx, slug),
});

/** Totals for the listed rooms, read from their counters and not from the messages. */
export const stats = query({
  args: {},
  returns: v.object({
    rooms: v.number(),
    messages: v.number(),
    lastMessageAt: v.union(v.number(), v.null()),
  }),
  handler: async (ctx) => {
    const rooms = await ctx.db.query("rooms").withIndex("by_slug").take(ROOMS_LISTED_MAX);
    return {
      rooms: rooms.length,
      messages: rooms.reduce((total, room) => total + room.messageCount, 0),
      lastMessageAt: rooms.reduce(laterMessage, null),
    };
  },
});

/**
 * Opens the room of that name, creating it if there is none. Two people who create the same room at the same moment
 * get the same one: the lookup and the insert are one transaction.
 */
export const create = mutation({
  args: { name: v.string() },
  returns: v.object({ roomId: v.id("rooms"), slug: v.string(), created: v.boolean() }),
  handler: async (ctx, args) => {
    const name = parseRoomName(args.name);
    const slug = slugFromName(name);
    const existing = await findRoom(ctx, slug);
    if (existing !== null) return { roomId: existing._id, slug, created: false };
    return { roomId: await insertRoom(ctx, name, slug), slug, created: true };
  },
});

/** Creates the starter rooms that are missing, each with its opening messages, and returns how many it created. */
export const seed = mutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    let created = 0;
    for (const starter of STARTER_ROOMS) {
      const slug = slugFromName(starter.name);
      if ((await findRoom(ctx, slug)) !== null) continue;
      const roomId = await insertRoom(ctx, starter.name, slug);
      for (const [position, message] of starter.messages.entries()) {
        await ctx.db.insert("messages", { ...message, roomId, clientKey: `seed-${slug}-${position}` });
      }
      await ctx.db.patch("rooms", roomId, { messageCount: starter.messages.length, lastMessageAt: Date.now() });
      created += 1;
    }
    return created;
  },
});

/**
 * Compares a room's counter with its messages: `npx convex run rooms:audit '{"slug":"general"}'`. With `complete`
 * false the room has more than `AUDIT_MESSAGES_MAX` messages and `counted` stops there.
 */
export const audit = internalQuery({
  args: { slug: v.string() },
  returns: v.object({ stored: v.number(), counted: v.number(), complete: v.boolean() }),
  handler: async (ctx, { slug }) => {
    const room = await findRoom(ctx, slug);
    if (room === null) throw chatError("ROOM_NOT_FOUND", `There is no room "${slug}". Create it first.`);
    const messages = await ctx.db
      .query("messages")
      .withIndex("by_room", (q) => q.eq("roomId", room._id))
      .take(AUDIT_MESSAGES_MAX + 1);
    const counted = Math.min(messages.length, AUDIT_MESSAGES_MAX);
    return { stored: room.messageCount, counted, complete: messages.length <= AUDIT_MESSAGES_MAX };
  },
});

async function findRoom(ctx: QueryCtx, slug: string): Promise<Doc<"rooms"> | null> {
  return await ctx.db
    .query("rooms")
    .withIndex("by_slug", (q) => q.eq("slug", slug))
    .unique();
}

async function insertRoom(ctx: MutationCtx, name: string, slug: string): Promise<Id<"rooms">> {
  return await ctx.db.insert("rooms", { name, slug, messageCount: 0, lastMessageAt: null });
}

function parseRoomName(input: string): string {
  const name = input.trim().replace(/\s+/gu, " ");
  if (name.length > ROOM_NAME_LENGTH_MAX) {
    const message = `A room name has at most ${ROOM_NAME_LENGTH_MAX} characters. Choose a shorter one.`;
    throw chatError("INVALID_ROOM_NAME", message, ROOM_NAME_LENGTH_MAX);
  }
  if (slugFromName(name) === "") {
    throw chatError("INVALID_ROOM_NAME", "A room name needs at least one letter or digit.");
  }
  return name;
}

/**
 * Lower-case letters and digits of any script, joined by single hyphens; "Café Crème!" becomes "cafe-creme". Only the
 * accents of European scripts go: in others, marks make different words.
 */
function slugFromName(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/gu, "")
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Mark}\p{Number}]+/gu, "-")
    .replace(/^-|-$/gu, "");
}

function laterMessage(latest: number | null, room: Doc<"rooms">): number | null {
  if (room.lastMessageAt === null) return latest;
  return latest === null ? room.lastMessageAt : Math.max(latest, room.lastMessageAt);
}
