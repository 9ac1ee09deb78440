/** Scores of games in two orders, both kept by triggers of the table. */
import { TableAggregate } from "@convex-dev/aggregate";
import { customCtx, customMutation } from "convex-helpers/server/customFunctions";
import { Triggers } from "convex-helpers/server/triggers";
import { v } from "convex/values";
import { components } from "./_generated/api";
import type { DataModel } from "./_generated/dataModel";
import { mutation, query } from "./_generated/server";

const byScore = new TableAggregate<{ Key: number; DataModel: DataModel; TableName: "leaderboard" }>(components.aggregateScores, { sortKey: ({ score }) => score });
const byGame = new TableAggregate<{ Namespace: string; Key: [string, number]; DataModel: DataModel; TableName: "leaderboard" }>(components.aggregateByGame, {
  namespace: ({ game }) => game,
  sortKey: ({ username, score }) => [username, score],
  sumValue: ({ score }) => score,
});

const triggers = new Triggers<DataModel>();
triggers.register("leaderboard", byScore.trigger());
triggers.register("leaderboard", byGame.trigger());
const mutationWithTriggers = customMutation(mutation, customCtx(triggers.wrapDB));

const score = v.object({ game: v.string(), username: v.string(), score: v.number() });

export const addScores = mutationWithTriggers({
  args: { scores: v.array(score) },
  handler: async (ctx, { scores }) => {
    const ids = [];
    for (const one of scores) ids.push(await ctx.db.insert("leaderboard", one));
    return ids;
  },
});
export const setScore = mutationWithTriggers({ args: { id: v.id("leaderboard"), score: v.number() }, handler: async (ctx, { id, score }) => await ctx.db.patch(id, { score }) });
export const removeScore = mutationWithTriggers({ args: { id: v.id("leaderboard") }, handler: async (ctx, { id }) => await ctx.db.delete(id) });
export const addThenThrow = mutationWithTriggers({
  args: { score },
  handler: async (ctx, { score }) => {
    await ctx.db.insert("leaderboard", score);
    throw new Error("the game is void");
  },
});
/** Past the triggers, as a write in a dashboard would be. */
export const addUnnoticed = mutation({ args: { score }, handler: async (ctx, { score }) => await ctx.db.insert("leaderboard", score) });
/** The backfill of the README. */
export const backfill = mutation({
  args: {},
  handler: async (ctx) => {
    for await (const doc of ctx.db.query("leaderboard")) {
      await byScore.insertIfDoesNotExist(ctx, doc);
      await byGame.insertIfDoesNotExist(ctx, doc);
    }
  },
});

export const statistics = query({
  args: {},
  handler: async (ctx) => {
    const count = await byScore.count(ctx);
    return {
      count,
      above65: await byScore.count(ctx, { bounds: { lower: { key: 65, inclusive: false } } }),
      p95: (await byScore.at(ctx, Math.floor(count * 0.95))).key,
      rankOf65: await byScore.indexOf(ctx, 65),
      rankFromTopOf65: await byScore.indexOf(ctx, 65, { order: "desc" }),
      lowest: (await byScore.min(ctx))?.key,
      highest: (await byScore.max(ctx))?.key,
      last: (await byScore.at(ctx, -1)).key,
    };
  },
});
export const countBetween = query({
  args: { lower: v.number(), upper: v.number() },
  handler: (ctx, { lower, upper }) => byScore.count(ctx, { bounds: { lower: { key: lower, inclusive: false }, upper: { key: upper, inclusive: true } } }),
});
export const countBatch = query({ args: { ranges: v.array(v.array(v.number())) }, handler: (ctx, { ranges }) => byScore.countBatch(ctx, ranges.map(([lower, upper]) => ({ bounds: { lower: { key: lower!, inclusive: true }, upper: { key: upper!, inclusive: false } } }))) });
export const atBatch = query({ args: { offsets: v.array(v.number()) }, handler: async (ctx, { offsets }) => (await byScore.atBatch(ctx, offsets.map((offset) => ({ offset })))).map(({ key }) => key) });
export const ofGame = query({
  args: { game: v.string(), username: v.optional(v.string()) },
  handler: async (ctx, { game, username }) => {
    const options = { namespace: game, ...(username === undefined ? {} : { bounds: { prefix: [username] as [string] } }) };
    return { count: await byGame.count(ctx, options), sum: await byGame.sum(ctx, options), best: (await byGame.max(ctx, options))?.key ?? null };
  },
});
export const countOfGame = query({ args: { game: v.string() }, handler: (ctx, { game }) => byGame.count(ctx, { namespace: game }) });
export const games = query({ args: {}, handler: async (ctx) => (await byGame.paginateNamespaces(ctx)).page });
export const rankOf = query({
  args: { id: v.id("leaderboard") },
  handler: async (ctx, { id }) => {
    const doc = await ctx.db.get(id);
    return doc === null ? null : await byScore.indexOfDoc(ctx, doc);
  },
});
