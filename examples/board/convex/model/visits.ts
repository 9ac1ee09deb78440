/**
 * Coming and going. A visit is two documents, made and deleted together: the visitor, which the list of who is here reads, and the
 * presence, which cursors write.
 */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { boardError } from "./errors";
import { VISITORS_MAX } from "./limits";

export interface Visit {
  readonly boardId: Id<"boards">;
  /** The secret of the visitor's own tab. */
  readonly user: string;
}

export async function findPresence(ctx: QueryCtx, { boardId, user }: Visit): Promise<Doc<"presence"> | null> {
  return await ctx.db
    .query("presence")
    .withIndex("by_user_and_board", (q) => q.eq("user", user).eq("boardId", boardId))
    .unique();
}

export async function findVisitor(ctx: QueryCtx, { boardId, user }: Visit): Promise<Doc<"visitors"> | null> {
  return await ctx.db
    .query("visitors")
    .withIndex("by_user_and_board", (q) => q.eq("user", user).eq("boardId", boardId))
    .unique();
}

export async function visitorsOf(ctx: QueryCtx, boardId: Id<"boards">): Promise<Doc<"visitors">[]> {
  return await ctx.db
    .query("visitors")
    .withIndex("by_board", (q) => q.eq("boardId", boardId))
    .take(VISITORS_MAX);
}

/** @returns the seat: the first that is free */
export async function arrive(ctx: MutationCtx, visit: Visit, name: string): Promise<number> {
  const seats = new Set((await visitorsOf(ctx, visit.boardId)).map(({ seat }) => seat));
  if (seats.size >= VISITORS_MAX) throw boardError("LIMIT_REACHED", `${VISITORS_MAX} people are on this board already. Come back when somebody has left.`);
  let seat = 0;
  while (seats.has(seat)) seat++;
  await ctx.db.insert("visitors", { ...visit, name, seat });
  await ctx.db.insert("presence", { ...visit, seat, cursor: null, lastUpdated: Date.now() });
  return seat;
}

/** No-op for whoever is not here. */
export async function depart(ctx: MutationCtx, visit: Visit): Promise<void> {
  const [visitor, presence] = [await findVisitor(ctx, visit), await findPresence(ctx, visit)];
  if (visitor !== null) await ctx.db.delete(visitor._id);
  if (presence !== null) await ctx.db.delete(presence._id);
}
