/** Functions as people wrote them before there were validators. */
import { internalMutation, mutation, query } from "./_generated/server";

export const read = query(async (ctx, args: { group?: string }) => {
  const items = await ctx.db.query("items").collect();
  return items.filter((item) => args.group === undefined || item.group === args.group).length;
});

export const write = mutation(async (ctx, { title }: { title: string }) => await ctx.db.insert("others", { title }));
export const synchronous = query(() => "not a promise");
export const withoutArguments = query({ handler: async () => "handler only" });
export const internal = internalMutation(async () => "internal");
export const notAFunction = { handler: () => 1 };
export const plainFunction = (): string => "not registered";

export default query({ args: {}, handler: async () => "default of bare" });
