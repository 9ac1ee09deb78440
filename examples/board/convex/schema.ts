/**
 * The tables. What changes ten times a second is apart from what changes now and then, so that each query reads only what it shows:
 *
 *     notes      a few writes a minute       ──▶  notes:list        every note of a board
 *     visitors   somebody comes or leaves    ──▶  presence:here     names and seats
 *     presence   ten writes a second each    ──▶  presence:cursors  seats and positions
 */
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export const colour = v.union(v.literal("yellow"), v.literal("coral"), v.literal("rose"), v.literal("lilac"), v.literal("sky"), v.literal("mint"));

/** Of the upper left corner, in the board's own units. */
export const position = v.object({ x: v.number(), y: v.number() });

export default defineSchema({
  /** Whoever has a board's id may read and change it; those that are listed are shown to everybody. */
  boards: defineTable({ name: v.string(), isListed: v.boolean() }).index("by_isListed", ["isListed"]),

  notes: defineTable({
    boardId: v.id("boards"),
    /** Chosen by the page that makes the note, so that it can go on with it before the server has answered. */
    key: v.string(),
    text: v.string(),
    colour,
    position,
    /** When it was last put somewhere: what was put down later lies above. */
    placedAt: v.number(),
    /** Deleted notes are kept for a while, for undo. */
    deletedAt: v.union(v.number(), v.null()),
  })
    .index("by_board_and_key", ["boardId", "key"])
    .index("by_board_and_deletedAt", ["boardId", "deletedAt"])
    .index("by_deletedAt", ["deletedAt"]),

  /** Who is here. `user` is a secret of the visitor's own tab: no query returns it. */
  visitors: defineTable({ boardId: v.id("boards"), user: v.string(), name: v.string(), seat: v.number() })
    .index("by_board", ["boardId", "seat"])
    .index("by_user_and_board", ["user", "boardId"]),

  /** Where their cursors are: one document for each visitor. */
  presence: defineTable({
    boardId: v.id("boards"),
    user: v.string(),
    seat: v.number(),
    /** None before it has moved. */
    cursor: v.union(position, v.null()),
    lastUpdated: v.number(),
  })
    .index("by_board", ["boardId"])
    .index("by_user_and_board", ["user", "boardId"])
    .index("by_board_and_lastUpdated", ["boardId", "lastUpdated"]),

  /** Boards whose silent visitors a scheduled function looks for: those that anybody is on. */
  sweeps: defineTable({ boardId: v.id("boards") }).index("by_board", ["boardId"]),
});
