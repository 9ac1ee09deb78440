"use node";
import { action } from "./_generated/server";

export const search = action(async (ctx: any, { vector, kind }: { vector: number[]; kind: string }) => await ctx.vectorSearch("docs", "by_vector", { vector, filter: (q: any) => q.eq("kind", kind) }));
