/** Sending subjects to the pool, as far as there are tokens. */
import type { MutationCtx } from "../_generated/server";
import { takePermits } from "./permits";
import { enqueue } from "./pool";
import type { Sync } from "./syncs";
import { timing } from "./timing";

/**
 * The rest stay due: the next scan takes them, those that have waited longest first.
 *
 * @param syncs idle ones, as they are in the database
 * @returns how many were sent
 */
export async function dispatch(ctx: MutationCtx, syncs: readonly Sync[]): Promise<number> {
  if (syncs.length === 0) return 0;
  const sent = syncs.slice(0, await takePermits(ctx, syncs.length));
  if (sent.length === 0) return 0;
  const works = sent.map(({ _id, ticket }) => ({ syncId: _id, ticket: ticket + 1 }));
  const workIds = await enqueue(ctx, works);
  const dueAt = Date.now() + timing().permitMs;
  for (const [position, { syncId, ticket }] of works.entries()) {
    await ctx.db.patch("syncs", syncId, { phase: "queued", dueAt, ticket, workId: workIds[position]! });
  }
  return sent.length;
}
