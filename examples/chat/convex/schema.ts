/** The two tables of the chat, and the shape in which their documents leave the functions. */
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

const roomFields = {
  name: v.string(),
  /** The room's address: made from the name, unique because `rooms.create` looks before it inserts. */
  slug: v.string(),
  /** How many messages the room has. Every `send` writes it, so it is the hot record of this app. */
  messageCount: v.number(),
  /** When the latest message was sent, in milliseconds since 1970; null until there is one. */
  lastMessageAt: v.union(v.number(), v.null()),
};

const messageFields = {
  roomId: v.id("rooms"),
  author: v.string(),
  body: v.string(),
  /** Made by the sender, once per message: it ties the optimistic row to the stored one and betrays duplicates. */
  clientKey: v.string(),
};

export const roomDocument = v.object({ _id: v.id("rooms"), _creationTime: v.number(), ...roomFields });
export const messageDocument = v.object({ _id: v.id("messages"), _creationTime: v.number(), ...messageFields });

export default defineSchema({
  rooms: defineTable(roomFields).index("by_slug", ["slug"]),
  messages: defineTable(messageFields).index("by_room", ["roomId"]),
});
