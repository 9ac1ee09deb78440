/**
 * Who is on a board, and where their cursors are. `user` is the secret of a visitor's own tab: it says whose cursor moves, and only
 * that tab knows it. To each other visitors are seats.
 *
 * Neither query looks at the clock: what is stale is removed by `sweeping.ts`, so everybody on a board shares one run and one result.
 */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { checkedName, checkInside, checkRandom, mustGetBoard } from "./model/checks";
import type { Position } from "./model/checks";
import { BOARD_HEIGHT, BOARD_WIDTH, PERSON_NAME_LENGTH_MAX, VISITORS_MAX } from "./model/limits";
import { arrive, depart, findPresence, findVisitor, visitorsOf } from "./model/visits";
import type { Visit } from "./model/visits";
import { position } from "./schema";
import { keepSweeping } from "./sweeping";

const visit = { boardId: v.id("boards"), user: v.string() };

/** Also for whoever is here already, under another name. @returns the visitor's own seat */
export const join = mutation({
  args: { ...visit, name: v.string() },
  returns: v.number(),
  handler: async (ctx, { boardId, user, name: written }) => {
    const name = checkedName("A name", written, PERSON_NAME_LENGTH_MAX);
    checkRandom("A visitor's secret", user);
    await mustGetBoard(ctx, boardId);
    const visitor = await findVisitor(ctx, { boardId, user });
    if (visitor === null) {
      await keepSweeping(ctx, boardId);
      return await arrive(ctx, { boardId, user }, name);
    }
    await ctx.db.patch(visitor._id, { name });
    await touch(ctx, { boardId, user });
    return visitor.seat;
  },
});

/** @returns whether the visitor is still here; whoever is not joins again */
export const move = mutation({
  args: { ...visit, cursor: position },
  returns: v.boolean(),
  handler: async (ctx, { boardId, user, cursor }) => {
    checkInside("A cursor", cursor, BOARD_WIDTH, BOARD_HEIGHT);
    return await touch(ctx, { boardId, user }, cursor);
  },
});

/** "I am still here." @returns as for {@link move} */
export const heartbeat = mutation({ args: visit, returns: v.boolean(), handler: async (ctx, here) => await touch(ctx, here) });

export const leave = mutation({
  args: visit,
  returns: v.null(),
  handler: async (ctx, left) => {
    await depart(ctx, left);
    return null;
  },
});

/** By their seats. */
export const here = query({
  args: { boardId: v.id("boards") },
  returns: v.array(v.object({ seat: v.number(), name: v.string() })),
  handler: async (ctx, { boardId }) => (await visitorsOf(ctx, boardId)).map(({ seat, name }) => ({ seat, name })),
});

/** Of those that have moved. Small, since it leaves for everybody's screen many times a second. */
export const cursors = query({
  args: { boardId: v.id("boards") },
  returns: v.array(position.extend({ seat: v.number() })),
  handler: async (ctx, { boardId }) => {
    const rows = await ctx.db
      .query("presence")
      .withIndex("by_board", (q) => q.eq("boardId", boardId))
      .take(VISITORS_MAX);
    return rows.flatMap(({ seat, cursor }) => (cursor === null ? [] : [{ seat, ...cursor }]));
  },
});

async function touch(ctx: MutationCtx, visit: Visit, cursor?: Position): Promise<boolean> {
  const presence = await findPresence(ctx, visit);
  if (presence === null) return false;
  const lastUpdated = Date.now();
  await ctx.db.patch(presence._id, cursor === undefined ? { lastUpdated } : { cursor, lastUpdated });
  return true;
}
