/** Boards and their names. A board's id is its invitation: nobody can guess one, and whoever has it may take part. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { checkedName, mustGetBoard } from "./model/checks";
import { BOARDS_LISTED_MAX, BOARD_NAME_LENGTH_MAX } from "./model/limits";

const shown = v.object({ _id: v.id("boards"), name: v.string() });

export const create = mutation({
  args: { name: v.string() },
  returns: v.id("boards"),
  handler: async (ctx, { name }) => await ctx.db.insert("boards", { name: checkedName("A board's name", name, BOARD_NAME_LENGTH_MAX), isListed: false }),
});

export const rename = mutation({
  args: { boardId: v.id("boards"), name: v.string() },
  returns: v.null(),
  handler: async (ctx, { boardId, name }) => {
    await mustGetBoard(ctx, boardId);
    await ctx.db.patch(boardId, { name: checkedName("A board's name", name, BOARD_NAME_LENGTH_MAX) });
    return null;
  },
});

/** Null when there is none: the id came out of an address, so it may be anything. */
export const get = query({
  args: { boardId: v.string() },
  returns: v.union(shown, v.null()),
  handler: async (ctx, { boardId }) => {
    const id = ctx.db.normalizeId("boards", boardId);
    const board = id === null ? null : await ctx.db.get(id);
    return board === null ? null : { _id: board._id, name: board.name };
  },
});

/** Those that are open to everybody. */
export const listed = query({
  args: {},
  returns: v.array(shown),
  handler: async (ctx) => {
    const boards = await ctx.db
      .query("boards")
      .withIndex("by_isListed", (q) => q.eq("isListed", true))
      .take(BOARDS_LISTED_MAX);
    return boards.map(({ _id, name }) => ({ _id, name }));
  },
});
