import { zid } from "convex-helpers/server/zod";
import { zid as zid4 } from "convex-helpers/server/zod4";
import { z } from "zod/v3";
import * as z4 from "zod/v4";
import { api } from "./_generated/api";
import type { Doc } from "./_generated/dataModel";
import { actionWithZod, mutationWithZod, mutationWithZod4, queryWithZod, queryWithZod4 } from "./lib/zod";

export const send = mutationWithZod({
  args: { title: z.string().min(3).max(30), author: z.string() },
  handler: async (ctx, { title, author }) => await ctx.db.insert("recipes", { title, author }),
});

export const list = queryWithZod({
  args: {},
  handler: async (ctx): Promise<Doc<"recipes">[]> => await ctx.db.query("recipes").collect(),
});

/** What validators of the package cannot say: ranges, defaults, changes on the way, a union by a field. */
export const cook = mutationWithZod({
  args: {
    id: zid("recipes"),
    servings: z.number().int().positive().default(4),
    tags: z.array(z.string().trim().toLowerCase()).max(3).optional(),
    by: z.discriminatedUnion("kind", [z.object({ kind: z.literal("person"), email: z.string().email() }), z.object({ kind: z.literal("robot"), serial: z.bigint() })]),
  },
  returns: z.object({ servings: z.number(), by: z.string() }),
  handler: async (ctx, { id, servings, tags, by }) => {
    await ctx.db.patch(id, { servings, ...(tags === undefined ? {} : { tags }) });
    return { servings, by: by.kind === "person" ? by.email : `robot ${by.serial}` };
  },
});

export const lies = queryWithZod({ args: {}, returns: z.number().min(10), handler: async () => 3 });

export const sendLater = actionWithZod({
  args: { title: z.string().transform((title) => `${title}, later`) },
  handler: async (ctx, { title }): Promise<string> => await ctx.runMutation(api.recipes.send, { title, author: "an action" }),
});

export const send4 = mutationWithZod4({
  args: { title: z4.string().check(z4.minLength(3)), author: z4.string(), servings: z4.int().default(2) },
  handler: async (ctx, recipe) => await ctx.db.insert("recipes", recipe),
});

export const get4 = queryWithZod4({
  args: { id: zid4("recipes") },
  returns: z4.object({ title: z4.string(), servings: z4.number().optional() }),
  handler: async (ctx, { id }) => {
    const { title, servings } = (await ctx.db.get(id))!;
    return { title, ...(servings === undefined ? {} : { servings }) };
  },
});
