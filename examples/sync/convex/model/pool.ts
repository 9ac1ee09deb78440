/**
 * The pool in which refreshes run, at most four at a time.
 *
 * A worker that ends with the server keeps its place in the pool until the pool looks for lost work, which takes minutes.
 * The lease of its subject tells much earlier that it is gone; until the pool has noticed too, a place is lent in its stead.
 */
import { Workpool } from "@convex-dev/workpool";
import type { WorkId } from "@convex-dev/workpool";
import { components, internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { LENT_MAX, WORKERS_MAX } from "./limits";

/** One refresh, for the worker: its arguments. */
export type Work = { syncId: Id<"syncs">; ticket: number };

/** @returns the pool's ids, in the order of `works` */
export async function enqueue(ctx: MutationCtx, works: Work[]): Promise<WorkId[]> {
  const lost = await ctx.db.query("lostWork").take(LENT_MAX);
  // Not retried by the pool: a refresh that failed is due again by itself, if anybody still looks.
  return await poolOf(WORKERS_MAX + lost.length).enqueueActionBatch(ctx, internal.refresh.run, works, { retry: false });
}

/** @param workIds of workers that must have ended by now, or that no longer may begin. What still waits for its turn has no place to lend. */
export async function lendPlaces(ctx: MutationCtx, workIds: WorkId[]): Promise<void> {
  for (const [position, state] of (await statesOf(ctx, workIds)).entries()) {
    if (state === "running") await ctx.db.insert("lostWork", { workId: workIds[position]! });
  }
}

/** Takes back the places of lost workers that the pool has noticed. */
export async function takeBackPlaces(ctx: MutationCtx): Promise<void> {
  const lost = await ctx.db.query("lostWork").take(LENT_MAX);
  const states = await statesOf(
    ctx,
    lost.map(({ workId }) => workId),
  );
  for (const [position, { _id }] of lost.entries()) {
    if (states[position] === "finished") await ctx.db.delete("lostWork", _id);
  }
}

async function statesOf(ctx: MutationCtx, workIds: WorkId[]): Promise<("pending" | "running" | "finished")[]> {
  if (workIds.length === 0) return [];
  return (await poolOf(WORKERS_MAX).statusBatch(ctx, workIds)).map(({ state }) => state);
}

const poolOf = (maxParallelism: number) => new Workpool(components.workpool, { maxParallelism, logLevel: "WARN" });
