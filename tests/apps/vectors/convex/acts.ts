/** Searching in actions, as documented. */
import { action } from "./_generated/server";
import { api } from "./_generated/api";
import { searchBy } from "./docs";

export const search = action(async (ctx, args: any) => await searchBy(ctx, args));

export const insertThenSearch = action(async (ctx: any, { vector }: { vector: number[] }) => {
  const [id] = await ctx.runMutation(api.docs.insert, { docs: [{ title: "fresh", vector }] });
  const [found] = await ctx.vectorSearch("docs", "by_vector", { vector, limit: 1 });
  return found._id === id;
});

export const oddFilter = action(async (ctx: any, { vector }: { vector: number[] }) => await ctx.vectorSearch("docs", "by_vector", { vector, filter: () => true }));
